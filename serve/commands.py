"""Groups of commands whose modules are imported only when they are called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


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
