"""What all commands share: groups that import a command only when it is called, and settings or one line of error.

What needs more than click is imported where it is used: `bianmin deid` is installed without it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from serve.settings import Settings


class LazyGroup(click.Group):
    """`lazy` is the command's name to `module:attribute`; no command pays for another's imports."""

    def __init__(self, *args: Any, lazy: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name, in order."""
        return sorted(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Raises ClickException when the command needs what isn't installed."""
        if cmd_name not in self._lazy:
            return None
        module, _, name = self._lazy[cmd_name].partition(":")
        try:
            command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as exc:
            path = ctx.command_path
            raise click.ClickException(
                f"`{path} {cmd_name}` needs {exc.name}, which is not installed: see the extras in pyproject.toml."
            ) from None
        assert isinstance(command, click.Command)
        return command


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
