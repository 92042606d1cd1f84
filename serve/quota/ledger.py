"""The shared ledger in Redis: one script call per operation, bounded in time, behind a breaker."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from serve.quota.breaker import Breaker

_SCRIPT = (Path(__file__).parent / "quota.lua").read_bytes()
_SHA = hashlib.sha1(_SCRIPT, usedforsecurity=False).hexdigest()  # Redis names scripts by SHA-1
# More would not be faster on one core, and every connection costs Redis memory.
AT_ONCE = 32


class RedisAwayError(Exception):
    """Redis didn't answer in time, answered with a failure, or isn't asked because it just failed.

    `asked` tells whether the operation may have reached it nevertheless.
    """

    def __init__(self, *, asked: bool) -> None:
        self.asked = asked
        super().__init__("redis is away")


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the script. All but `reserve` may be repeated: the second time changes nothing."""

    name: str
    tenant: str
    request_id: str
    arguments: tuple[int, ...] = ()


class Ledger:
    """Runs operations. A tenant's keys share the hash tag `{tenant}`, so they live on one cluster node."""

    def __init__(self, redis: Redis, timeout_s: float) -> None:
        self._execute: Callable[..., Awaitable[Any]] = redis.execute_command
        self._timeout_s = timeout_s
        self._breaker = Breaker()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def run(self, operation: Operation) -> Any:
        """The script's answer. Raises RedisAwayError, within `timeout_s` of Redis being asked."""
        async with self._turns:
            if not self._breaker.admits():
                raise RedisAwayError(asked=False)
            try:
                async with asyncio.timeout(self._timeout_s):
                    answer = await self._call(operation)
            except (RedisError, OSError) as exc:
                self._breaker.failed(exc)
                raise RedisAwayError(asked=True) from None
            self._breaker.succeeded()
            return answer

    async def _call(self, operation: Operation) -> Any:
        tag = f"quota:{{{operation.tenant}}}:"
        rest = (
            4, tag + "window", tag + "day", tag + "leases", tag + "estimates",
            operation.name, operation.request_id, *operation.arguments,
        )  # fmt: skip
        try:
            return await self._execute("EVALSHA", _SHA, *rest)
        except NoScriptError:
            return await self._execute("EVAL", _SCRIPT, *rest)
