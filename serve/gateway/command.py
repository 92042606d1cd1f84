"""`bianmin gateway`: one worker of the public plane. Many are run by `bianmin up` or as pods."""

from __future__ import annotations

import logging
import os
import socket

import click
import uvicorn

from serve.settings import Settings, SettingsError, load_settings

_GRACE_S = 20


@click.command()
@click.option("--fd", type=int, help="File descriptor of a socket that listens already.")
def gateway(fd: int | None) -> None:
    """Serve the public plane with one worker process."""
    try:
        settings = load_settings()
    except SettingsError as exc:
        raise click.ClickException(str(exc)) from None
    prepare_process(settings)
    from serve.gateway.app import create_app  # metrics read their folder when they are imported

    config = server_config(create_app(settings), settings)
    config.port = settings.public_port
    sockets = None if fd is None else [socket.socket(fileno=fd)]
    uvicorn.Server(config).run(sockets=sockets)


def prepare_process(settings: Settings) -> None:
    """Point this process's metrics at the shared folder and set up its log. Before importing metrics."""
    settings.metrics_path.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.metrics_path.absolute())
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for chatty in ("asyncio", "aiohttp", "httpx", "sqlalchemy", "presidio-analyzer", "redis"):
        logging.getLogger(chatty).setLevel("WARNING")


def server_config(app: object, settings: Settings) -> uvicorn.Config:
    """uvicorn's configuration that both planes share."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=settings.host,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=_GRACE_S,
    )
