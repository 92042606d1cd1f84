"""The import of one back-file: read, conceal over all cores, keep what is done, write the output and the report."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from deid.importing.back_file import BackFile, Row
from deid.importing.formats import open_back_file
from deid.importing.parts import Manifest, Parts, fingerprint
from deid.importing.roles import KEEP, ImportRefused, Roles, parse_roles
from deid.importing.rows import RowConcealer, Tally
from deid.policy import Policy, load_policy

_WAITING_PER_WORKER = 3
_LISTED_REFUSALS = 1000

Progress = Callable[[float, int], None]


@dataclass(frozen=True, slots=True)
class ImportJob:
    """What to import and how. ``columns`` are ``NAME=ROLE`` options."""

    source: Path
    target: Path
    policy: str = "default"
    columns: tuple[str, ...] = ()
    encoding: str | None = None
    workers: int = 1
    batch_rows: int = 500


def run_import(job: ImportJob, progress: Progress = lambda share, rows: None) -> dict[str, Any]:
    """De-identify a back-file and return the report, which is also written beside the output.

    Stopped at any point and called again with the same job, it goes on where it was. ``progress`` is called with the
    share of the input that is done and the number of rows.

    Raises ImportRefused or PolicyError; then nothing is written.
    """
    if job.target.exists():
        raise ImportRefused("the output exists already; it is not overwritten")
    if job.source.suffix.lower() != job.target.suffix.lower():
        raise ImportRefused("the output has the format of the input: their names must end alike")
    file = open_back_file(job.source, job.encoding)
    policy = load_policy(job.policy)
    roles = parse_roles(job.columns, file.columns, policy)
    manifest = Manifest(
        fingerprint(job.source), _digest(policy), dict(roles.by_column), job.batch_rows, _code()
    )
    parts = Parts(job.target.with_name(f"{job.target.name}.partial"), manifest)
    tally = _conceal_all(job, file, roles, parts, progress)
    _write_output(job, file, roles, parts)
    report = _report(job, tally, roles)
    job.target.with_name(f"{job.target.name}.report.json").write_text(
        json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    parts.remove()
    return report


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
    while batch := list(islice(source, rows)):
        yield batch


def _conceal_all(job: ImportJob, file: BackFile, roles: Roles, parts: Parts, progress: Progress) -> Tally:
    """Conceal every batch that has no part yet, at most a few of them in memory."""
    whole = Tally()
    waiting: deque[tuple[int, int, Future[Tally] | None]] = deque()

    def finish_first() -> None:
        batch, position, future = waiting.popleft()
        whole.add(parts.tally(batch) if future is None else future.result())
        progress(min(1.0, position / max(1, file.length)), whole.rows)

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(job.workers, context) as pool:
        try:
            for number, rows in enumerate(_batches(file, job.batch_rows)):
                done = parts.has(number)
                future = None if done else pool.submit(_conceal_batch, job.policy, roles, parts, number, rows)
                waiting.append((number, rows[-1].position, future))
                if len(waiting) > job.workers * _WAITING_PER_WORKER:
                    finish_first()
            while waiting:
                finish_first()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return whole


@lru_cache(maxsize=1)
def _row_concealer(policy: str, columns: tuple[tuple[str, str], ...]) -> RowConcealer:
    return RowConcealer(policy, Roles(dict(columns)))


def _conceal_batch(policy: str, roles: Roles, parts: Parts, number: int, rows: list[Row]) -> Tally:
    concealer = _row_concealer(policy, tuple(roles.by_column.items()))
    cells, tally = concealer.conceal(rows)
    parts.save(number, cells, tally)
    return tally


def _write_output(job: ImportJob, file: BackFile, roles: Roles, parts: Parts) -> None:
    """Read the input once more for the cells that stay, lay the concealed ones over, and write the whole file."""

    def merged() -> Iterator[dict[str, Any]]:
        for row, changed in zip(file.rows(), parts.cells(), strict=True):
            if changed is not None and row.cells is not None:
                kept = {column: row.cells[column] for column in roles.kept if column in row.cells}
                yield kept | changed

    beside = job.target.with_name(f"{job.target.name}.writing")
    beside.unlink(missing_ok=True)
    file.write(beside, {column: roles.by_column[column] == KEEP for column in roles.written}, merged())
    with beside.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(beside, job.target)


def _report(job: ImportJob, tally: Tally, roles: Roles) -> dict[str, Any]:
    reasons: dict[str, int] = {}
    for _, reason in tally.refused:
        reasons[reason] = reasons.get(reason, 0) + 1
    return {
        "source_sha256": _sha256(job.source),
        "policy": job.policy,
        "columns": dict(roles.by_column),
        "rows": tally.rows,
        "rows_written": tally.rows - len(tally.refused),
        "rows_refused": reasons,
        "refused": [list(one) for one in tally.refused[:_LISTED_REFUSALS]],
        "rows_of_special_category": tally.special_category,
        "concealed": dict(sorted(tally.concealed.items())),
        "samples": tally.samples,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
