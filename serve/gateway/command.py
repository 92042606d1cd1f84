"""`bianmin gateway`: one worker of the public plane. Many are run by `bianmin up` or as pods."""

from __future__ import annotations

import click

from serve.process import prepare_process, run_server
from serve.settings import SettingsError, load_settings


@click.command()
@click.option("--fd", type=int, help="File descriptor of a socket that listens already.")
def gateway(fd: int | None) -> None:
    """Serve the public plane with one worker process."""
    try:
        settings = load_settings()
        prepare_process(settings)
    except SettingsError as exc:
        raise click.ClickException(str(exc)) from None
    from serve.gateway.app import create_app  # metrics read their folder when they are imported

    run_server(create_app(settings), settings, settings.public_port, fd)
