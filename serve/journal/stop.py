"""A flag that a signal handler may set and a loop may sleep on."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType
from typing import Any


class StopSignal:
    """Set once, by SIGTERM or SIGINT or by hand.

    threading.Event won't do: its `set` in a handler can meet its own lock, held by the interrupted `wait`.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._wake_read, self._wake_write = os.pipe()
        self._replaced: dict[signal.Signals, Any] = {}

    def listen(self) -> None:
        """Let SIGTERM and SIGINT set the flag until `close`. Main thread only."""
        for number in (signal.SIGTERM, signal.SIGINT):
            self._replaced[number] = signal.signal(number, self._received)

    def set(self) -> None:
        """Stop at the next occasion."""
        if not self._is_set:
            self._is_set = True
            os.write(self._wake_write, b".")

    def is_set(self) -> bool:
        """Whether to stop."""
        return self._is_set

    def wait(self, timeout_s: float) -> None:
        """Sleep, or less when the flag is set."""
        select.select([self._wake_read], [], [], timeout_s)

    def close(self) -> None:
        """Give the signals back to their handlers, then the descriptors."""
        for number, handler in self._replaced.items():
            signal.signal(number, handler)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _received(self, number: int, frame: FrameType | None) -> None:
        self.set()
