"""Unsure means not sent: whatever goes wrong in concealment, the engine gets nothing and the caller 503."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from deid import PolicyError
from deid.recognizers.base import TextRecognizer
from serve.gateway.services import open_services
from serve.settings import DeidSettings, Settings
from tests.gateway.conftest import Gateway, running_gateway
from tests.gateway.recognizers import Astray, Hanging, Indiscreet, use_recognizer
from tests.gateway.upstream import ScriptedEngine

Open = Callable[..., AbstractAsyncContextManager[Gateway]]


@pytest.fixture
def with_recognizer(settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a gateway that has one recogniser only."""

    @asynccontextmanager
    async def opened(recognizer: TextRecognizer, **deid: Any) -> AsyncIterator[Gateway]:
        use_recognizer(monkeypatch, recognizer)
        changed = settings.model_copy(update={"deid": DeidSettings(**deid)})
        async with running_gateway(changed, engine, await_ready=False) as gateway:
            yield gateway

    return opened


async def assert_not_sent(gateway: Gateway, response: aiohttp.ClientResponse) -> None:
    """The caller is told, the engine saw nothing, the journal has it, and the quota was given back."""
    assert response.status == 503
    assert (await response.json())["error"]["code"] == "concealment_failed"
    assert gateway.engine.raw == []
    assert gateway.spooled()[-1]["outcome"] == "concealment_failed"
    assert gateway.spooled()[-1]["prompt"] == gateway.spooled()[-1]["answer"] == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("recognizer", [Indiscreet, Astray])
async def test_a_recogniser_that_fails(
    with_recognizer: Open, recognizer: Callable[[], TextRecognizer], stream: bool
) -> None:
    async with with_recognizer(recognizer()) as gateway:
        for _ in range(5):  # more than `people` may ask in a window: the quota comes back each time
            await assert_not_sent(gateway, await gateway.chat("你好", tenant="people", stream=stream))
        completion = {"model": "moi", "prompt": "你好", "stream": stream}
        await assert_not_sent(gateway, await gateway.post(completion, path="/v1/completions"))
        assert len(gateway.spooled()) == 6


@pytest.mark.parametrize("stream", [False, True])
async def test_a_recogniser_that_is_slow(with_recognizer: Open, stream: bool) -> None:
    slow = Hanging()
    try:
        async with with_recognizer(slow, deadline_s=0.2) as gateway:
            await assert_not_sent(gateway, await gateway.chat("慢", stream=stream))
            slow.let_go.set()
            assert (await gateway.chat("慢", stream=stream)).status == 200
    finally:
        slow.let_go.set()


async def test_a_full_pool_refuses_at_once_and_recovers(with_recognizer: Open) -> None:
    slow = Hanging()
    try:
        async with with_recognizer(slow, deadline_s=30, threads=1, queue_limit=1) as gateway:
            working = asyncio.create_task(gateway.chat("慢"))
            await asyncio.to_thread(slow.asked.wait)
            more = {asyncio.create_task(gateway.chat("再問")), asyncio.create_task(gateway.chat("又問"))}
            refused, waiting = await asyncio.wait(more, return_when=asyncio.FIRST_COMPLETED)
            answer = refused.pop().result()
            await assert_not_sent(gateway, answer)
            assert answer.headers["retry-after"] == "1"
            slow.let_go.set()
            assert [(await task).status for task in (working, *waiting)] == [200, 200]
            assert (await gateway.chat("還問")).status == 200
    finally:
        slow.let_go.set()


async def test_not_ready_without_concealment(with_recognizer: Open) -> None:
    async with (
        with_recognizer(Indiscreet()) as gateway,
        gateway.http.get(gateway.url + "/health/ready") as response,
    ):
        assert response.status == 503
        assert (await response.json())["parts"]["concealment"] is False


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "this is not TOML",
        'name = "x"\n[words]\nLITERAL = "原文"\nSHOE_SIZE = "鞋號"\n',
        'name = "x"\n[words]\nLITERAL = "原文"\n',
        'name = "x"\nsurprise = 1\n[words]\nLITERAL = "原文"\n',
    ],
    ids=["empty", "no TOML", "unknown entity", "no word for a recogniser", "unknown key"],
)
async def test_a_worker_with_a_wrong_policy_does_not_start(
    settings: Settings, tmp_path: Path, policy: str
) -> None:
    (tmp_path / "own.toml").write_text(policy)
    await _refuses_to_start(settings, DeidSettings(policy_dir=tmp_path))


async def test_a_worker_without_its_policy_does_not_start(settings: Settings, tmp_path: Path) -> None:
    await _refuses_to_start(settings, DeidSettings(policy="missing", policy_dir=tmp_path))
    await _refuses_to_start(settings, DeidSettings(policy_dir=tmp_path / "missing"))


async def _refuses_to_start(settings: Settings, deid: DeidSettings) -> None:
    with pytest.raises(PolicyError):
        async with open_services(settings.model_copy(update={"deid": deid})):
            pass
