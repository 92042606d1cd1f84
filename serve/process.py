"""What the processes of both planes share: where metrics go, how the log looks, and the server's configuration."""

from __future__ import annotations

import logging
import os
import socket
from contextlib import suppress

import uvicorn

from serve.settings import PREFIX, Settings, SettingsError

_CHATTY = ("asyncio", "aiohttp", "httpx", "sqlalchemy", "presidio-analyzer", "redis")
_GRACE_S = 20


def prepare_process(settings: Settings) -> None:
    """Point this process's metrics at the shared folder and set up its log; before `serve.metrics` is imported.

    Raises SettingsError when the folder belongs to somebody else.
    """
    settings.metrics_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.metrics_path.stat().st_uid != os.getuid():
        raise SettingsError(f"The metrics folder isn't ours; set {PREFIX}METRICS_DIR.")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.metrics_path.absolute())
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for name in _CHATTY:
        logging.getLogger(name).setLevel("WARNING")


def server_config(app: object, settings: Settings, port: int) -> uvicorn.Config:
    """uvicorn on this port, without an access log: paths and queries can hold what a citizen typed."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=settings.host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the admin plane's lockout counts by the real address
        log_config=None,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=_GRACE_S,
    )


def run_server(app: object, settings: Settings, port: int, fd: int | None = None) -> None:
    """Serve until SIGINT or SIGTERM, on a socket that listens already (`fd`) or on host and port."""
    sockets = None if fd is None else [socket.socket(fileno=fd)]
    with suppress(KeyboardInterrupt):
        uvicorn.Server(server_config(app, settings, port)).run(sockets=sockets)
