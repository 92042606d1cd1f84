"""What the commands that work straight on the database share: the database, errors in one line, and who acts."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine

from serve.commands import settings_or_exit
from serve.errors import ServeError
from serve.records.database import open_database

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def acting_user() -> str:
    """The operating-system user, as the actor of what is recorded."""
    return f"cli:{getpass.getuser()}"


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn each error of ours into one line with its code."""
    try:
        yield
    except ServeError as exc:
        raise click.ClickException(f"{exc.text} ({exc.code})") from None


@contextmanager
def open_records() -> Iterator[Engine]:
    """The database of the settings, closed at the end; errors as `plain_errors` tells them."""
    with plain_errors():
        db = open_database(settings_or_exit().records_url)
        try:
            yield db
        finally:
            db.dispose()
