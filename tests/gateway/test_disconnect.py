"""A citizen who leaves stops the work in every phase: the engine's, the quota's lease, and a record of it stays."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import aiohttp
import psutil
import pytest

from serve.journal.record import JournalRecord
from serve.journal.spool import Spool
from tests.gateway.conftest import Gateway, running_gateway
from tests.gateway.recognizers import Hanging, use_recognizer
from tests.gateway.upstream import ScriptedEngine

NATIONAL_ID = "A123456789"
SAID = ["您的", "號碼", "是〔身分", "證號1〕", "，請", "稍候"]


def script(engine: ScriptedEngine, gate_after: int) -> None:
    """Let the engine stop before one of its pieces and wait."""
    engine.answer = lambda body: SAID
    engine.gate_after = gate_after


async def ask_and_leave(gateway: Gateway, *, stream: bool, until: str | None = None) -> str:
    """`people` asks; leave when the engine is at work or, given a text, once that was read. Answers what was read."""
    gateway.engine.started.clear()
    body = {
        "model": "moi",
        "messages": [{"role": "user", "content": f"身分證{NATIONAL_ID}"}],
        "stream": stream,
    }
    seen = ""
    async with aiohttp.ClientSession() as leaving:

        async def ask() -> None:
            nonlocal seen
            async with leaving.post(
                gateway.url + "/v1/chat/completions", json=body, headers=gateway.headers("people")
            ) as response:
                async for piece in response.content.iter_any():
                    seen += piece.decode()
                    if until and until in seen:
                        return

        asking = asyncio.create_task(ask())
        await gateway.engine.started.wait()
        if until is None:
            asking.cancel()
        await asyncio.wait((asking,))
    return seen


async def records_of(gateway: Gateway, count: int) -> list[dict[str, Any]]:
    """The journal once it holds that many records."""
    async with asyncio.timeout(20):
        while len(gateway.spooled()) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return gateway.spooled()


@pytest.mark.parametrize(
    ("stream", "gate_after", "until"),
    [(False, 0, None), (True, 0, None), (True, 2, "號碼")],
    ids=["not streamed", "before the first piece", "while streaming"],
)
async def test_leaving_stops_the_engine_and_frees_the_place(
    gateway: Gateway, stream: bool, gate_after: int, until: str | None
) -> None:
    script(gateway.engine, gate_after)
    await ask_and_leave(gateway, stream=stream, until=until)

    async with asyncio.timeout(20):
        await gateway.engine.client_gone.wait()
    (record,) = await records_of(gateway, 1)
    assert record["outcome"] == "aborted"
    assert "〔身分證號1〕" in record["prompt"][0]["content"]
    assert NATIONAL_ID not in str(record)
    gateway.engine.gate_after = None
    # `people` may have one request at a time, so this one is admitted only when the lease has ended.
    response = await gateway.chat("你好", tenant="people")
    assert (response.status, response.headers["x-ratelimit-remaining-requests"]) == (200, "1")


async def test_the_journal_keeps_what_was_said_until_then(gateway: Gateway) -> None:
    script(gateway.engine, 5)
    seen = await ask_and_leave(gateway, stream=True, until="，請")
    assert NATIONAL_ID in seen

    (record,) = await records_of(gateway, 1)
    assert record["outcome"] == "aborted"
    assert record["answer"] == [{"index": 0, "content": "您的號碼是〔身分證號1〕，請"}]
    assert record["completion_tokens"] == 5


async def test_leaving_while_the_text_is_concealed_sends_nothing(
    settings: Any, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Hanging()
    use_recognizer(monkeypatch, slow)
    try:
        async with running_gateway(settings, engine, await_ready=False) as gateway:
            asking = asyncio.create_task(gateway.chat("慢", tenant="people"))
            await asyncio.to_thread(slow.asked.wait)
            asking.cancel()
            (record,) = await records_of(gateway, 1)
            assert (record["outcome"], record["prompt"]) == ("aborted", [])
            slow.let_go.set()
            response = await gateway.chat("你好", tenant="people")
            assert (response.status, response.headers["x-ratelimit-remaining-requests"]) == (200, "2")
            assert len(engine.raw) == 1
    finally:
        slow.let_go.set()


@pytest.mark.parametrize("stream", [False, True])
async def test_leaving_while_the_record_is_written_leaves_one_record(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    writing, go_on, append = asyncio.Event(), asyncio.Event(), Spool.append

    async def slow_append(self: Spool, record: JournalRecord) -> None:
        writing.set()
        await go_on.wait()
        await append(self, record)

    monkeypatch.setattr(Spool, "append", slow_append)
    asking = asyncio.create_task(gateway.chat("你好", tenant="people", stream=stream))
    await writing.wait()
    asking.cancel()
    await asyncio.wait((asking,))
    go_on.set()
    assert (await gateway.chat("再問", tenant="city")).status == 200
    assert [record["outcome"] for record in await records_of(gateway, 2)] == ["ok", "ok"]


async def test_leaving_in_the_middle_of_the_body_is_no_error(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = gateway.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.keys['city']}\r\n"
    )
    writer.write(head.encode() + b'content-length: 100\r\n\r\n{"model"')
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await gateway.chat("你好")).status == 200
    assert [record.name for record in caplog.records if record.levelname == "ERROR"] == []
    assert len(gateway.spooled()) == 1


async def test_fifty_who_leave_leave_nothing_open(gateway: Gateway) -> None:
    script(gateway.engine, 2)
    await ten_leave(gateway)
    tasks, descriptors = await settled(gateway, 10)
    for wave in range(2, 7):
        await ten_leave(gateway)
        await records_of(gateway, 10 * wave)
    tasks_after, descriptors_after = await settled(gateway, 60)
    assert tasks_after <= tasks
    # The pool of connections to Redis may still grow to as many as ask at once; fifty leaks would show.
    assert descriptors_after <= descriptors + 10
    assert {record["outcome"] for record in gateway.spooled()} == {"aborted"}


async def ten_leave(gateway: Gateway) -> None:
    """Ten ask, every second one for a stream; they leave when the engine has heard them all."""
    seen = len(gateway.engine.raw)
    async with aiohttp.ClientSession(headers=gateway.headers()) as leaving:

        async def ask(stream: bool) -> None:
            body = {"model": "moi", "messages": [{"role": "user", "content": "你好"}], "stream": stream}
            async with leaving.post(gateway.url + "/v1/chat/completions", json=body) as response:
                await response.read()

        asking = [asyncio.create_task(ask(stream)) for stream in (True, False) * 5]
        while len(gateway.engine.raw) < seen + 10:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)


async def settled(gateway: Gateway, left: int) -> tuple[int, int]:
    """Open tasks and file descriptors once the clean-up after so many is over and the numbers stand still."""
    await records_of(gateway, left)
    async with asyncio.timeout(20):
        while gateway.engine.gone < left:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    gc.collect()
    last = (-1, -1)
    while (now := (len(asyncio.all_tasks()), psutil.Process().num_fds())) != last:
        last = now
        await asyncio.sleep(0.2)
    return now
