"""Versions on a terminal: tables and plain lines, or JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from serve.records.printing import print_records

_COLUMNS = ("version", "stage", "weight", "ready", "replicas", "standing", "as_of", "changed_at")
_EVENT_COLUMNS = ("at", "actor", "action", "object", "outcome", "reason")
_CARD = ("author", "base_model", "base_revision", "rank", "target_modules", "licence", "data_sha256")

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: Any) -> None:
    """For scripts."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_versions(versions: Sequence[Mapping[str, Any]]) -> None:
    """One line each."""
    print_records([{name: _short(one[name]) for name in _COLUMNS} for one in versions], False)


def print_version(one: Mapping[str, Any]) -> None:
    """Everything about one version."""
    facts = {name: _short(one[name]) for name in _COLUMNS} | {
        "digest": one["digest"],
        "ministry": one["ministry"],
    }
    facts |= {name: one["card"][name] for name in _CARD if one["card"].get(name)}
    for name, value in facts.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        click.echo(f"{name:15} {plain(shown if shown is not None else '-')}")
    for resident in one["residents"]:
        click.echo(f"{'on ' + resident['replica']:15} {resident['phase']} {resident['reason']}".rstrip())
    for asked in one["pending"]:
        click.echo(
            f"{'waits':15} {asked['step']} asked by {asked['asked_by']} until {_short(asked['expires_at'])}"
        )
    click.echo(f"{'steps':15} {', '.join(one['steps']) or 'none'}")


def print_step(answer: Mapping[str, Any], as_json: bool) -> None:
    """What came of a step."""
    if as_json:
        print_json(answer)
        return
    adapter, pending = answer["adapter"], answer["pending"]
    if pending is not None:
        click.echo(
            f"Asked. Another person approves it: bianmin adapters approve {pending['version']} "
            f"(until {_short(pending['expires_at'])})"
        )
        return
    click.echo(f"{adapter['version']} is {adapter['stage']}, {adapter['weight']} %.")


def print_history(events: Sequence[Mapping[str, Any]]) -> None:
    """Who, when, what and why; the newest first."""
    rows = [
        {name: _short(event.get(name, "")) for name in _EVENT_COLUMNS}
        | {"reason": plain(event["details"].get("reason") or event["details"].get("asked_reason") or "")}
        for event in events
    ]
    print_records(rows, False)


def print_verdict(answer: Mapping[str, Any]) -> None:
    """The gates that were not passed, and the verdict."""
    for reason in answer["reasons"]:
        if not reason["passed"]:
            click.echo(f"not passed: {reason['gate']} measured {reason['measured']}, bound {reason['bound']}")
    count = len(answer["reasons"])
    click.echo(f"{answer['version']}: {'passed' if answer['passed'] else 'not passed'} ({count} gates)")


def plain(text: object) -> str:
    """Text that somebody else wrote, without what would steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in str(text))


def _short(value: Any) -> Any:
    """A moment without its fractions."""
    if isinstance(value, str) and "T" in value and value.endswith("Z"):
        return value.partition(".")[0].rstrip("Z") + "Z"
    return value
