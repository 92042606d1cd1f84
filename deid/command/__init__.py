"""`bianmin deid`: conceal, restore, scan and evaluate files and pipes; import back-files."""

from __future__ import annotations

import importlib

import click

from deid.command.edge import EdgeGroup

_COMMANDS = {
    "conceal": "deid.command.pipes:conceal",
    "restore": "deid.command.pipes:restore",
    "scan": "deid.command.pipes:scan",
    "eval": "deid.command.evaluate:evaluate",
    "import": "deid.command.back_files:import_file",
}


class _Commands(EdgeGroup):
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
