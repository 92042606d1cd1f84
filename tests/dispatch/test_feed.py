"""Every worker sees a change within a second, whichever of Redis and the database is away."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from redis.asyncio import Redis

from serve import feed
from serve.catalog import Catalog, Share
from serve.errors import RecordsUnavailable
from serve.feed import CatalogWatch, publish
from serve.hotstate import open_redis
from tests.redis_server import RedisServer
from tests.waiting import eventually

FIRST = Catalog(1, {"moi": (Share("moi@1", 100),)})


@dataclass
class Database:
    """The table as committed; away on demand."""

    catalog: Catalog = FIRST
    away: bool = False

    def revision(self) -> int:
        return self.load().revision

    def load(self) -> Catalog:
        if self.away:
            raise RecordsUnavailable
        return self.catalog

    def commit(self, revision: int) -> Catalog:
        self.catalog = replace(self.catalog, revision=revision)
        return self.catalog


@asynccontextmanager
async def watching(redis: Redis, database: Database) -> AsyncIterator[CatalogWatch]:
    watch = CatalogWatch(redis, database.revision, database.load)
    task = asyncio.create_task(watch.follow())
    try:
        await eventually(lambda: watch.current().revision > 0, "there is a table")
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def subscribed(redis: Redis) -> None:
    async def listens() -> bool:
        return bool((await redis.pubsub_numsub(feed.KEY))[0][1])

    await eventually(listens, "the worker listens")


async def test_a_message_is_enough_while_the_database_is_away(redis: Redis) -> None:
    database = Database()
    async with watching(redis, database) as watch:
        await subscribed(redis)
        database.away = True
        assert await publish(redis, replace(FIRST, revision=7))
        await eventually(lambda: watch.current().revision == 7, "revision 7 is taken")
        assert watch.current().shares == FIRST.shares


async def test_a_worker_that_starts_without_a_database_takes_the_stored_table(redis: Redis) -> None:
    await publish(redis, replace(FIRST, revision=9))
    async with watching(redis, Database(away=True)) as watch:
        assert watch.current() == replace(FIRST, revision=9)


async def test_an_older_table_never_replaces_a_newer_one(redis: Redis) -> None:
    database = Database()
    await publish(redis, replace(FIRST, revision=9))
    await publish(redis, replace(FIRST, revision=8))
    async with watching(redis, Database(away=True)) as watch:
        assert watch.current().revision == 9
    watch = CatalogWatch(redis, database.revision, database.load)
    watch.take(replace(FIRST, revision=5))
    watch.take(replace(FIRST, revision=4))
    assert watch.current().revision == 5


async def test_a_look_that_began_before_the_message_does_not_undo_it_but_a_restored_backup_counts(
    redis: Redis,
) -> None:
    database = Database()
    watch = CatalogWatch(redis, database.revision, database.load)
    watch.take(replace(FIRST, revision=5))
    await watch.look()
    assert watch.current().revision == 5
    await watch.look()
    assert watch.current().revision == 1


async def test_the_database_is_enough_while_redis_is_away() -> None:
    server = RedisServer()
    server.start()
    client = open_redis(server.url, 1.0)
    database = Database()
    try:
        async with watching(client, database) as watch:
            await subscribed(client)
            server.signal(signal.SIGKILL)
            assert not await publish(client, database.commit(2))
            await eventually(lambda: watch.current().revision == 2, "revision 2 is taken")
            server.start()
            await subscribed(client)
            database.away = True
            assert await publish(client, replace(FIRST, revision=3))
            await eventually(lambda: watch.current().revision == 3, "revision 3 is taken")
    finally:
        await client.aclose()
        server.stop()


async def test_nonsense_in_redis_changes_nothing(redis: Redis) -> None:
    database = Database()
    async with watching(redis, database) as watch:
        await subscribed(redis)
        for nonsense in (
            "{",
            "[]",
            '{"revision": 9}',
            '{"revision": 9, "router": 0, "shares": [], "routes": [[1]]}',
        ):
            await redis.publish(feed.KEY, nonsense)
        await publish(redis, replace(FIRST, revision=3))
        await eventually(lambda: watch.current().revision == 3, "revision 3 is taken")
        assert watch.current() == replace(FIRST, revision=3)
