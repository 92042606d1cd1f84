"""Weighted versions, replicas that come and go, and conversations that stay: through a whole gateway."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest
from redis.asyncio import Redis

from adapters.stages import Stage
from serve import metrics
from serve.dispatch.canary import counts_key
from serve.gateway.services import open_services
from serve.records.database import writing
from serve.records.replicas import Phase, Replica, Resident, add_replica, drain_replica, publish_residents
from serve.records.routing import set_shares
from serve.records.versions import set_stage
from serve.settings import DispatchSettings, Settings
from tests.adapter_rows import add_version
from tests.gateway.conftest import Gateway, running_gateway
from tests.gateway.upstream import ScriptedEngine, running_engine

VERSIONS = {"base@1": "base", "moi@1": "moi-1", "mof@1": "mof-1", "moi@2": "moi-2"}


@pytest.fixture
async def second() -> AsyncIterator[ScriptedEngine]:
    """Another replica's upstream."""
    async with running_engine() as upstream:
        yield upstream


def hold(gateway: Gateway, replica: str, held: Mapping[str, str]) -> None:
    """Let the table say that a replica holds these versions."""
    found = [Resident(replica, version, name, Phase.READY) for version, name in held.items()]
    publish_residents(gateway.database, replica, found)


async def seen(gateway: Gateway, what: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the worker's table is such that an answer is so."""
    async with asyncio.timeout(20):
        while not what((await asked(gateway))["bianmin"]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def asked(gateway: Gateway, text: str = "要怎麼辦", **more: Any) -> dict[str, Any]:
    response = await gateway.chat(text, **more)
    body: dict[str, Any] = await response.json()
    assert response.status == 200, body
    return body


def canary(gateway: Gateway, weight: int) -> None:
    """moi@2 is a canary beside moi@1 on the first replica."""
    add_version(gateway.database, "moi@2", Stage.CANARY)
    hold(gateway, "one", VERSIONS)
    with writing(gateway.database) as connection:
        set_shares(connection, "moi", {"moi@1": 100 - weight, "moi@2": weight})


async def test_an_unreachable_replica_is_left_for_the_next(gateway: Gateway, second: ScriptedEngine) -> None:
    add_replica(gateway.database, Replica("gone", "http://127.0.0.1:9"), "test")
    hold(gateway, "gone", {"moi@1": "moi-1-x"})
    add_replica(gateway.database, Replica("two", second.url), "test")
    hold(gateway, "two", {"moi@1": "moi-1-y"})
    drain_replica(gateway.database, "one", True, "test")
    async with asyncio.timeout(20):
        while not second.bodies:
            await asked(gateway)
    assert second.bodies[-1]["model"] == "moi-1-y"
    assert "您說" in (await (await gateway.chat("要怎麼辦", stream=True)).text())


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_a_replica_that_lost_the_adapter_is_left_for_the_next(
    gateway: Gateway, engine: ScriptedEngine, second: ScriptedEngine, status: int
) -> None:
    add_replica(gateway.database, Replica("two", second.url), "test")
    hold(gateway, "two", {"moi@1": "moi-1-y"})
    engine.fail_status = status
    async with asyncio.timeout(20):
        while not second.bodies or not engine.bodies:
            response = await gateway.chat("要怎麼辦")
            assert response.status == (200 if second.bodies else 503)
    for streamed in (False, True):
        assert (await gateway.chat("要怎麼辦", stream=streamed)).status == 200


async def test_a_refusal_is_not_tried_elsewhere(
    gateway: Gateway, engine: ScriptedEngine, second: ScriptedEngine
) -> None:
    add_replica(gateway.database, Replica("two", second.url), "test")
    hold(gateway, "two", {"moi@1": "moi-1-y"})
    engine.fail_status = 500
    async with asyncio.timeout(20):
        while not second.bodies:  # the worker knows both replicas from here on
            await gateway.chat("要怎麼辦")
    engine.raw.clear()
    second.raw.clear()
    engine.fail_status = second.fail_status = 400
    for _ in range(8):
        assert (await (await gateway.chat("要怎麼辦")).json())["error"]["code"] == "engine_refused"
    assert len(engine.bodies) + len(second.bodies) == 8


async def test_nobody_holds_it_yet(gateway: Gateway, engine: ScriptedEngine) -> None:
    hold(gateway, "one", {"base@1": "base", "mof@1": "mof-1"})
    async with asyncio.timeout(20):
        while (response := await gateway.chat("要怎麼辦")).status == 200:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert response.status == 503 and int(response.headers["retry-after"]) > 0
    assert (await response.json())["error"]["code"] == "adapter_loading"
    assert all(body["model"] == "moi-1" for body in engine.bodies)
    assert (await gateway.chat("要怎麼辦", model="mof")).status == 200


async def test_a_canary_gets_its_share_and_is_counted(gateway: Gateway, engine: ScriptedEngine) -> None:
    canary(gateway, 30)
    async with asyncio.timeout(30):
        while not any(body["model"] == "moi-2" for body in engine.bodies):
            await asked(gateway, f"問題 {len(engine.bodies)}")
    engine.raw.clear()
    versions = Counter(
        [(await asked(gateway, f"第{number}個問題"))["bianmin"]["adapter"] for number in range(120)]
    )
    assert 18 <= versions["moi@2"] <= 54
    async with asyncio.timeout(20), Redis.from_url(gateway.settings.redis_url) as redis:
        while int(await redis.hget(counts_key("moi@2"), "requests") or 0) < versions["moi@2"]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        assert await redis.hget(counts_key("moi@2"), "errors") == b"0"


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_conversation_outlives_a_promotion(gateway: Gateway, streamed: bool) -> None:
    question = "我是王小明，身分證字號A123456789，要遷戶口"
    body = {"model": "moi", "messages": [{"role": "user", "content": question}]}
    first = await gateway.post(body | {"stream": streamed})
    assert first.headers["x-bianmin-adapter"] == "moi@1"
    answer = f"您說：{question}"
    add_version(gateway.database, "moi@2", Stage.SERVING)
    hold(gateway, "one", VERSIONS)
    with writing(gateway.database) as connection:
        set_stage(connection, "moi@1", Stage.STANDBY)
        set_shares(connection, "moi", {"moi@2": 100})
    await seen(gateway, lambda told: told["adapter"] == "moi@2")
    history = [
        *body["messages"],
        {"role": "assistant", "content": answer},
        {"role": "user", "content": "還要什麼？"},
    ]
    later = await gateway.post({"model": "moi", "messages": history})
    assert later.headers["x-bianmin-adapter"] == "moi@1"
    other = [
        *body["messages"],
        {"role": "assistant", "content": "別的回答"},
        {"role": "user", "content": "還要什麼？"},
    ]
    assert (await gateway.post({"model": "moi", "messages": other})).headers["x-bianmin-adapter"] == "moi@2"


async def test_a_full_queue_is_told_and_costs_no_quota(settings: Settings, engine: ScriptedEngine) -> None:
    narrow = DispatchSettings(turns=1, queue_limit=1, turn_wait_s=60)
    async with running_gateway(settings.model_copy(update={"dispatch": narrow}), engine) as gateway:
        before = int((await gateway.chat("好")).headers["x-ratelimit-remaining-requests"])
        engine.gate_after = 0
        inside = asyncio.create_task(gateway.chat("一", stream=True))
        await engine.started.wait()
        answers = [asyncio.create_task(gateway.chat(f"{number}")) for number in range(3)]
        await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
        async with asyncio.timeout(20):
            while sum(task.done() for task in answers) < 2:  # noqa: ASYNC110 - two of three find the queue full
                await asyncio.sleep(0.02)
        refused = [task for task in answers if task.done()]
        for task in refused:
            assert (task.result().status, int(task.result().headers["retry-after"]) > 0) == (503, True)
            assert (await task.result().json())["error"]["code"] == "engine_busy"
        engine.gate.set()
        served = [await inside, *[await task for task in answers if task not in refused]]
        assert [response.status for response in served] == [200, 200]
        after = int((await gateway.chat("好")).headers["x-ratelimit-remaining-requests"])
        assert before - after == 3


async def test_one_ministrys_flood_leaves_room_for_anothers_question(
    settings: Settings, engine: ScriptedEngine
) -> None:
    narrow = DispatchSettings(turns=2, queue_limit=100)
    async with running_gateway(settings.model_copy(update={"dispatch": narrow}), engine) as gateway:
        engine.gate_after = 0
        flood = [asyncio.create_task(gateway.chat(f"第{number}題", stream=True)) for number in range(40)]
        await _waiting(38)
        single = asyncio.create_task(gateway.chat("一個問題", model="mof", stream=True))
        await _waiting(39)
        engine.gate.set()
        assert [response.status for response in await asyncio.gather(single, *flood)] == [200] * 41
        order = [body["model"] for body in engine.bodies]
        assert order.index("mof-1") <= 3


async def _waiting(count: int) -> None:
    """Wait until so many requests wait for their turn."""
    async with asyncio.timeout(30):
        while metrics.TURNS_WAITING._value.get() < count:  # type: ignore[attr-defined]  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_worker_knows_its_models_before_its_first_request(gateway: Gateway, settings: Settings) -> None:
    beside = settings.model_copy(update={"spool_dir": settings.home / "beside"})
    async with open_services(beside) as services:
        assert services.catalog.current().answering
