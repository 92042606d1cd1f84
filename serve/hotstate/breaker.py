"""Keeps a failing Redis from costing every request its timeout."""

from __future__ import annotations

import logging
import time

from serve.metrics import REDIS_UP

log = logging.getLogger(__name__)
PAUSE_S = 1.0


class Breaker:
    """After a failure nothing is tried for PAUSE_S, then one call goes through as a probe.

    One log line for each change of state, by the error's type only.
    """

    def __init__(self) -> None:
        self._up: bool | None = None
        self._next_probe = 0.0

    def admits(self) -> bool:
        """Whether a call may be tried now; while down, this takes the turn of the next probe."""
        if self._up is not False:
            return True
        now = time.monotonic()
        if now < self._next_probe:
            return False
        self._next_probe = now + PAUSE_S
        return True

    def succeeded(self) -> None:
        """A call was answered."""
        if self._up:
            return
        if self._up is False:
            log.warning("redis answers again; shared limits are back")
        self._up = True
        REDIS_UP.set(1)

    def failed(self, error: BaseException) -> None:
        """A call failed or took too long."""
        self._next_probe = time.monotonic() + PAUSE_S
        if self._up is False:
            return
        log.error("redis is away (%s); each worker keeps to its local limit", type(error).__name__)
        self._up = False
        REDIS_UP.set(0)
