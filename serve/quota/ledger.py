"""The shared ledger in Redis: one script call per operation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serve.hotstate.script import RedisAwayError, Script

__all__ = ["SCRIPT", "Ledger", "Operation", "RedisAwayError"]

SCRIPT = Path(__file__).parent / "quota.lua"


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the script. All but `reserve` may be repeated: the second time changes nothing."""

    name: str
    tenant: str
    request_id: str
    arguments: tuple[int, ...] = ()


class Ledger:
    """Runs operations. A tenant's keys share the hash tag `{tenant}`, so they live on one cluster node."""

    def __init__(self, script: Script) -> None:
        self._script = script

    async def run(self, operation: Operation) -> Any:
        """The script's answer. Raises RedisAwayError."""
        tag = f"quota:{{{operation.tenant}}}:"
        keys = [tag + name for name in ("window", "day", "leases", "estimates")]
        return await self._script.run(keys, (operation.name, operation.request_id, *operation.arguments))
