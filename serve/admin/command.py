"""`bianmin admin`: serve the admin plane."""

from __future__ import annotations

import click

from serve.errors import RecordsUnavailable
from serve.process import prepare_process, run_server
from serve.settings import SettingsError, load_settings


@click.command()
def admin() -> None:
    """Serve accounts, journal, usage and /metrics on the admin port."""
    try:
        settings = load_settings()
        prepare_process(settings)
        from serve.admin.app import create_admin_app  # metrics read their folder when they are imported

        app = create_admin_app(settings)
    except SettingsError as exc:
        raise click.ClickException(str(exc)) from None
    except RecordsUnavailable as exc:
        raise click.ClickException(exc.text) from None
    run_server(app, settings, settings.admin_port)
