"""A conversation stays on its version; chat clients send nothing but the history."""

from __future__ import annotations

import signal
from collections import Counter
from typing import Any

import pytest
from redis.asyncio import Redis

from serve.catalog import Catalog, Share
from serve.dispatch import CanaryCounts, Conversations, conversation_of
from serve.dispatch.canary import counts_key
from serve.hotstate import open_redis
from tests.redis_server import RedisServer

SECRET = b"of this deployment"
FIRST = [{"role": "system", "content": "你是助理"}, {"role": "user", "content": "我是〔姓名1〕，要遷戶口"}]


def _next(history: list[dict[str, Any]], answer: str, question: str) -> list[dict[str, Any]]:
    return [*history, {"role": "assistant", "content": answer}, {"role": "user", "content": question}]


async def test_later_turns_find_the_first_ones_version(redis: Redis) -> None:
    conversations = Conversations(redis, SECRET)
    first = conversation_of("city", "moi", FIRST)
    assert await conversations.version_of(first) is None
    conversations.remember(first, "moi@1", "〔姓名1〕您好，請帶戶口名簿。")
    await conversations.close()
    second = _next(FIRST, "〔姓名1〕您好，請帶戶口名簿。 ", "要多久？")
    third = _next(second, "三天。", "可以代辦嗎？")
    for prompt in (second, third):
        found = conversation_of("city", "moi", prompt)
        assert found.point == first.point
        assert await conversations.version_of(found) == "moi@1"
    conversations.remember(conversation_of("city", "moi", second), "moi@9", "三天。")
    await conversations.close()
    assert await conversations.version_of(conversation_of("city", "moi", third)) == "moi@1"


async def test_others_who_begin_alike_are_not_mixed_up(redis: Redis) -> None:
    conversations = Conversations(redis, SECRET)
    hello = [{"role": "user", "content": "你好"}]
    for answer, version in (("您好！", "moi@1"), ("你好，請說。", "moi@2")):
        conversations.remember(conversation_of("city", "moi", hello), version, answer)
    await conversations.close()
    assert (
        await conversations.version_of(conversation_of("city", "moi", _next(hello, "您好！", "?"))) == "moi@1"
    )
    assert (
        await conversations.version_of(conversation_of("city", "moi", _next(hello, "你好，請說。", "?")))
        == "moi@2"
    )
    for tenant, model in (("other", "moi"), ("city", "mof")):
        assert (
            await conversations.version_of(conversation_of(tenant, model, _next(hello, "您好！", "?")))
            is None
        )


async def test_a_client_may_name_its_conversation(redis: Redis) -> None:
    conversations = Conversations(redis, SECRET)
    named = conversation_of("city", "moi", FIRST, "chat-1")
    conversations.remember(named, "moi@1", "好")
    await conversations.close()
    again = conversation_of("city", "moi", [{"role": "user", "content": "換句話說"}], "chat-1")
    assert await conversations.version_of(again) == "moi@1"
    assert await conversations.version_of(conversation_of("other", "moi", FIRST, "chat-1")) is None


def test_new_conversations_fall_evenly() -> None:
    points = Counter(
        conversation_of("city", "moi", [{"role": "user", "content": f"問題{number}"}]).point // 10
        for number in range(5000)
    )
    assert set(points) == set(range(10)) and max(points.values()) < 1.3 * min(points.values())


async def test_what_was_said_is_in_no_key_and_no_value(redis: Redis) -> None:
    conversations = Conversations(redis, SECRET)
    conversations.remember(conversation_of("city", "moi", FIRST), "moi@1", "答覆")
    await conversations.close()
    keys = [key.decode() async for key in redis.scan_iter("*")]
    assert len(keys) == 1 and keys[0].isascii() and await redis.get(keys[0]) == b"moi@1"
    assert 0 < await redis.ttl(keys[0]) <= 4 * 3600


async def test_a_name_cannot_be_found_again_without_the_secret(redis: Redis) -> None:
    """A chatbot may call its conversations by telephone numbers; trying all of them must not find one."""
    named = conversation_of("city", "moi", FIRST, "0912345678")
    for secret in (SECRET, b"of another one"):
        conversations = Conversations(redis, secret)
        conversations.remember(named, "moi@1", "好")
        await conversations.close()
    keys = {key.decode() async for key in redis.scan_iter("*")}
    assert len(keys) == 2 and not any(named.opening in key for key in keys)
    open_to_all = Conversations(redis, b"")
    open_to_all.remember(named, "moi@1", "好")
    await open_to_all.close()
    assert await redis.dbsize() == 2 and await open_to_all.version_of(named) is None


async def test_without_redis_the_weights_decide(caplog: pytest.LogCaptureFixture) -> None:
    server = RedisServer()
    server.start()
    client = open_redis(server.url, 1.0)
    server.signal(signal.SIGKILL)
    conversations, counts = Conversations(client, SECRET), CanaryCounts(client, slow_s=1)
    try:
        found = conversation_of("city", "moi", _next(FIRST, "好", "再問"))
        assert await conversations.version_of(found) is None
        conversations.remember(conversation_of("city", "moi", FIRST), "moi@1", "好")
        counts.count(CANARY, "moi", "moi@2", (False, 0.1))
        await conversations.close()
        await counts.close()
    finally:
        await client.aclose()
        server.stop()
    assert caplog.records == []


CANARY = Catalog(1, {"moi": (Share("moi@2", 10, True), Share("moi@1", 90)), "mof": (Share("mof@1", 100),)})


async def test_outcomes_are_counted_beside_a_canary_only(redis: Redis) -> None:
    counts = CanaryCounts(redis, slow_s=1.0)
    for outcome in ((False, 0.5), (False, 1.5), (True, None), (True, 0.2)):
        counts.count(CANARY, "moi", "moi@2", outcome)
    counts.count(CANARY, "moi", "moi@1", (False, 0.5))
    counts.count(CANARY, "mof", "mof@1", (True, None))
    await counts.close()
    assert await redis.hgetall(counts_key("moi@2")) == {b"requests": b"4", b"errors": b"2", b"slow": b"1"}
    assert await redis.hgetall(counts_key("moi@1")) == {b"requests": b"1", b"errors": b"0", b"slow": b"0"}
    assert not await redis.exists(counts_key("mof@1"))
