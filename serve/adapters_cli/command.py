"""`bianmin adapters`: each step of a version's life, as the person whose token it is."""

from __future__ import annotations

from typing import Any

import click

from deid.command.edge import EdgeGroup, LazyGroup
from serve.adapters_cli.client import find_admin, path_of
from serve.adapters_cli.printing import (
    as_json,
    print_history,
    print_json,
    print_step,
    print_version,
    print_versions,
)
from serve.adapters_cli.waiting import load_and_wait, once_loaded, wait_until_held

_HERE = "serve.adapters_cli.command"
COMMANDS = {
    "approve": f"{_HERE}:approve",
    "canary": f"{_HERE}:canary",
    "check": "serve.adapters_cli.check:check",
    "evaluate": "serve.adapters_cli.evaluate:evaluate_version",
    "examine": "adapters.command.evaluate:command",
    "history": f"{_HERE}:show_history",
    "list": f"{_HERE}:list_versions",
    "load": f"{_HERE}:load",
    "promote": f"{_HERE}:promote",
    "retire": f"{_HERE}:retire",
    "roll-back": f"{_HERE}:roll_back",
    "show": f"{_HERE}:show",
    "submit": "serve.adapters_cli.submit:submit",
    "train": "adapters.command.train:train",
    "withdraw": f"{_HERE}:withdraw",
}
_reason = click.option("--reason", required=True, help="Why; it stays in the history.")


class _Adapters(EdgeGroup, LazyGroup):
    """Training and evaluation read what citizens wrote."""


@click.group(cls=_Adapters, lazy=COMMANDS)
def adapters() -> None:
    """Bring a ministry's adapter: train, check, submit, evaluate, canary, promote, roll back."""


@click.command("list")
@click.option("--public", help="Only versions of this public name.")
@as_json
def list_versions(public: str | None, as_json: bool) -> None:
    """Every version that you may see."""
    found = find_admin().get("/admin/adapters", **({"public": public} if public else {}))
    print_json(found) if as_json else print_versions(found)


@click.command("show")
@click.argument("version")
@as_json
def show(version: str, as_json: bool) -> None:
    """One version: card, stage, share, phase on each replica, and the steps you may take."""
    found = find_admin().get(path_of(version))
    print_json(found) if as_json else print_version(found)


@click.command("history")
@click.argument("name")
@as_json
def show_history(name: str, as_json: bool) -> None:
    """Who did what with a version or a public name, when and why."""
    found = find_admin().get(path_of(name, "history"))
    print_json(found) if as_json else print_history(found)


@click.command("load")
@click.argument("version")
@as_json
def load(version: str, as_json: bool) -> None:
    """Have the engines hold a version for half an hour, and wait until one does."""
    found = load_and_wait(find_admin(), version)
    print_json(found) if as_json else print_version(found)


@click.command("canary")
@click.argument("version")
@click.option("--weight", type=click.IntRange(1, 99), required=True, help="Percent of the conversations.")
@_reason
@as_json
def canary(version: str, weight: int, reason: str, as_json: bool) -> None:
    """Give a version a share of its name's conversations."""
    body = {"weight": weight, "reason": reason}
    print_step(find_admin().post(path_of(version, "canary"), body), as_json)


@click.command("withdraw")
@click.argument("public")
@_reason
@as_json
def withdraw(public: str, reason: str, as_json: bool) -> None:
    """End the canary of a public name."""
    print_step(find_admin().post(path_of(public, "withdraw"), {"reason": reason}), as_json)


@click.command("promote")
@click.argument("version")
@_reason
@as_json
def promote(version: str, reason: str, as_json: bool) -> None:
    """Let a version answer alone; it is loaded first where no engine holds it."""
    _step_once_loaded(version, "promote", reason, as_json)


@click.command("roll-back")
@click.argument("public")
@_reason
@as_json
def roll_back(public: str, reason: str, as_json: bool) -> None:
    """Let the version before answer again."""
    print_step(find_admin().post(path_of(public, "roll-back"), {"reason": reason}), as_json)


@click.command("retire")
@click.argument("version")
@click.option("--last", is_flag=True, help="Also a version that serves: its name leads nowhere afterwards.")
@_reason
@as_json
def retire(version: str, last: bool, reason: str, as_json: bool) -> None:
    """End a version for good."""
    print_step(find_admin().post(path_of(version, "retire"), {"reason": reason, "last": last}), as_json)


@click.command("approve")
@click.argument("version")
@click.option("--reason", default="", help="What you have to say to it.")
@as_json
def approve(version: str, reason: str, as_json: bool) -> None:
    """Take the step that somebody else asked for."""
    _step_once_loaded(version, "approve", reason, as_json)


def _step_once_loaded(version: str, step: str, reason: str, as_json: bool) -> None:
    admin = find_admin()

    def take() -> Any:
        return admin.post(path_of(version, step), {"reason": reason})

    print_step(once_loaded(admin, version, take), as_json)
    if admin.get(path_of(version))["stage"] == "serving":
        wait_until_held(admin, version)  # a name's first version may serve before an engine holds it
