"""What a person sees while the stack starts: one line for each stage with the time it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_NAME_WIDTH = 12


class Stage:
    """A stage under way; `note` is shown at the end of its line."""

    def __init__(self, name: str) -> None:
        self.note = ""
        self._began_at = time.monotonic()
        self._name = name

    def tick(self) -> None:
        """Refresh the line on a terminal; elsewhere nothing is printed until the stage ends."""
        if sys.stdout.isatty():
            sys.stdout.write(f"\r  … {self._name:<{_NAME_WIDTH}} {self.elapsed_s:5.0f} s ")
            sys.stdout.flush()

    def end(self, mark: str) -> None:
        """Print the final line."""
        start = "\r\033[K" if sys.stdout.isatty() else ""
        line = f"{start}  {mark} {self._name:<{_NAME_WIDTH}} {self.elapsed_s:5.1f} s  {self.note}"
        print(line.rstrip(), flush=True)

    @property
    def elapsed_s(self) -> float:
        """Time since the stage began."""
        return time.monotonic() - self._began_at


class Progress:
    """Stages and single lines, on standard output."""

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Announce a stage and tell how it ended."""
        stage = Stage(name)
        stage.tick()
        try:
            yield stage
        except BaseException:
            stage.end("✗")
            raise
        stage.end("✓")

    def say(self, text: str) -> None:
        """One line, or several."""
        print(text, flush=True)
