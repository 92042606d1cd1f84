"""Kills what a dead supervisor left behind. Run as a script with `python -I -S`: standard library only.

Lines on standard input name process groups: `+123` began, `-123` is gone. The pipe ends when the supervisor is gone,
however it went, also by SIGKILL; vLLM's engine core, for one, would live on (it doesn't watch its parent).
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Follow the lines to their end, then kill every group that is still named."""
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


if __name__ == "__main__":
    main()
