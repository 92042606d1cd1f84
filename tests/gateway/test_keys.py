"""Keys in service: revoked ones stop, and a database that is away holds nobody up."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from serve.records.accounts import create_key, hash_key, revoke_key
from serve.records.tables import keys
from serve.settings import Settings
from tests.gateway.conftest import Gateway

CACHE_S = 0.5


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Keys are looked up again soon, so that the tests needn't wait long."""
    return settings.model_copy(
        update={"records": settings.records.model_copy(update={"key_cache_s": CACHE_S})}
    )


@contextmanager
def database_away(gateway: Gateway) -> Iterator[None]:
    """Every question about keys fails, as with a damaged or half-restored database."""
    path = gateway.settings.records_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
        connection.execute("ALTER TABLE keys RENAME TO keys_elsewhere")
        try:
            yield
        finally:
            connection.execute("ALTER TABLE keys_elsewhere RENAME TO keys")


async def test_a_revoked_key_stops_within_the_cache_time(gateway: Gateway) -> None:
    assert (await gateway.chat("你好", tenant="moi")).status == 200
    with gateway.database.connect() as connection:
        of_moi = keys.c.sha256 == hash_key(gateway.keys["moi"])
        key_id = connection.scalars(select(keys.c.id).where(of_moi)).one()
    revoke_key(gateway.database, key_id, "test")
    revoked_at = time.monotonic()

    status = 200
    while status == 200:
        asked_at = time.monotonic()
        status = (await gateway.chat("你好", tenant="moi")).status
        assert status == 401 or asked_at - revoked_at <= CACHE_S
    assert (await gateway.chat("你好")).status == 200


async def test_a_new_key_works_at_once(gateway: Gateway) -> None:
    gateway.keys["new"] = create_key(gateway.database, "city", "new", "test")[1]
    assert (await gateway.chat("你好", tenant="new")).status == 200


async def test_checked_keys_go_on_while_the_database_is_away(gateway: Gateway) -> None:
    gateway.keys["late"] = create_key(gateway.database, "city", "late", "test")[1]
    assert (await gateway.chat("你好")).status == 200
    with database_away(gateway):
        await asyncio.sleep(CACHE_S * 1.1)  # the entry is older than its time, so the database is asked
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
    await asyncio.sleep(CACHE_S * 1.1)
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
