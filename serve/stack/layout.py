"""Which parts there are, with their commands, environments and probes: everything that is known before a start."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

from serve.records.replicas import Replica
from serve.settings import Settings
from serve.stack.home import Secrets
from serve.stack.probes import holds_models, is_ok
from serve.stack.process import Part

REPLICA_NAMES = ("one", "two", "three", "four", "five", "six", "seven", "eight")
"""Replicas that `bianmin up` starts itself; operators add others under other names."""
_BACKLOG = 2048
_ENGINE_GRACE_S = 15.0
# uvicorn lets open streams finish for 20 s.
_GATEWAY_GRACE_S = 25.0


class PortBusy(Exception):
    """A port that must be ours is taken; one sentence."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One run of the stack: settings, addresses, and the environment that every part gets."""

    settings: Settings
    home: Path
    replicas: tuple[Replica, ...]
    engine_key: str = field(repr=False)
    admin_token: str = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)

    @property
    def engine_url(self) -> str:
        """Address of the first engine."""
        return self.replicas[0].url

    @property
    def public_url(self) -> str:
        """Address of /v1."""
        return f"http://{self.settings.host}:{self.settings.public_port}"

    @property
    def admin_url(self) -> str:
        """Address of the admin plane."""
        return f"http://{self.settings.host}:{self.settings.admin_port}"


def lay_out(settings: Settings, secrets: Secrets, environ: Mapping[str, str]) -> Layout:
    """Decide addresses and secrets; what the environment sets already is kept."""
    engine = settings.engine
    replicas = _replicas(settings)
    key = engine.api_key.get_secret_value() or ("" if has_own_engine(settings) else secrets.engine_key)
    tokens = {name: token.get_secret_value() for name, token in settings.admin_tokens.items()}
    tokens = tokens or {"demo": secrets.admin_token}
    given = {
        "BIANMIN_HOME": str(settings.home),
        "BIANMIN_ENGINE__URL": replicas[0].url,
        "BIANMIN_ENGINE__API_KEY": key,
        "BIANMIN_ADMIN_TOKENS": json.dumps(tokens),
        "PROMETHEUS_MULTIPROC_DIR": str(settings.metrics_path.absolute()),
        "PYTHONUNBUFFERED": "1",
    }
    return Layout(settings, settings.home, replicas, key, next(iter(tokens.values())), {**environ, **given})


def has_own_engine(settings: Settings) -> bool:
    """Whether an engine that is not ours is named: then none is started."""
    return "url" in settings.engine.model_fields_set


def engine_parts(layout: Layout, models: Iterable[str]) -> list[Part]:
    """`bianmin engine` for each replica, ready when its vLLM lists every model."""
    names = tuple(models)
    return [_engine_part(layout, replica, names) for replica in layout.replicas]


def _engine_part(layout: Layout, replica: Replica, models: tuple[str, ...]) -> Part:
    name = "engine" if replica.name == REPLICA_NAMES[0] else f"engine-{replica.name}"
    return Part(
        name=name,
        stage="engine",
        argv=_bianmin("engine"),
        log_file=layout.home / "logs" / f"{name}.log",
        env={**layout.environ, "BIANMIN_ENGINE__URL": replica.url},
        ready=lambda: holds_models(replica.url, layout.engine_key, models),
        ready_timeout_s=layout.settings.engine.ready_timeout_s,
        grace_s=_ENGINE_GRACE_S,
    )


def journal_part(layout: Layout) -> Part:
    """The shipper from spool to database."""
    return Part(
        name="journal",
        stage="journal",
        argv=_bianmin("journal", "ship"),
        log_file=layout.home / "logs" / "journal.log",
        env=layout.environ,
        after_death=_forget_metrics(layout),
    )


def admin_part(layout: Layout) -> Part:
    """The admin plane."""
    return Part(
        name="admin",
        stage="admin",
        argv=_bianmin("admin"),
        log_file=layout.home / "logs" / "admin.log",
        env=layout.environ,
        ready=lambda: is_ok(f"{layout.admin_url}/health/live"),
        after_death=_forget_metrics(layout),
    )


def controller_part(layout: Layout) -> Part:
    """The controller of all replicas."""
    return Part(
        name="controller",
        stage="controller",
        argv=_bianmin("controller"),
        log_file=layout.home / "logs" / "controller.log",
        env=layout.environ,
        after_death=_forget_metrics(layout),
    )


def gateway_parts(layout: Layout, listener: socket.socket) -> list[Part]:
    """The workers of the public plane, all accepting on one listening socket that the supervisor keeps."""
    return [
        Part(
            name=f"gateway-{number}",
            stage="gateway",
            argv=_bianmin("gateway", "--fd", str(listener.fileno())),
            log_file=layout.home / "logs" / f"gateway-{number}.log",
            env=layout.environ,
            grace_s=_GATEWAY_GRACE_S,
            pass_fds=(listener.fileno(),),
            after_death=_forget_metrics(layout),
        )
        for number in range(1, layout.settings.workers + 1)
    ]


def bind_public(settings: Settings) -> socket.socket:
    """The public socket, ours from now on; it refuses connections until `listen`. Raises PortBusy."""
    return _bind(settings.host, settings.public_port, "BIANMIN_PUBLIC_PORT")


def listen(public: socket.socket) -> None:
    """From now on connections wait for a worker, also while one is restarted."""
    public.listen(_BACKLOG)


def check_admin_port(settings: Settings) -> None:
    """Raises PortBusy when the admin plane could not listen."""
    _bind(settings.host, settings.admin_port, "BIANMIN_ADMIN_PORT").close()


def _bind(host: str, port: int, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as exc:
        listener.close()
        raise PortBusy(
            f"Port {port} on {host} can't be used ({os.strerror(exc.errno or 0)}): free it or set {setting}."
        ) from None
    return listener


def _replicas(settings: Settings) -> tuple[Replica, ...]:
    """The engine that is named, or as many of ours as are asked for, each on a free port."""
    if has_own_engine(settings):
        return (Replica(REPLICA_NAMES[0], settings.engine.url.rstrip("/")),)
    with ExitStack() as stack:
        # All at once: a port that is let go could be given out again.
        probes = [stack.enter_context(socket.socket()) for _ in range(settings.engine.replicas)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        ports = [probe.getsockname()[1] for probe in probes]
    return tuple(
        Replica(name, f"http://127.0.0.1:{port}") for name, port in zip(REPLICA_NAMES, ports, strict=False)
    )


def _bianmin(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", "from serve.cli import main; main()", *arguments)


def _forget_metrics(layout: Layout) -> Callable[[int], None]:
    folder = str(layout.settings.metrics_path)
    return lambda pid: mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]
