"""`bianmin controller`: keep every replica at the desired set of adapters; and `bianmin replicas`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict

import click

from serve.commands import prepare_or_exit, settings_or_exit
from serve.controller.phases import summarise
from serve.errors import ServeError
from serve.records import replicas as records
from serve.records.console import acting_user, as_json_option, open_records
from serve.records.printing import print_records
from serve.settings import Settings


@click.command()
def controller() -> None:
    """Load, verify and unload adapters on every replica until SIGTERM; only one controller acts at a time."""
    settings = settings_or_exit()
    prepare_or_exit(settings)
    with suppress(asyncio.CancelledError):
        asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    from serve.controller.controller import run_controller  # metrics read their folder when they are imported

    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await run_controller(settings)
    except ServeError as exc:
        raise click.ClickException(exc.text) from None


@click.group()
def replicas() -> None:
    """The engines that requests go to."""


@replicas.command("add")
@click.argument("name")
@click.argument("url")
def add_replica(name: str, url: str) -> None:
    """Add an engine at this base address; it gets requests when it holds what they ask for."""
    with open_records() as db:
        added = records.add_replica(db, records.Replica(name, url.rstrip("/")), acting_user())
    click.echo("Added." if added else "It is there already.")


@replicas.command("remove")
@click.argument("name")
def remove_replica(name: str) -> None:
    """Forget an engine; drain it first, so that its last answers can end."""
    with open_records() as db:
        records.remove_replica(db, name, acting_user())
    click.echo("Removed.")


@replicas.command("drain")
@click.argument("name")
@click.option("--undo", is_flag=True, help="Send requests there again.")
def drain_replica(name: str, undo: bool) -> None:
    """Send no new requests to an engine; it keeps what it holds."""
    with open_records() as db:
        records.drain_replica(db, name, not undo, acting_user())
    click.echo("Requests go there again." if undo else "No new requests go there.")


@replicas.command("list")
@as_json_option
def list_replicas(as_json: bool) -> None:
    """Show every engine and how far it is with each version."""
    with open_records() as db:
        known = records.list_replicas(db)
        held = [row for row, _ in records.list_residents(db)]
    rows = [
        {
            **asdict(replica),
            "ready": _count_ready(held, replica.name),
            "not_ready": _not_ready(held, replica.name),
        }
        for replica in known
    ]
    print_records(rows, as_json)
    if not as_json:
        for version in sorted({row.version for row in held}):
            mine = [row for row in held if row.version == version]
            click.echo(f"{version}: {summarise(mine, [replica.name for replica in known])}")


def _count_ready(held: Sequence[records.Resident], replica: str) -> int:
    return sum(row.replica == replica and row.phase is records.Phase.READY for row in held)


def _not_ready(held: Sequence[records.Resident], replica: str) -> list[str]:
    return [
        f"{row.version}={row.reason or row.phase}"
        for row in held
        if row.replica == replica and row.phase is not records.Phase.READY
    ]
