"""`bianmin admin`: serve the admin plane."""

from __future__ import annotations

import logging
import os

import click

from serve.errors import RecordsUnavailable
from serve.settings import SettingsError, load_settings

SHUTDOWN_S = 5


@click.command()
def admin() -> None:
    """Serve accounts, journal, usage and /metrics on the admin port."""
    import uvicorn

    try:
        settings = load_settings()
        logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(name)s %(message)s")
        settings.metrics_path.mkdir(parents=True, exist_ok=True)
        # prometheus-client reads it once, when serve.metrics is imported.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.metrics_path)
        from serve.admin.app import create_admin_app

        app = create_admin_app(settings)
    except SettingsError as exc:
        raise click.ClickException(str(exc)) from None
    except RecordsUnavailable as exc:
        raise click.ClickException(exc.text) from None
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.admin_port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level=settings.log_level,
        proxy_headers=False,  # the lockout counts by the real address
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
