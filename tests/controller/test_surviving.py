"""What happens to the controller itself: a second one, a killed one, Redis or the store away, a bad canary."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
import redis
from sqlalchemy import Engine

from adapters.stages import Stage
from serve import feed
from serve.catalog import catalog_from_json
from serve.controller.lease import FileLease
from serve.dispatch.canary import counts_key
from serve.records.audit import list_audit
from serve.records.database import writing
from serve.records.replicas import Phase, list_residents
from serve.records.routing import load_catalog, read_revision, set_shares
from tests.controller.conftest import Fleet
from tests.redis_server import RedisServer
from tests.waiting import eventually


def environ(fleet: Fleet) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIANMIN_")}
    settings = fleet.settings
    return kept | {
        "BIANMIN_HOME": str(settings.home),
        "BIANMIN_REDIS__URL": settings.redis.url,
        "BIANMIN_CONTROLLER__INTERVAL_S": "0.05",
        "BIANMIN_CONTROLLER__DRAIN_GRACE_S": "0.05",
        "BIANMIN_METRICS_DIR": str(settings.home / "metrics"),
    }


async def start(fleet: Fleet) -> asyncio.subprocess.Process:
    """`bianmin controller` as a process of its own."""
    command = [sys.executable, "-c", "from serve.cli import main; main()", "controller"]
    with (fleet.settings.home / "controller.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(*command, env=environ(fleet), stdout=log, stderr=log)


async def test_of_two_controllers_one_acts_and_a_killed_one_is_followed(fleet: Fleet) -> None:
    engine = fleet.engine()
    for number in range(1, 4):
        fleet.add(f"moi@{number}", Stage.STANDBY)
    processes = [await start(fleet), await start(fleet)]
    try:
        await eventually(lambda: all(fleet.ready(f"moi@{n}") for n in range(1, 4)), "all are ready")
        log = fleet.settings.home / "controller.log"
        assert log.read_text().count("this controller acts") == 1
        assert len(engine.seen) == 3, "each was loaded once"
        names = set(engine.adapters)
        lease = FileLease(fleet.settings.home / "records.sqlite3.controller")
        assert not lease.take()
        for process in processes[:1]:
            process.kill()
            await process.wait()
        fleet.add("mof@1")
        await eventually(lambda: fleet.ready("mof@1"), "somebody goes on")
        processes[1].send_signal(signal.SIGKILL)
        await processes[1].wait()
        assert lease.take(), "nobody holds the lease of a killed controller"
        lease.release()
        assert names < set(engine.adapters) and not [name for what, name in engine.seen if what == "unload"]
        last = await start(fleet)
        processes.append(last)
        fleet.stage("moi@1", Stage.RETIRED)
        await eventually(
            lambda: fleet.phase("moi@1")[0] is None and len(engine.adapters) == 3, "the next goes on"
        )
        last.terminate()
        assert await last.wait() == 0
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert "Traceback" not in (fleet.settings.home / "controller.log").read_text()


def stored_revision(client: redis.Redis) -> int:
    try:
        return int(client.hget(feed.KEY, "revision") or -1)
    except redis.RedisError:
        return -1


async def test_redis_is_told_of_each_change_and_again_after_it_lost_everything(
    fleet: Fleet, redis_server: RedisServer
) -> None:
    fleet.engine()
    fleet.add("moi@1")
    client = redis.Redis(unix_socket_path=str(redis_server.socket))
    with client:
        async with fleet.controller():
            await eventually(lambda: fleet.ready("moi@1"), "it is ready")
            await eventually(
                lambda: stored_revision(client) == read_revision(fleet.db), "Redis has the table"
            )
            redis_server.signal(signal.SIGKILL)
            fleet.add("mof@1")
            await eventually(lambda: fleet.ready("mof@1"), "Redis away holds up nothing")
            for file in redis_server.folder.glob("appendonly*"):
                shutil.rmtree(file) if file.is_dir() else file.unlink()
            redis_server.start()
            await eventually(lambda: stored_revision(client) == read_revision(fleet.db), "it is told again")
            with writing(fleet.db) as connection:  # somebody else's change
                set_shares(connection, "moi", {"moi@1": 100})
            await eventually(
                lambda: stored_revision(client) == read_revision(fleet.db), "also of others' changes"
            )
        import orjson

        assert catalog_from_json(orjson.loads(client.hget(feed.KEY, "table"))) == load_catalog(fleet.db)


def damage(fleet: Fleet, digest: str) -> None:
    (weights,) = Path(fleet.settings.artifacts_url).glob(f"{digest[7:]}/*/adapter_model.safetensors")
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")


def remove(fleet: Fleet, digest: str) -> None:
    shutil.rmtree(Path(fleet.settings.artifacts_url) / digest[7:])


def fill(fleet: Fleet, digest: str) -> None:
    """The cache can't be written: a file lies where the folder should be."""
    fleet.settings.adapter_cache.write_text("in the way")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [(damage, "artifact_damaged"), (remove, "artifact_missing"), (fill, "store_unavailable")],
)
async def test_what_the_store_cannot_give_is_told_by_its_code(fleet: Fleet, spoil, reason: str) -> None:
    engine = fleet.engine()
    digest = fleet.add("moi@1")
    kept = fleet.settings.home / "kept"
    shutil.copytree(fleet.settings.artifacts_url, kept)
    spoil(fleet, digest)
    async with fleet.controller():
        await eventually(lambda: fleet.phase("moi@1") == (Phase.FAILED, reason), f"it fails with {reason}")
        assert not engine.seen, "the engine was never asked to load it"
        await eventually(lambda: attempts(fleet.db) > 1, "attempts are counted")
        shutil.rmtree(fleet.settings.artifacts_url)
        shutil.copytree(kept, fleet.settings.artifacts_url)
        if fleet.settings.adapter_cache.is_file():
            fleet.settings.adapter_cache.unlink()
        await eventually(lambda: fleet.ready("moi@1"), "it converges when the store is well again")


