"""Open and migrate the database; nothing of SQLAlchemy's errors leaves this package.

SQLite (WAL, one file) is the embedded default; a PostgreSQL URL is the production one. The engine is
synchronous: async callers go through `asyncio.to_thread`.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from serve.errors import RecordsUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger("bianmin.records")

BUSY_TIMEOUT_S = 10.0
MIGRATION_TIMEOUT_S = 120.0
CONNECT_TIMEOUT_S = 5
POSTGRES_DRIVER = "postgresql+psycopg"
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x6269616E  # any constant; PostgreSQL's advisory lock of our migrations


@contextmanager
def records_errors() -> Iterator[None]:
    """Turn any database error into RecordsUnavailable.

    The cause is logged by type only and is not chained: drivers put row values into their messages.
    """
    try:
        yield
    except SQLAlchemyError as exc:
        cause = getattr(exc, "orig", None)
        code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
        log.error("the database refused: %s %s", type(exc).__name__, code or "")
        raise RecordsUnavailable from None


def open_database(url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """An engine for the URL; it connects at first use. Raises RecordsUnavailable for an unusable URL.

    `busy_timeout_s` is how long SQLite waits for another process's write.
    """
    # At debug level SQLAlchemy would log result rows, journal texts among them.
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite":
        with records_errors():
            return create_engine(
                parsed,
                hide_parameters=True,
                json_serializer=_to_json,
                pool_pre_ping=True,
                connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
            )
    _make_private_file(parsed)
    engine = create_engine(
        parsed, hide_parameters=True, json_serializer=_to_json, connect_args={"timeout": busy_timeout_s}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(db: Engine) -> Iterator[Connection]:
    """A connection that only reads and takes no write lock. Raises RecordsUnavailable."""
    with records_errors(), db.connect().execution_options(read_only=True) as connection:
        yield connection


@contextmanager
def writing(db: Engine) -> Iterator[Connection]:
    """One write transaction: committed at the end, undone by any exception. Raises RecordsUnavailable."""
    with records_errors(), db.begin() as connection:
        yield connection


def upgrade(url: str) -> None:
    """Bring the schema to the newest revision; the second of two processes waits, then finds nothing to do.

    Raises RecordsUnavailable.
    """
    from alembic import command  # only the one who migrates pays for it

    db = open_database(url, MIGRATION_TIMEOUT_S)
    try:
        with writing(db) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            command.upgrade(migration_config(connection), "head")
    finally:
        db.dispose()


def migration_config(connection: Connection) -> Config:
    """Alembic's configuration, bound to an open transaction."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise RecordsUnavailable("The database URL is not valid.") from None
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername=POSTGRES_DRIVER)
    return parsed


def _make_private_file(url: URL) -> None:
    if not url.database or url.database == ":memory:":
        raise RecordsUnavailable("An in-memory database would forget every key.")
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as exc:
        log.error("the database file can't be opened (%s)", type(exc).__name__)
        raise RecordsUnavailable from None


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, see _begin_sqlite
    _switch_to_wal(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    # FULL: a shipped spool segment is deleted, so its rows must survive a power cut.
    connection.execute("PRAGMA synchronous = FULL")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """The switch needs the file alone, and SQLite answers "locked" here without its busy timeout."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: a reader that turns writer later gets "locked" without any waiting."""
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()
