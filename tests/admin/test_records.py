from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine, insert, text

from serve.records.audit import list_audit
from serve.records.database import writing
from serve.records.tables import journal
from tests.records.rows import journal_row

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def filled(db: Engine) -> Engine:
    """Seven records, two at the same moment; the last is another tenant's refusal."""
    rows = [journal_row(seq, START + timedelta(minutes=seq // 2), "moi", 10) for seq in range(6)]
    rows.append(journal_row(6, START + timedelta(hours=1), "mof", 0) | {"outcome": "quota_exceeded"})
    with writing(db) as connection:
        connection.execute(insert(journal), rows)
    return db


async def test_pages_cover_every_record_once(client: httpx.AsyncClient, filled: Engine) -> None:
    seen: list[str] = []
    params: dict[str, str] = {"limit": "2"}
    for _ in range(4):
        page = (await client.get("/admin/journal", params=params)).json()
        seen += [record["request_id"] for record in page["records"]]
        assert all("prompt" not in record and "answer" not in record for record in page["records"])
        params["cursor"] = page["next_cursor"]
    assert seen == ["r6", "r5", "r4", "r3", "r2", "r1", "r0"]
    assert page["next_cursor"] is None


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"tenant": "mof"}, ["r6"]),
        ({"outcome": "quota_exceeded"}, ["r6"]),
        ({"since": "2026-11-23T01:02:00Z"}, ["r6", "r5", "r4"]),
        ({"until": "2026-11-23T09:01:00+08:00"}, ["r1", "r0"]),
        ({"tenant": "nobody"}, []),
    ],
)
async def test_the_journal_is_filtered(
    client: httpx.AsyncClient, filled: Engine, params: dict[str, str], expected: list[str]
) -> None:
    page = (await client.get("/admin/journal", params=params)).json()
    assert [record["request_id"] for record in page["records"]] == expected


@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "zz"},
        {"cursor": "é"},
        {"cursor": "OTk5OSBy"},
        {"limit": "0"},
        {"limit": "501"},
        {"since": "yesterday"},
        {"since": "2026-11-23T01:02:00"},
        {"tenant": "' OR 1=1"},
        {"outcome": "\x00"},
    ],
)
async def test_unusable_filters_are_refused(
    client: httpx.AsyncClient, filled: Engine, params: dict[str, str]
) -> None:
    answer = await client.get("/admin/journal", params=params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


async def test_one_record_has_its_texts_and_looking_is_recorded(
    client: httpx.AsyncClient, filled: Engine
) -> None:
    record = (await client.get("/admin/journal/r3")).json()
    assert record["prompt"] == {"messages": ["〔姓名1〕"]}
    assert record["hash"] == "1" * 64
    await client.get("/admin/journal", params={"tenant": "moi"})
    listed, read = list_audit(filled)
    assert (read.event.actor, read.event.action, read.event.object) == ("wang", "journal.read", "r3")
    assert (listed.event.action, listed.event.details) == ("journal.list", {"tenant": "moi"})
    assert (await client.get("/admin/journal/none")).status_code == 404


async def test_usage_adds_up(client: httpx.AsyncClient, filled: Engine) -> None:
    answer = await client.get("/admin/usage", params={"tenant": "moi", "since": "2026-11-23"})
    assert answer.json() == [
        {
            "day": "2026-11-23",
            "tenant": "moi",
            "model": "moi",
            "requests": 6,
            "prompt_tokens": 60,
            "completion_tokens": 6,
        }
    ]


async def test_a_tampered_audit_is_told(client: httpx.AsyncClient, db: Engine) -> None:
    await client.get("/admin/journal")
    with writing(db) as connection:
        connection.execute(text("UPDATE admin_audit SET actor = 'nobody'"))
    assert (await client.get("/admin/audit/verify")).json() == {"intact": False, "first_broken_id": 1}


async def test_a_database_that_is_gone_is_503(client: httpx.AsyncClient, db: Engine) -> None:
    with writing(db) as connection:
        connection.execute(text("DROP TABLE keys"))
    answer = await client.get("/admin/keys")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "records_unavailable")
