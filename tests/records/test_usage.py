from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, insert, select

from serve.records.database import reading, writing
from serve.records.tables import journal
from serve.records.usage import Usage, UsageFilter, read_usage
from tests.records.rows import journal_row


@pytest.fixture
def filled(db: Engine) -> Engine:
    rows = [
        journal_row(1, datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), "moi", 10),
        journal_row(2, datetime(2026, 11, 22, 16, 0, 0, tzinfo=UTC), "moi", 20),
        journal_row(3, datetime(2026, 11, 23, 15, 0, 0, tzinfo=UTC), "moi", 30),
        journal_row(4, datetime(2026, 11, 23, 15, 0, 0, tzinfo=UTC), "mof", 40),
    ]
    with writing(db) as connection:
        connection.execute(insert(journal), rows)
    return db


def test_a_day_ends_at_midnight_in_taipei(filled: Engine) -> None:
    assert read_usage(filled, UsageFilter(tenant="moi")) == [
        Usage(date(2026, 11, 23), "moi", "moi", 2, 50, 2),
        Usage(date(2026, 11, 22), "moi", "moi", 1, 10, 1),
    ]


def test_days_and_tenants_can_be_chosen(filled: Engine) -> None:
    day = date(2026, 11, 23)
    assert [row.tenant for row in read_usage(filled, UsageFilter(since=day, until=day))] == ["mof", "moi"]
    assert read_usage(filled, UsageFilter(until=date(2026, 11, 21))) == []


def test_a_stored_time_is_utc_and_aware(filled: Engine) -> None:
    with reading(filled) as connection:
        at = connection.execute(select(journal.c.at).where(journal.c.seq == 1)).scalar_one()
    assert at == datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)
    assert at.utcoffset() is not None
