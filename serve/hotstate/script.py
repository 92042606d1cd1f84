"""One Lua script in Redis: a call is one atomic step, bounded in time, behind a breaker."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from serve.hotstate.breaker import Breaker

# More would not be faster on one core, and every connection costs Redis memory.
AT_ONCE = 32


class RedisAwayError(Exception):
    """Redis didn't answer in time, answered with a failure, or isn't asked because it just failed.

    `asked` tells whether the operation may have reached it nevertheless.
    """

    def __init__(self, *, asked: bool) -> None:
        self.asked = asked
        super().__init__("redis is away")


class Script:
    """Calls one script. Scripts of one worker share its breaker: one failure tells about Redis, not about a script."""

    def __init__(self, redis: Redis, source: Path, timeout_s: float, breaker: Breaker) -> None:
        self._execute: Callable[..., Awaitable[Any]] = redis.execute_command
        self._source = source.read_bytes()
        # Redis names scripts by SHA-1.
        self._sha = hashlib.sha1(self._source, usedforsecurity=False).hexdigest()
        self._timeout_s = timeout_s
        self._breaker = breaker
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def run(self, keys: Sequence[str], arguments: Sequence[str | int]) -> Any:
        """The script's answer. Raises RedisAwayError, within `timeout_s` of Redis being asked."""
        async with self._turns:
            if not self._breaker.admits():
                raise RedisAwayError(asked=False)
            try:
                async with asyncio.timeout(self._timeout_s):
                    answer = await self._call((len(keys), *keys, *arguments))
            except (RedisError, OSError) as exc:
                self._breaker.failed(exc)
                raise RedisAwayError(asked=True) from None
            self._breaker.succeeded()
            return answer

    async def _call(self, rest: Sequence[str | int]) -> Any:
        try:
            return await self._execute("EVALSHA", self._sha, *rest)
        except NoScriptError:
            return await self._execute("EVAL", self._source, *rest)
