"""`bianmin gateway`: one worker of the public plane. Many are run by `bianmin up` or as pods."""

from __future__ import annotations

import click

from deid.command.options import plain_policy_errors
from serve.commands import prepare_or_exit, settings_or_exit
from serve.errors import RecordsUnavailable
from serve.process import run_server


@click.command()
@click.option("--fd", type=int, help="File descriptor of a socket that listens already.")
def gateway(fd: int | None) -> None:
    """Serve the public plane with one worker process."""
    settings = settings_or_exit()
    prepare_or_exit(settings)
    from serve.gateway.app import create_app  # metrics read their folder when they are imported
    from serve.gateway.services import check_policies

    try:
        with plain_policy_errors():
            check_policies(settings)
    except RecordsUnavailable as exc:
        raise click.ClickException(exc.text) from None
    run_server(create_app(settings), settings, settings.public_port, fd)
