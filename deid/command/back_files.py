"""`bianmin deid import`: de-identify a back-file of a 1999 hotline."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from deid.command.options import plain_policy_errors, policy_option
from deid.errors import ConcealmentError
from deid.importing.run import ImportJob, run_import

_STEPS = 1000
_PATH = click.Path(dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=_PATH)
@policy_option
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NAME=ROLE",
    help="text (conceal what is found; the default), keep, drop, or an entity that fills the cell, such as PERSON.",
)
@click.option("--encoding", help="Of a text file; found out when not given.")
@click.option("--sheet", help="Of a workbook; the first that shows when not given.")
@click.option("--workers", default=os.cpu_count() or 1, show_default=True, type=click.IntRange(1, 256))
@click.option("--batch-rows", default=500, show_default=True, type=click.IntRange(1, 100_000))
def import_file(source: Path, target: Path, **options: Any) -> None:
    """De-identify SOURCE (CSV, JSON lines, XLSX or Parquet) into TARGET, a new file of the same format.

    Stopped and started again with the same options, it goes on where it was. TARGET.report.json tells how much of
    what was concealed and which rows were refused: these are not in TARGET.
    """
    job = ImportJob(source, target, **options)
    started = time.monotonic()
    try:
        with (
            plain_policy_errors(),
            _terminated_as_interrupted(),
            click.progressbar(length=_STEPS, label="concealing", show_eta=True) as bar,
        ):
            report = run_import(job, lambda share, rows, fresh: _show(bar, share, rows, fresh / _since(started)))
    except ConcealmentError as exc:
        raise click.ClickException(str(exc)) from None
    except BrokenProcessPool:
        raise click.ClickException("a worker process died; call again to go on from what is done") from None
    except OSError as exc:
        told = exc.strerror or type(exc).__name__
        raise click.ClickException(f"{told}; call again to go on from what is done") from None
    _print_report(report)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Stop on SIGTERM as on Ctrl-C, so that the workers end before this process does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _since(started: float) -> float:
    return max(0.001, time.monotonic() - started)


def _show(bar: Any, share: float, rows: int, rate: float) -> None:
    bar.label = f"{rows} rows, {rate:.0f}/s"
    bar.update(round(share * _STEPS) - bar.pos)


def _print_report(report: dict[str, Any]) -> None:
    click.echo(f"{report['rows_written']} of {report['rows']} rows written")
    for way, value in report["read_as"].items():
        click.echo(f"  read as, {way:22} {value!r:>8}")
    for reason, rows in report["rows_refused"].items():
        click.echo(f"  refused, {reason:22} {rows:8}")
    if report["lines_passed_over"]:
        click.echo(f"  lines left out behind refused rows {report['lines_passed_over']}")
    for entity, values in report["concealed"].items():
        click.echo(f"  concealed, {entity:20} {values:8}")
    click.echo(f"  rows that touch a special category {report['rows_of_special_category']}")
    for sample in report["samples"]:
        click.echo(f"  sample: {sample}")
