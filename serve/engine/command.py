"""`bianmin engine`: check one profile, then become vLLM's server."""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

from serve.engine.hardware import Machine, look
from serve.engine.launch import Place, command_line, environment
from serve.engine.profile import EngineProfile, EngineRefused, load_profile
from serve.engine.readiness import Checked, check_profile
from serve.settings import Settings, SettingsError, load_settings

REFUSED = 2
_CPU_NICE = 10


@dataclass(frozen=True, slots=True)
class _Start:
    profile: EngineProfile
    place: Place
    settings: Settings
    machine: Machine


@click.command()
@click.option("--profile", "name", help="Name in deploy/profiles or path; default BIANMIN_ENGINE__PROFILE.")
@click.option("--host", help="Address to listen on; default from BIANMIN_ENGINE__URL.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port; default from BIANMIN_ENGINE__URL.")
@click.option("--node", default="0", help="Rank of this machine, as RANK or RANK@HOST:PORT of node 0.")
@click.option("--check", is_flag=True, help="Only check, and print the plan.")
def engine(name: str | None, host: str | None, port: int | None, node: str, check: bool) -> None:
    """Check one engine profile and run vLLM's server with it.

    Exit status 2 and one sentence when the profile, the weights or the machine won't do.
    """
    try:
        settings = load_settings()
        address = urlsplit(settings.engine.url)
        place = _place(node, host or address.hostname or "127.0.0.1", port or address.port or 8002)
        profile = load_profile(name or settings.engine.profile, settings.home)
        machine = look()
        start = _Start(profile, place, settings, machine)
        checked = check_profile(profile, machine)
    except (EngineRefused, SettingsError) as exc:
        click.echo(str(exc), err=True)
        raise SystemExit(REFUSED) from None
    if check:
        _print_plan(start, checked)
        return
    if profile.device == "cpu":
        _give_way()
    argv, env = command_line(profile, place), _environment(start)
    os.execve(argv[0], argv, env)  # noqa: S606 - our own interpreter


def _give_way() -> None:
    """Let everything else on this machine go first: vLLM's CPU ranks wait by spinning on every core, and a gateway
    that has to wait for them takes Redis for dead. `nice` counts within a session, autogroup between sessions."""
    os.nice(_CPU_NICE)
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(_CPU_NICE))


def _environment(start: _Start) -> dict[str, str]:
    key = start.settings.engine.api_key.get_secret_value()
    return environment(start.profile, start.machine, key, os.environ)


def _place(node: str, host: str, port: int) -> Place:
    rank, _, master = node.partition("@")
    master_host, _, master_port = master.partition(":")
    if not rank.isdigit() or (master_port and not master_port.isdigit()):
        raise EngineRefused("--node is not of the form RANK or RANK@HOST:PORT.")
    default = Place(host, port)
    return Place(
        host, port, int(rank), master_host or default.master_host, int(master_port or default.master_port)
    )


def _print_plan(start: _Start, checked: Checked) -> None:
    parallel = start.profile.parallel
    click.echo(f"{start.profile.source.stem}: {start.profile.description}")
    click.echo(f"ranks   TP {parallel.tensor} x PP {parallel.pipeline} on {parallel.nodes} node(s)")
    click.echo(f"memory  {checked.plan}")
    for route in checked.routes:
        click.echo(f"model   {route.version}  {route.digest}")
    click.echo(f"command {shlex.join(command_line(start.profile, start.place))}")
