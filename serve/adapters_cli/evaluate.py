"""`bianmin adapters evaluate VERSION`: examine a version through an engine that holds it, and record the report.

It runs beside the engines, with the engines' key: only operators have both.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from adapters.canaries import CANARY_FILE
from adapters.evaluation import EngineAnswerer, EvaluationFailed, Report, Subject, evaluate, load_material
from adapters.evaluation.material import HELDOUT_FILE, QUESTIONS_FILE
from adapters.store import Store, StoreError
from serve.adapters_cli.client import AdminClient, find_admin, path_of
from serve.adapters_cli.printing import as_json, print_json, print_verdict
from serve.adapters_cli.waiting import load_and_wait
from serve.commands import settings_or_exit
from serve.settings import Settings
from serve.stack.home import ensure_secrets
from serve.stack.layout import has_own_engine

NOT_PASSED = 3
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("evaluate")
@click.argument("version")
@click.option("--material", type=_FOLDER, help="Folder with held-out dialogues; default: what was submitted.")
@as_json
def evaluate_version(version: str, material: Path | None, as_json: bool) -> None:
    """Evaluate VERSION against the base and what serves now; the admin plane judges the report.

    Exit status 0 when every gate is passed, 3 when one is not, 1 when there is no report.
    """
    settings, admin = settings_or_exit(), find_admin()
    digest = load_and_wait(admin, version)["digest"]
    compared = admin.get(path_of(version, "compared"))
    try:
        with _material(settings, digest, material) as folder:
            report = asyncio.run(_examine(compared, _engine_key(settings), folder))
    except EvaluationFailed as exc:
        raise click.ClickException(f"{exc} ({exc.code})") from None
    except StoreError as exc:
        raise click.ClickException(f"{exc} ({exc.code})") from None
    answer = _post(admin, version, report)
    print_json(answer) if as_json else print_verdict(answer)
    if not answer["passed"]:
        raise SystemExit(NOT_PASSED)


async def _examine(compared: dict[str, Any], key: str, folder: Path) -> Report:
    subject = Subject(compared["candidate"], compared["base"], compared["serving"])
    material = load_material(folder)
    async with EngineAnswerer(compared["url"], key) as answerer:
        return await evaluate(subject, material, answerer, _show)


@contextmanager
def _material(settings: Settings, digest: str, given: Path | None) -> Iterator[Path]:
    """The folder that was given, or what the version was submitted with. Raises StoreError."""
    if given is not None:
        yield given
        return
    store = Store(settings.artifacts_url)
    with tempfile.TemporaryDirectory(prefix="bianmin-evaluate-") as draft:
        for name in (HELDOUT_FILE, QUESTIONS_FILE, CANARY_FILE):
            try:
                (Path(draft) / name).write_bytes(store.read(digest, name))
            except StoreError as exc:
                if exc.code != "artifact_missing":
                    raise
        yield Path(draft)


def _engine_key(settings: Settings) -> str:
    given = settings.engine.api_key.get_secret_value()
    return given or ("" if has_own_engine(settings) else ensure_secrets(settings.home).engine_key)


def _post(admin: AdminClient, version: str, report: Report) -> dict[str, Any]:
    answer: dict[str, Any] = admin.send(path_of(version, "report"), report.to_json().encode())
    return answer


def _show(step: str, done: int, total: int) -> None:
    if done == total or sys.stderr.isatty():
        click.echo(f"\r{step}: {done}/{total}", nl=done == total, err=True)