def attempts(db: Engine) -> int:
    return max(row.attempts for row, _ in list_residents(db))


async def test_a_damaged_copy_in_the_cache_is_fetched_again(fleet: Fleet) -> None:
    engine = fleet.engine()
    digest = fleet.add("moi@1")
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1"), "it is ready")
        copy = fleet.cache_of(digest) / "adapter_model.safetensors"
        whole = copy.read_bytes()
        copy.write_bytes(whole[:-1] + b"x")
        engine.die()
        engine.start()
        await eventually(lambda: bool(engine.adapters) and fleet.ready("moi@1"), "it is loaded again")
    assert copy.read_bytes() == whole


async def test_the_database_away_unloads_nothing(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be told to the gateways isn't done: they would go on sending there."""
    from serve.controller import keeper
    from serve.errors import RecordsUnavailable

    engine = fleet.engine()
    fleet.add("moi@1")
    refused: list[str] = []

    def refuse(db: Engine, replica: str, *_: object) -> int | None:
        refused.append(replica)
        raise RecordsUnavailable

    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1"), "it is ready")
        with monkeypatch.context() as patched:
            patched.setattr(keeper, "publish_residents", refuse)
            fleet.stage("moi@1", Stage.RETIRED)
            await eventually(lambda: len(refused) > 20, "the keeper tried for long enough")
            assert engine.adapters
        await eventually(lambda: not engine.adapters, "it is unloaded when the gateways know")


async def test_a_bad_canary_is_withdrawn_and_the_reason_recorded(
    fleet: Fleet, redis_server: RedisServer
) -> None:
    fleet.engine()
    fleet.add("moi@1")
    fleet.add("moi@2", Stage.CANARY)
    with writing(fleet.db) as connection:
        set_shares(connection, "moi", {"moi@1": 90, "moi@2": 10})
    with redis.Redis(unix_socket_path=str(redis_server.socket)) as client:
        client.hset(counts_key("moi@1"), mapping={"requests": 900, "errors": 1, "slow": 0})
        client.hset(counts_key("moi@2"), mapping={"requests": 100, "errors": 1, "slow": 0})
        async with fleet.controller():
            await eventually(lambda: fleet.ready("moi@2"), "the canary is ready")
            assert {share.version for share in load_catalog(fleet.db).shares["moi"]} == {"moi@1", "moi@2"}
            client.hincrby(counts_key("moi@2"), "errors", 30)
            await eventually(
                lambda: len(load_catalog(fleet.db).shares["moi"]) == 1, "the canary is withdrawn"
            )
            assert load_catalog(fleet.db).shares["moi"][0].version == "moi@1"
            await eventually(lambda: fleet.phase("moi@2")[0] is None, "it is unloaded")
            fleet.stage("moi@2", Stage.CANARY)
            with writing(fleet.db) as connection:
                set_shares(connection, "moi", {"moi@1": 90, "moi@2": 10})
            await eventually(
                lambda: not client.exists(counts_key("moi@2")), "a new trial begins with nothing"
            )
    (event,) = [row.event for row in list_audit(fleet.db) if row.event.actor == "controller"]
    assert "errors: 31 errors, 0 slow of 100 requests" in str(event.details)
