"""`bianmin migrate`, `bianmin tenants` and `bianmin keys`: the accounts, straight on the database.

For the operator on the machine itself; over the network there is the admin plane. Every change is recorded
with the operating-system user as its actor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import click

from serve.callers import DEFAULT_LIMITS, TENANT_KINDS, Limits, TenantKind
from serve.commands import settings_or_exit
from serve.records import accounts
from serve.records import tenants as records
from serve.records.console import acting_user, as_json_option, open_records, plain_errors
from serve.records.database import upgrade
from serve.records.naming import check_policy
from serve.records.printing import print_records

LIMIT_HELP = {
    "requests": "Requests per window.",
    "window_s": "Length of the window in seconds.",
    "tokens_per_day": "Tokens per day (Asia/Taipei).",
    "concurrent": "Requests at once.",
}

_models = click.option(
    "--model", "models", multiple=True, help="A model it may call, or * for all; repeatable."
)
_priority = click.option("--priority", type=int, help="vLLM serves the smallest number first.")
_prefix = click.option("--answer-prefix", help="Text put before every answer.")
_policy = click.option("--policy", help="Concealment policy; empty is the deployment's.")


def _limit_options(function: Callable[..., None]) -> Callable[..., None]:
    for name, text in reversed(LIMIT_HELP.items()):
        function = click.option(f"--{name.replace('_', '-')}", name, type=int, help=text)(function)
    return function


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    with plain_errors():
        upgrade(settings_or_exit().records_url)
    click.echo("The database has the newest schema.")


@click.group()
def tenants() -> None:
    """Who may call, which models, with which limits."""


@tenants.command("create")
@click.argument("name")
@click.option("--kind", type=click.Choice(TENANT_KINDS), required=True)
@_models
@_priority
@_prefix
@_policy
@_limit_options
@as_json_option
def create_tenant(name: str, kind: TenantKind, models: Sequence[str], as_json: bool, **options: Any) -> None:
    """Create a tenant; what is not given comes from the kind's defaults."""
    spec = records.TenantSpec(
        name,
        kind,
        frozenset(models),
        _limits(DEFAULT_LIMITS[kind], options),
        options["priority"],
        options["answer_prefix"] or "",
        options["policy"] or "",
    )
    with open_records() as db:
        check_policy(spec.policy, settings_or_exit().deid.policy_dir)
        print_records([records.create_tenant(db, spec, acting_user())], as_json)


@tenants.command("list")
@as_json_option
def list_tenants(as_json: bool) -> None:
    """Show every tenant, also disabled ones."""
    with open_records() as db:
        print_records(records.list_tenants(db), as_json)


@tenants.command("show")
@click.argument("name")
@as_json_option
def show_tenant(name: str, as_json: bool) -> None:
    """Show one tenant."""
    with open_records() as db:
        print_records([records.get_tenant(db, name)], as_json)


@tenants.command("update")
@click.argument("name")
@_models
@_priority
@_prefix
@_policy
@_limit_options
@as_json_option
def update_tenant(name: str, models: Sequence[str], as_json: bool, **options: Any) -> None:
    """Change what is given and leave the rest."""
    with open_records() as db:
        change = records.TenantChange(
            models=frozenset(models) if models else None,
            limits=_limits(records.get_tenant(db, name).limits, options),
            priority=options["priority"],
            answer_prefix=options["answer_prefix"],
            policy=check_policy(options["policy"], settings_or_exit().deid.policy_dir),
        )
        print_records([records.update_tenant(db, name, change, acting_user())], as_json)


@tenants.command("disable")
@click.argument("name")
def disable_tenant(name: str) -> None:
    """Stop all keys of a tenant."""
    with open_records() as db:
        records.disable_tenant(db, name, acting_user())
    click.echo("Disabled.")


@tenants.command("enable")
@click.argument("name")
def enable_tenant(name: str) -> None:
    """Let a disabled tenant call again."""
    with open_records() as db:
        records.enable_tenant(db, name, acting_user())
    click.echo("Enabled.")


@click.group()
def keys() -> None:
    """The keys that tenants call with."""


@keys.command("create")
@click.argument("tenant")
@click.option("--label", default="", help="What the key is for.")
@as_json_option
def create_key(tenant: str, label: str, as_json: bool) -> None:
    """Make a key and print its secret, which can't be shown again."""
    with open_records() as db:
        key_id, secret = accounts.create_key(db, tenant, label, acting_user())
    print_records([{"id": key_id, "tenant": tenant, "secret": secret}], as_json)
    click.echo("Keep the secret now: only its SHA-256 is stored.", err=True)


@keys.command("list")
@click.option("--tenant", help="Only this tenant's.")
@as_json_option
def list_keys(tenant: str | None, as_json: bool) -> None:
    """Show keys, also revoked ones, newest first."""
    with open_records() as db:
        print_records(accounts.list_keys(db, tenant), as_json)


@keys.command("revoke")
@click.argument("key_id")
def revoke_key(key_id: str) -> None:
    """Stop a key for good."""
    with open_records() as db:
        accounts.revoke_key(db, key_id, acting_user())
    click.echo("Revoked.")


def _limits(start: Limits, options: dict[str, Any]) -> Limits | None:
    given = {field.name: options[field.name] for field in fields(Limits) if options[field.name] is not None}
    return replace(start, **given) if given else None
