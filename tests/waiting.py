"""Wait for something to become true, as long as it takes a slow machine, and fail with what was awaited."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import TypeVar

import psutil

T = TypeVar("T")
_PAUSE_S = 0.02


def until(condition: Callable[[], T], what: str, within_s: float = 60) -> T:
    """The condition's first true value. Raises AssertionError with `what` after `within_s`."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
        time.sleep(_PAUSE_S)
    return value


async def eventually(condition: Callable[[], object], what: str, within_s: float = 60) -> None:
    """`until` beside a running event loop; the condition may be a coroutine function."""
    deadline = time.monotonic() + within_s
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
        await asyncio.sleep(_PAUSE_S)


def is_gone(pid: int) -> bool:
    """Whether the process has ended; a zombie has."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
