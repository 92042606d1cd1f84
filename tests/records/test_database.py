from __future__ import annotations

import logging
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import OperationalError

from serve.errors import RecordsUnavailable
from serve.records.accounts import create_key, find_caller, list_keys
from serve.records.database import open_database, reading, records_errors, upgrade, writing
from serve.records.tables import metadata
from serve.records.tenants import TenantSpec, create_tenant


def test_migrations_from_empty_give_exactly_the_declared_tables(db: Engine) -> None:
    with reading(db) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
        checks = inspect(connection).get_check_constraints("tenants")
    assert {check["name"] for check in checks} == {"ck_tenants_kind", "ck_tenants_limits"}


def test_upgrading_again_keeps_what_is_there(db: Engine, records_url: str) -> None:
    create_tenant(db, TenantSpec("moi", "ministry"), "test")
    upgrade(records_url)
    key_id, _ = create_key(db, "moi", "", "test")
    assert [key.id for key in list_keys(db, "moi")] == [key_id]


def test_two_processes_may_upgrade_at_once(records_url: str) -> None:
    code = "import sys; from serve.records.database import upgrade; upgrade(sys.argv[1])"
    processes = [
        subprocess.Popen([sys.executable, "-c", code, records_url], stderr=subprocess.PIPE) for _ in range(2)
    ]
    errors = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 2, errors
    db = open_database(records_url)
    with reading(db) as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


def test_sqlite_is_durable_private_and_checks_foreign_keys(db: Engine, records_file: Path) -> None:
    with reading(db) as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() >= 5000
    for file in records_file.parent.glob("records.sqlite3*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_reader_does_not_wait_for_a_writer(db: Engine) -> None:
    with writing(db) as writer:
        writer.execute(text("UPDATE tenants SET priority = 1"))
        assert find_caller(db, "0" * 64) is None


def test_a_database_without_tables_is_unavailable(records_url: str) -> None:
    with pytest.raises(RecordsUnavailable):
        find_caller(open_database(records_url), "0" * 64)


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "nosuch://host/db"])
def test_an_unusable_url_is_refused(url: str) -> None:
    with pytest.raises(RecordsUnavailable):
        open_database(url)


def test_a_server_that_does_not_answer_is_unavailable() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(RecordsUnavailable):
        list_keys(open_database("postgresql://nobody@127.0.0.1:1/none"))


def test_values_stay_out_of_errors_and_logs(db: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    canary = "canary-7f3a"
    with pytest.raises(RecordsUnavailable) as caught, reading(db) as connection:
        connection.execute(text("SELECT * FROM nothing WHERE value = :value"), {"value": canary})
    assert caught.value.__cause__ is None
    assert canary not in caplog.text
    assert "SQLITE_ERROR" in caplog.text


def test_result_rows_are_not_logged_at_debug(
    records_url: str, db: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    create_tenant(db, TenantSpec("moi", "ministry", answer_prefix="canary-51bc"), "test")
    again = open_database(records_url)
    with reading(again) as connection:
        assert connection.execute(text("SELECT answer_prefix FROM tenants")).scalar_one() == "canary-51bc"
    assert "canary-51bc" not in caplog.text


def test_records_errors_leaves_other_errors_alone() -> None:
    with pytest.raises(KeyError), records_errors():
        raise KeyError
    with pytest.raises(RecordsUnavailable), records_errors():
        raise OperationalError("SELECT", {}, Exception())
