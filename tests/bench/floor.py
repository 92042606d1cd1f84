"""What the disk alone costs: the journal waits for one fdatasync before an answer's last byte leaves."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.bench.phases import percentiles

_RECORD = b"x" * 2048


def sync_ms(folder: Path, seconds: float) -> dict[str, float]:
    """Milliseconds of an append of 2 KiB with fdatasync, a hundred a second, in this folder."""
    path = folder / "sync-floor"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    taken_ms: list[float] = []
    try:
        for _ in range(int(seconds * 100)):
            start_ns = time.monotonic_ns()
            os.write(descriptor, _RECORD)
            os.fdatasync(descriptor)
            taken_ms.append((time.monotonic_ns() - start_ns) / 1e6)
            time.sleep(max(0.0, 0.01 - taken_ms[-1] / 1000))
    finally:
        os.close(descriptor)
        path.unlink()
    return percentiles(taken_ms)
