"""The import of one back-file: read, conceal over all cores, keep what is done, write the output and the report."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import Any

from deid.importing.back_file import BackFile, Row, refusing_unreadable
from deid.importing.formats import open_back_file
from deid.importing.output import Output, make_report
from deid.importing.parts import Manifest, Parts, fingerprint, work_folder
from deid.importing.roles import ImportRefused, Roles, parse_roles
from deid.importing.rows import RowConcealer, Tally
from deid.policy import Policy, load_policy

_WAITING_PER_WORKER = 3

Progress = Callable[[float, int, int], None]


@dataclass(frozen=True, slots=True)
class ImportJob:
    """What to import and how. ``columns`` are ``NAME=ROLE`` options; ``sheet`` is the name of a workbook's sheet."""

    source: Path
    target: Path
    policy: str = "default"
    columns: tuple[str, ...] = ()
    encoding: str | None = None
    sheet: str | None = None
    workers: int = 1
    batch_rows: int = 500


def run_import(job: ImportJob, progress: Progress = lambda share, rows, fresh: None) -> dict[str, Any]:
    """De-identify a back-file and return the report, which is also written beside the output.

    Stopped at any point and called again with the same job, it goes on where it was; if only the work folder was left
    to remove, it removes it and returns the report that is there. ``progress`` is called with the
    share of the input that is done, the number of its rows and how many of these were concealed by this call.

    Raises ImportRefused or PolicyError; then nothing is written.
    """
    if job.source.suffix.lower() != job.target.suffix.lower():
        raise ImportRefused("the output has the format of the input: their names must end alike")
    with refusing_unreadable():
        source = fingerprint(job.source)  # before all that is read: what changes from now on is found out at the end
    file = open_back_file(job.source, job.encoding, job.sheet)
    policy = load_policy(job.policy)
    roles = parse_roles(job.columns, file.columns, policy)
    file.check(roles.written)
    _check_words(policy, file.cell_encoding)
    RowConcealer(job.policy, roles).check_names(file.columns)
    manifest = Manifest(
        source, dict(file.read_as), _digest(policy), dict(roles.by_column), job.batch_rows, _code()
    )
    output = Output(job.target, manifest)
    output.check()
    with work_folder(output.folder):
        output.check()
        report = output.read_report() if output.is_finished() else _import_rows(job, file, roles, output, progress)
        output.clean_up()
    return report


def _import_rows(job: ImportJob, file: BackFile, roles: Roles, output: Output, progress: Progress) -> dict[str, Any]:
    """Do what is left of the work, give the output and its report their names and return the report."""
    parts = Parts(output.folder, output.manifest)
    tally = _conceal_all(job, file, roles, parts, progress)
    if tally.rows and tally.rows == tally.refusals.total():
        output.clean_up()
        raise ImportRefused(f"no row could be written: {_told(tally)}; does the first line name the columns?")
    with _refusing_a_changed_input(job.source, output.manifest.source, output):
        written = output.write(file, roles, parts, tally.changed)
        report = make_report(job.source, job.policy, file, roles, tally)
    output.publish(written, report)
    return report


@contextmanager
def _refusing_a_changed_input(path: Path, before: str, output: Output) -> Iterator[None]:
    """Raise ImportRefused when the input is another than before, whatever else went wrong for that reason."""
    try:
        yield
    except Exception:
        if _is_same(path, before):
            raise
    else:
        if _is_same(path, before):
            return
    output.clean_up()
    raise ImportRefused("the input changed while it was read")


def _is_same(path: Path, before: str) -> bool:
    try:
        return fingerprint(path) == before
    except FileNotFoundError:
        return False


def _check_words(policy: Policy, encoding: str) -> None:
    try:
        "".join(("〔〕", *policy.words.values())).encode(encoding)
    except UnicodeEncodeError:
        raise ImportRefused(f"the policy's words cannot be written in {encoding}") from None


def _told(tally: Tally) -> str:
    return ", ".join(f"{rows} {reason}" for reason, rows in tally.refusals.items())


def _digest(policy: Policy) -> str:
    """Return the SHA-256 of all that a policy says."""
    fields = ((name, getattr(policy, name)) for name in Policy.__slots__)
    plain = {
        n: sorted(v) if isinstance(v, frozenset) else dict(v) if isinstance(v, Mapping) else v
        for n, v in fields
    }
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _code() -> str:
    return importlib.metadata.version("bianmin")


def _batches(file: BackFile, rows: int) -> Iterator[list[Row]]:
    source = file.rows()
    with refusing_unreadable():
        while batch := list(islice(source, rows)):
            yield batch


def _conceal_all(job: ImportJob, file: BackFile, roles: Roles, parts: Parts, progress: Progress) -> Tally:
    """Conceal every batch that has no part yet, at most a few of them in memory."""
    work = _Work(job.policy, roles, file.cell_encoding, file.longest_cell, parts)
    whole, fresh = Tally(), 0
    waiting: deque[tuple[int, int, Future[Tally] | None]] = deque()

    def finish_first() -> None:
        nonlocal fresh
        batch, position, future = waiting.popleft()
        tally = parts.tally(batch) if future is None else future.result()
        whole.add(tally)
        fresh += tally.rows if future else 0
        progress(min(1.0, position / max(1, file.length)), whole.rows, fresh)

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(job.workers, context, _begin_worker) as pool:
        try:
            for number, rows in enumerate(_batches(file, job.batch_rows)):
                done = parts.has(number)
                future = None if done else pool.submit(_conceal_batch, work, number, rows)
                waiting.append((number, rows[-1].position, future))
                if len(waiting) > job.workers * _WAITING_PER_WORKER:
                    finish_first()
            while waiting:
                finish_first()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return whole


def _begin_worker() -> None:
    """Let the parent alone decide what an interrupt means, and end with it: what it read is personal data."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        parent.join()
        os._exit(1)

    Thread(target=end_with_parent, daemon=True).start()


@dataclass(frozen=True, slots=True)
class _Work:
    """What a worker needs to know besides the rows."""

    policy: str
    roles: Roles
    cell_encoding: str
    longest_cell: int
    parts: Parts


@lru_cache(maxsize=1)
def _row_concealer(policy: str, columns: tuple[tuple[str, str], ...], encoding: str, longest: int) -> RowConcealer:
    return RowConcealer(policy, Roles(dict(columns)), encoding, longest)


def _conceal_batch(work: _Work, number: int, rows: list[Row]) -> Tally:
    columns = tuple(work.roles.by_column.items())
    concealer = _row_concealer(work.policy, columns, work.cell_encoding, work.longest_cell)
    cells, tally = concealer.conceal(rows)
    work.parts.save(number, cells, tally)
    return tally
