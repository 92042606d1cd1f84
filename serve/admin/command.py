"""`bianmin admin`: serve the admin plane."""

from __future__ import annotations

import click

from serve.commands import plain_settings_errors, prepare_or_exit, settings_or_exit
from serve.errors import RecordsUnavailable
from serve.process import run_server


@click.command()
def admin() -> None:
    """Serve accounts, journal, usage and /metrics on the admin port."""
    settings = settings_or_exit()
    prepare_or_exit(settings)
    from serve.admin.app import create_admin_app  # metrics read their folder when they are imported

    try:
        with plain_settings_errors():
            app = create_admin_app(settings)
    except RecordsUnavailable as exc:
        raise click.ClickException(exc.text) from None
    run_server(app, settings, settings.admin_port)
