"""The `bianmin` command. A subcommand's module is imported only when it is called, so that `bianmin deid` needs
nothing but the `deid` extra and no command pays for another's imports."""

from __future__ import annotations

import click

from deid.command.edge import LazyGroup

COMMANDS = {
    "adapters": "serve.adapters_cli.command:adapters",
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


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bianmin")
def main() -> None:
    """Bianmin: one government assistant, with personal data concealed before a model sees it."""
