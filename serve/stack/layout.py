"""Which parts there are, with their commands, environments and probes: everything that is known before a start."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

from serve.settings import Settings
from serve.stack.home import Secrets
from serve.stack.probes import holds_models, is_ok
from serve.stack.process import Part

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
    engine_url: str
    engine_key: str = field(repr=False)
    admin_token: str = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)

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
    url = engine.url.rstrip("/") if has_own_engine(settings) else f"http://127.0.0.1:{_free_port()}"
    key = engine.api_key.get_secret_value() or ("" if has_own_engine(settings) else secrets.engine_key)
    tokens = {name: token.get_secret_value() for name, token in settings.admin_tokens.items()}
    tokens = tokens or {"demo": secrets.admin_token}
    given = {
        "BIANMIN_HOME": str(settings.home),
        "BIANMIN_ENGINE__URL": url,
        "BIANMIN_ENGINE__API_KEY": key,
        "BIANMIN_ADMIN_TOKENS": json.dumps(tokens),
        "PROMETHEUS_MULTIPROC_DIR": str(settings.metrics_path.absolute()),
        "PYTHONUNBUFFERED": "1",
    }
    return Layout(settings, settings.home, url, key, next(iter(tokens.values())), {**environ, **given})


def has_own_engine(settings: Settings) -> bool:
    """Whether an engine that is not ours is named: then none is started."""
    return "url" in settings.engine.model_fields_set


def engine_part(layout: Layout, models: Iterable[str]) -> Part:
    """`bianmin engine`, ready when vLLM lists every model."""
    names = tuple(models)
    return Part(
        name="engine",
        stage="engine",
        argv=_bianmin("engine"),
        log_file=layout.home / "logs" / "engine.log",
        env=layout.environ,
        ready=lambda: holds_models(layout.engine_url, layout.engine_key, names),
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


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _bianmin(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", "from serve.cli import main; main()", *arguments)


def _forget_metrics(layout: Layout) -> Callable[[int], None]:
    folder = str(layout.settings.metrics_path)
    return lambda pid: mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]
