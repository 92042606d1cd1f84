"""`bianmin deid`: conceal, restore, scan and evaluate files and pipes; import back-files."""

from __future__ import annotations

import importlib
from typing import Any

import click

_COMMANDS = {
    "conceal": "deid.command.pipes:conceal",
    "restore": "deid.command.pipes:restore",
    "scan": "deid.command.pipes:scan",
    "eval": "deid.command.evaluate:evaluate",
    "import": "deid.command.back_files:import_file",
}


class _Commands(click.Group):
    """The edge of the process: whatever goes wrong is told in one line that holds nothing of the input."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, OSError):
            raise
        except UnicodeDecodeError:
            raise click.ClickException("the input is not UTF-8 text") from None
        except Exception as exc:  # noqa: BLE001  its own message may quote what a citizen wrote
            raise click.ClickException(f"a fault of this program: {type(exc).__name__}") from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Commands)
def deid() -> None:
    """Conceal personal data in files and pipes, and measure how well."""
