"""Set up what must be there before any of our modules is imported: metrics are multiprocess in production."""

from __future__ import annotations

import os
import tempfile

os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="bianmin-metrics-")

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.redis_server import RedisServer

# How long an example takes says how busy the machine is; speed is measured in tests/bench.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A redis-server of the test's own."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def _same_metrics_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command called inside the test process points its process's metrics elsewhere; undo that afterwards."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", os.environ["PROMETHEUS_MULTIPROC_DIR"])
