"""`bianmin journal`: ship the spool, look at records, check, copy and purge them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import orjson
from sqlalchemy import Engine, select

from serve.commands import prepare_or_exit, settings_or_exit
from serve.journal.chain import BrokenChainError
from serve.journal.export import Period, export
from serve.journal.files import only_shipper
from serve.journal.record import utc_text
from serve.journal.store import purge
from serve.journal.verification import known_writers, verify_writer
from serve.records.audit import AdminEvent, record_admin
from serve.records.columns import utc_now
from serve.records.console import acting_user, open_records
from serve.records.database import reading
from serve.records.journal_tables import journal as table
from serve.settings import LEAST_RETENTION_DAYS

_FOLLOW_S = 1.0
_FOLLOW_ROWS = 500
_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])
_SUMMARY = (
    table.c.at, table.c.request_id, table.c.tenant, table.c.model, table.c.outcome,
    table.c.prompt_tokens, table.c.completion_tokens, table.c.entities,
)  # fmt: skip


@click.group()
def journal() -> None:
    """What was asked and answered, without personal data. Times are UTC."""


@journal.command()
def ship() -> None:
    """Carry the spool into the database until SIGTERM."""
    settings = settings_or_exit()
    prepare_or_exit(settings)
    from serve.journal import service  # metrics read their folder when they are imported
    from serve.journal.stop import StopSignal

    with _file_errors(), open_records() as db, only_shipper(settings.spool_dir) as alone:
        if not alone:
            raise click.ClickException("Another `bianmin journal ship` works on this spool.")
        with closing(StopSignal()) as stop:
            stop.listen()
            service.run(db, settings.spool_dir, settings.journal, stop)


@journal.command()
@click.option(
    "-n", "count", default=10, show_default=True, type=click.IntRange(min=0), help="How many records."
)
@click.option("-f", "follow", is_flag=True, help="Go on showing new ones.")
def tail(count: int, follow: bool) -> None:
    """Show the newest records in one line each: ids, numbers and counts, no text."""
    with _file_errors(), open_records() as db:
        _audit(db, "journal.list", "*")
        rows = _newest(db, max(count, _FOLLOW_ROWS) if follow else count)
        for row in rows[len(rows) - min(count, len(rows)) :]:
            click.echo(_summary(row))
        while follow:
            shown = {row.request_id for row in rows}
            time.sleep(_FOLLOW_S)
            rows = _newest(db, max(count, _FOLLOW_ROWS))
            for row in rows:
                if row.request_id not in shown:
                    click.echo(_summary(row))


@journal.command()
@click.argument("request_id")
def show(request_id: str) -> None:
    """Print one record as JSON, with its concealed text."""
    with _file_errors(), open_records() as db:
        _audit(db, "journal.read", request_id)
        with reading(db) as connection:
            row = connection.execute(select(table).where(table.c.request_id == request_id)).one_or_none()
    if row is None:
        raise click.ClickException("There is no such record; a new one takes a second to arrive.")
    # SQLAlchemy names columns by a subclass of str, which orjson refuses as a key.
    fields = {str(name): value for name, value in row._mapping.items()} | {"at": utc_text(row.at)}
    click.echo(orjson.dumps(fields, option=orjson.OPT_INDENT_2).decode())


@journal.command()
@click.option("--writer", "chosen", help="Only this writer's chain.")
def verify(chosen: str | None) -> None:
    """Recompute the hash chains in the database and the spool; exit 1 and name the first broken place."""
    settings = settings_or_exit()
    shipped = spooled = 0
    with _file_errors(), open_records() as db:
        names = known_writers(db, settings.spool_dir)
        if chosen is not None and chosen not in names:
            raise click.ClickException("There is no such writer.")
        names = names if chosen is None else [chosen]
        for name in names:
            verified = verify_writer(db, settings.spool_dir, name)
            shipped, spooled = shipped + verified.shipped, spooled + verified.spooled
    click.echo(f"OK: {len(names)} writers, {shipped} records in the database, {spooled} in the spool.")


@journal.command("export")
@click.option("--since", type=_MOMENT, help="First moment, UTC.")
@click.option("--until", type=_MOMENT, help="Moment to end before, UTC.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File; .gz compresses."
)
def export_records(since: datetime | None, until: datetime | None, out: Path) -> None:
    """Write a period's records as chained JSON lines, for another machine."""
    period = Period(*(moment and moment.replace(tzinfo=UTC) for moment in (since, until)))
    with _file_errors(), open_records() as db:
        _audit(db, "journal.export", f"{since or ''}/{until or ''}")
        count = export(db, period, out)
    click.echo(f"{count} records.")


@journal.command("purge")
@click.option("--before", type=_MOMENT, required=True, help="Remove what is older, UTC.")
def purge_records(before: datetime) -> None:
    """Remove old records; the chain stays checkable. Nothing younger than six months can be removed."""
    before = before.replace(tzinfo=UTC)
    if before > utc_now() - timedelta(days=LEAST_RETENTION_DAYS):
        raise click.ClickException(f"Records are kept for at least {LEAST_RETENTION_DAYS} days (six months).")
    with _file_errors(), open_records() as db:
        _audit(db, "journal.purge", utc_text(before))
        click.echo(f"{purge(db, before)} records removed.")


def _newest(db: Engine, count: int) -> list[Any]:
    query = select(*_SUMMARY).order_by(table.c.at.desc(), table.c.request_id.desc()).limit(count)
    with reading(db) as connection:
        return list(connection.execute(query))[::-1]


def _summary(row: Any) -> str:
    entities = " ".join(f"{name}={number}" for name, number in sorted(row.entities.items()))
    tokens = f"{row.prompt_tokens}+{row.completion_tokens}"
    ids = (utc_text(row.at), row.request_id, row.tenant or "-", row.model or "-", row.outcome)
    return "  ".join((*ids, tokens, entities)).rstrip()


def _audit(db: Engine, action: str, object_name: str) -> None:
    record_admin(db, AdminEvent(acting_user(), action, object_name[:256]))


@contextmanager
def _file_errors() -> Iterator[None]:
    """Turn what `open_records` doesn't, a broken chain and a file's error, into one line."""
    try:
        yield
    except BrokenChainError as exc:
        raise click.ClickException(f"BROKEN: {exc}") from None
    except OSError as exc:
        raise click.ClickException(f"A file can't be used: {exc.strerror}.") from None
