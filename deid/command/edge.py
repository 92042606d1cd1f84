"""The edge of a command's process: what is called is imported, and whatever goes wrong is told in one line.

The line holds nothing of the input.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class EdgeGroup(click.Group):
    """A group whose commands read what citizens wrote: an exception's own message may quote it."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as exc:
            raise click.ClickException(exc.strerror or type(exc).__name__) from None
        except UnicodeDecodeError:
            raise click.ClickException("the input is not UTF-8 text") from None
        except Exception as exc:  # noqa: BLE001 - the edge of a process
            raise click.ClickException(f"a fault of this program: {type(exc).__name__}") from None


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
