"""Keys in service: revoked ones stop, and a database that is away holds nobody up."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import select

from serve.errors import RecordsUnavailable, Unauthenticated
from serve.gateway.auth import KeyRing
from serve.records.accounts import create_key, hash_key, revoke_key
from serve.records.tables import keys
from serve.settings import RecordsSettings, Settings
from tests.clock import Clock
from tests.gateway.conftest import Gateway, prepare_records


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Every request of these gateways asks the database for its key again."""
    return settings.model_copy(update={"records": settings.records.model_copy(update={"key_cache_s": 1e-6})})


@contextmanager
def database_away(settings: Settings) -> Iterator[None]:
    """Every question about keys fails, as with a damaged or half-restored database."""
    path = settings.records_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
        connection.execute("ALTER TABLE keys RENAME TO keys_elsewhere")
        try:
            yield
        finally:
            connection.execute("ALTER TABLE keys_elsewhere RENAME TO keys")


def revoke(database: Database, secret: str) -> None:
    with database.connect() as connection:
        key_id = connection.scalars(select(keys.c.id).where(keys.c.sha256 == hash_key(secret))).one()
    revoke_key(database, key_id, "test")


async def test_a_revoked_key_stops_and_no_other(gateway: Gateway) -> None:
    assert (await gateway.chat("你好", tenant="moi")).status == 200
    revoke(gateway.database, gateway.keys["moi"])
    assert (await gateway.chat("你好", tenant="moi")).status == 401
    assert (await gateway.chat("你好")).status == 200


@pytest.fixture
def records(settings: Settings) -> Iterator[tuple[Database, dict[str, str]]]:
    """The database of a gateway that isn't running, and its keys by tenant."""
    database, secrets = prepare_records(settings)
    yield database, secrets
    database.dispose()


async def test_a_checked_key_is_asked_for_again_after_the_cache_time(
    records: tuple[Database, dict[str, str]],
) -> None:
    database, secrets = records
    clock, limits = Clock(), RecordsSettings()
    ring, header = KeyRing(database, limits, clock), f"Bearer {secrets['moi']}"
    assert (await ring.caller(header)).tenant == "moi"
    revoke(database, secrets["moi"])
    clock.now_s += limits.key_cache_s
    assert (await ring.caller(header)).tenant == "moi"
    clock.now_s += 0.001
    with pytest.raises(Unauthenticated):
        await ring.caller(header)


async def test_a_checked_key_goes_on_for_so_long_while_the_database_is_away(
    settings: Settings, records: tuple[Database, dict[str, str]]
) -> None:
    database, secrets = records
    clock, limits = Clock(), RecordsSettings()
    ring, header = KeyRing(database, limits, clock), f"Bearer {secrets['moi']}"
    await ring.caller(header)
    with database_away(settings):
        clock.now_s += limits.stale_key_s
        assert (await ring.caller(header)).tenant == "moi"
        clock.now_s += 0.001
        with pytest.raises(RecordsUnavailable):
            await ring.caller(header)


async def test_a_new_key_works_at_once(gateway: Gateway) -> None:
    gateway.keys["new"] = create_key(gateway.database, "city", "new", "test")[1]
    assert (await gateway.chat("你好", tenant="new")).status == 200


async def test_checked_keys_go_on_while_the_database_is_away(gateway: Gateway) -> None:
    gateway.keys["late"] = create_key(gateway.database, "city", "late", "test")[1]
    assert (await gateway.chat("你好")).status == 200
    with database_away(gateway.settings):
        async with asyncio.timeout(8):
            known = await gateway.chat("你好")
            unknown = await gateway.chat("你好", tenant="late")
        assert known.status == 200
        assert (unknown.status, (await unknown.json())["error"]["code"]) == (503, "records_unavailable")
        assert (await gateway.http.get(gateway.url + "/v1/models", headers=gateway.headers())).status == 200
    async with asyncio.timeout(20):
        while (await gateway.chat("你好", tenant="late")).status != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_database_file_that_is_moved_away_holds_nobody_up(gateway: Gateway, tmp_path: Path) -> None:
    assert (await gateway.chat("你好")).status == 200
    path = Path(gateway.settings.records_url.removeprefix("sqlite:///"))
    os.rename(path, tmp_path / "elsewhere")
    gateway.keys["stranger"] = "bm_" + "x" * 43
    async with asyncio.timeout(8):
        assert (await gateway.chat("你好")).status == 200
        assert (await gateway.chat("你好", tenant="stranger")).status in (401, 503)
    os.rename(tmp_path / "elsewhere", path)


async def test_a_writer_that_holds_the_database_holds_no_request_up(gateway: Gateway) -> None:
    path = gateway.settings.records_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(8):
            assert (await gateway.chat("你好")).status == 200
            assert (await gateway.chat("你好", tenant="moi")).status == 200
        writer.execute("ROLLBACK")
