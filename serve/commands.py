"""What commands that need settings share: the settings, or one line of error.

What needs more than click is imported where it is used: `bianmin deid` is installed without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from serve.settings import Settings


@contextmanager
def plain_settings_errors() -> Iterator[None]:
    """Turn SettingsError into click.ClickException with the same one line."""
    from serve.settings import SettingsError

    try:
        yield
    except SettingsError as exc:
        raise click.ClickException(str(exc)) from None


def settings_or_exit() -> Settings:
    """The settings. Raises click.ClickException with one line when they can't be used."""
    from serve.settings import load_settings

    with plain_settings_errors():
        return load_settings()


def prepare_or_exit(settings: Settings) -> None:
    """As `serve.process.prepare_process`. Raises click.ClickException with one line when it refuses."""
    from serve.process import prepare_process

    with plain_settings_errors():
        prepare_process(settings)
