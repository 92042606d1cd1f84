"""`bianmin deid`: conceal, restore, scan and evaluate files and pipes; import back-files."""

from __future__ import annotations

import click

from deid.command.edge import EdgeGroup, LazyGroup

_COMMANDS = {
    "conceal": "deid.command.pipes:conceal",
    "restore": "deid.command.pipes:restore",
    "scan": "deid.command.pipes:scan",
    "eval": "deid.command.evaluate:evaluate",
    "import": "deid.command.back_files:import_file",
}


class _Commands(EdgeGroup, LazyGroup):
    pass


@click.group(cls=_Commands, lazy=_COMMANDS)
def deid() -> None:
    """Conceal personal data in files and pipes, and measure how well."""
