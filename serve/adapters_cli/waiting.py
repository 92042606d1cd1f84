"""Waiting until the engines hold a version."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import click

from serve.adapters_cli.client import AdminClient, Refused, path_of

_POLL_S = 0.5
_LOAD_TIMEOUT_S = 300.0


def load_and_wait(admin: AdminClient, version: str) -> dict[str, Any]:
    """Have the version loaded; the version once a replica holds it. Raises Refused."""
    admin.post(path_of(version, "load"), {})
    return wait_until_held(admin, version)


def wait_until_held(admin: AdminClient, version: str) -> dict[str, Any]:
    """The version once a replica holds it; tells what is waited for. Raises Refused."""
    deadline, told = time.monotonic() + _LOAD_TIMEOUT_S, ""
    while True:
        found: dict[str, Any] = admin.get(path_of(version))
        if found["ready"]:
            return found
        reasons = ", ".join(
            f"{one['replica']}: {one['reason']}" for one in found["residents"] if one["reason"]
        )
        standing = f"{version} {found['standing']} on {found['ready']}/{found['replicas']} {reasons}".strip()
        if standing != told:
            click.echo(standing, err=True)
            told = standing
        if time.monotonic() > deadline:
            raise Refused(
                "not_ready",
                f"No replica holds {version} after {_LOAD_TIMEOUT_S:.0f} s; {reasons or 'no reason told'}.",
            )
        time.sleep(_POLL_S)


def once_loaded(admin: AdminClient, version: str, step: Callable[[], Any]) -> Any:
    """The step's answer; when no replica holds the version, have it loaded first. Raises Refused."""
    try:
        return step()
    except Refused as exc:
        if exc.code != "not_ready":
            raise
    load_and_wait(admin, version)
    return step()
