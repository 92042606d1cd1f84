"""The `bianmin` command. A subcommand's module is imported only when it is called, so that `bianmin deid` needs
nothing but the `deid` extra and no command pays for another's imports."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "admin": "serve.admin.command:admin",
    "ask": "serve.stack.ask:ask",
    "controller": "serve.controller.command:controller",
    "deid": "deid.command:deid",
    "down": "serve.stack.command:down",
    "engine": "serve.engine.command:engine",
    "gateway": "serve.gateway.command:gateway",
    "journal": "serve.journal.command:journal",
    "keys": "serve.records.command:keys",
    "migrate": "serve.records.command:migrate",
    "replicas": "serve.controller.command:replicas",
    "tenants": "serve.records.command:tenants",
    "up": "serve.stack.command:up",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        try:
            command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as exc:
            raise click.ClickException(
                f"`bianmin {cmd_name}` needs {exc.name}, which is not installed: see the extras in pyproject.toml."
            ) from None
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bianmin")
def main() -> None:
    """Bianmin: one government assistant, with personal data concealed before a model sees it."""
