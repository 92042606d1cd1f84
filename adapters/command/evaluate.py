"""`bianmin adapters examine`: examine a candidate through a running engine and hold it against the gates."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from adapters.evaluation import EngineAnswerer, EvaluationFailed, Report, Subject, evaluate, load_material
from adapters.evaluation.asking import Progress
from adapters.evaluation.page import render_page
from adapters.gates import (
    Decision,
    GatePolicy,
    GatePolicyError,
    decide,
    default_policy,
    loosenings,
    parse_policy,
    tighten,
)

REPORT_JSON, REPORT_PAGE = "report.json", "report.html"
NOT_PASSED = 3
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


async def run_evaluation(
    engine_url: str, api_key: str, subject: Subject, folder: Path, policy: GatePolicy
) -> tuple[Report, Decision]:
    """Examine with the material of a submission's folder. Raises EvaluationFailed."""
    return await _examine(EngineAnswerer(engine_url, api_key), subject, folder, policy, lambda *_: None)


async def _examine(
    engine: EngineAnswerer, subject: Subject, folder: Path, policy: GatePolicy, progress: Progress
) -> tuple[Report, Decision]:
    material = load_material(folder)
    async with engine as answerer:
        report = await evaluate(subject, material, answerer, progress)
    return report, decide(report, policy)


def write_report(report: Report, decision: Decision, folder: Path) -> None:
    """Write the JSON and the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REPORT_JSON).write_text(report.to_json(), encoding="utf-8")
    (folder / REPORT_PAGE).write_text(render_page(report, decision), encoding="utf-8")


def ministry_policy(path: Path | None) -> GatePolicy:
    """The default gates, tightened by a ministry's file. Raises EvaluationFailed(policy_invalid)."""
    default = default_policy()
    if path is None:
        return default
    try:
        own = parse_policy(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, GatePolicyError) as exc:
        raise EvaluationFailed("policy_invalid", f"{path.name}: {exc}") from None
    if loose := loosenings(default, own):
        click.echo(f"the default is stricter and holds for: {', '.join(loose)}", err=True)
    return tighten(default, own)


@click.command("examine")
@click.option(
    "--engine", "engine_url", required=True, help="Address of the engine, such as http://127.0.0.1:8002."
)
@click.option("--api-key", envvar="BIANMIN_ENGINE__API_KEY", default="", help="Or BIANMIN_ENGINE__API_KEY.")
@click.option("--candidate", required=True, help="Engine-side name of the adapter.")
@click.option("--base", default="bianmin", show_default=True, help="Engine-side name of the base.")
@click.option("--serving", help="Engine-side name of the version that serves now.")
@click.option("--material", type=_FOLDER, required=True, help="Folder that `bianmin adapters train` wrote.")
@click.option(
    "--gates", type=click.Path(exists=True, path_type=Path), help="A ministry's own, stricter gates."
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder for report.json and report.html."
)
def command(**options: str | Path | None) -> None:
    """Evaluate an adapter that an engine already holds, without the admin plane.

    Exit status 0 when every gate is passed, 3 when one is not, 1 when there is no report.
    """
    subject = Subject(str(options["candidate"]), str(options["base"]), _maybe(options["serving"]))
    try:
        policy = ministry_policy(_path(options["gates"]))
        material = Path(str(options["material"]))
        engine = EngineAnswerer(str(options["engine_url"]), str(options["api_key"]))
        report, decision = asyncio.run(_examine(engine, subject, material, policy, _show))
    except EvaluationFailed as failed:
        raise click.ClickException(f"{failed.code}: {failed}") from None
    out = Path(str(options["out"]))
    write_report(report, decision, out)
    for reason in decision.reasons:
        if not reason.passed:
            click.echo(f"not passed: {reason.gate} measured {reason.measured}, bound {reason.bound}")
    click.echo(f"{'passed' if decision.passed else 'not passed'}: {out / REPORT_PAGE}")
    if not decision.passed:
        raise SystemExit(NOT_PASSED)


def _show(step: str, done: int, total: int) -> None:
    if done == total or sys.stderr.isatty():
        click.echo(f"\r{step}: {done}/{total}", nl=done == total, err=True)


def _maybe(value: str | Path | None) -> str | None:
    return None if value is None else str(value)


def _path(value: str | Path | None) -> Path | None:
    return None if value is None else Path(value)
