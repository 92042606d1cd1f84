"""The start of the whole stack, stage by stage; each is one line on the screen."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Engine

from adapters.cards import CardError
from adapters.store import StoreError
from serve.catalog import BASE_MODEL
from serve.engine.hardware import look
from serve.engine.profile import EngineRefused, load_profile
from serve.engine.readiness import check_content, check_profile, pinned_base
from serve.errors import Conflict, ServeError
from serve.records.database import open_database, upgrade
from serve.records.demo import ensure_demo, ensure_shipped
from serve.records.replicas import Replica, settle_replicas
from serve.settings import Settings
from serve.stack import layout as parts
from serve.stack.adapter_watch import AdapterWatch
from serve.stack.home import ensure_secrets, read_endpoints
from serve.stack.layout import Layout, PortBusy, lay_out
from serve.stack.probes import is_ok
from serve.stack.process import Part
from serve.stack.progress import Progress
from serve.stack.redis_server import RedisUnusable, redis_part
from serve.stack.shipped import Shipped, store_shipped
from serve.stack.supervisor import StageFailed, Supervisor, Wait

_READY_TIMEOUT_S = 90.0
_ACTOR = "stack"


@dataclass(frozen=True, slots=True)
class Started:
    """A stack that answers: its layout and the demonstration's keys by tenant (none in production)."""

    layout: Layout
    keys: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Start:
    """What every stage needs; `public` is the bound public socket."""

    settings: Settings
    progress: Progress
    supervisor: Supervisor
    public: socket.socket


@contextmanager
def _failing() -> Iterator[None]:
    """Turn each part's own refusal into a failed stage."""
    try:
        yield
    except (PortBusy, EngineRefused, RedisUnusable, StoreError, CardError) as exc:
        raise StageFailed(str(exc)) from None
    except Conflict as exc:
        hint = "Raise the version in the engine profile, or start with a new BIANMIN_HOME."
        raise StageFailed(f"{exc.text} {hint}") from None
    except ServeError as exc:
        raise StageFailed(exc.text) from None
    except OSError as exc:
        raise StageFailed(f"{exc.filename or 'A file'}: {exc.strerror}.") from None


def bind_ports(settings: Settings) -> socket.socket:
    """The public socket, once both ports are known to be free. Raises StageFailed."""
    with _failing():
        parts.check_admin_port(settings)
        return parts.bind_public(settings)


def start_stack(start: Start) -> Started:
    """Run every stage. Raises StageFailed with one sentence, Stopped.

    The engine loads while redis and the database are made ready.
    """
    layout = _prepare_home(start)
    shipped = _check_engine(start)
    engines = [] if parts.has_own_engine(start.settings) else parts.engine_parts(layout, [BASE_MODEL])
    for engine in engines:
        start.supervisor.start(engine)
    _start_redis(start)
    keys = _prepare_records(start, shipped, layout.replicas)
    if engines:
        with start.progress.stage("engine") as stage:
            stage.note = "vLLM" if len(engines) == 1 else f"vLLM, {len(engines)} replicas"
            for engine in engines:
                start.supervisor.wait_ready(engine.name, stage)
    _start_one(start, parts.journal_part(layout))
    _start_one(start, parts.admin_part(layout))
    _start_one(start, parts.controller_part(layout))
    is_whole = _wait_for_adapters(start)
    _start_gateway(start, layout, "ready" if is_whole else "live")
    return Started(layout, keys)


def _prepare_home(start: Start) -> Layout:
    settings = start.settings
    with start.progress.stage("home") as stage, _failing():
        settings.metrics_path.mkdir(parents=True, exist_ok=True)
        for leftover in settings.metrics_path.glob("*.db"):
            leftover.unlink()
        stage.note = str(settings.home)
        return lay_out(settings, ensure_secrets(settings.home), os.environ)


def _check_engine(start: Start) -> Shipped:
    """The models to serve. In production a foreign engine's weights lie elsewhere: the profile's pin counts."""
    settings = start.settings
    with start.progress.stage("profile") as stage, _failing():
        profile = load_profile(settings.engine.profile, settings.home)
        stage.note = profile.description
        if not parts.has_own_engine(settings):
            return Shipped(profile, check_profile(profile, look()).routes)
        stage.note += f", at {settings.engine.url}"
        return Shipped(profile, check_content(profile) if settings.stage == "demo" else pinned_base(profile))


def _start_redis(start: Start) -> None:
    with start.progress.stage("redis") as stage, _failing():
        if start.settings.redis.url:
            stage.note = "at BIANMIN_REDIS__URL"
            return
        part = redis_part(start.settings.home)
        start.supervisor.start(part)
        start.supervisor.wait_ready("redis", stage)
        stage.note = part.argv[0]


def _prepare_records(start: Start, shipped: Shipped, replicas: Sequence[Replica]) -> Mapping[str, str]:
    """Migrate the database, note replicas and shipped models; in the demonstration, make its tenants and keys."""
    settings = start.settings
    with start.progress.stage("database"), _failing():
        upgrade(settings.records_url)
    database = open_database(settings.records_url)
    try:
        with _failing():
            settle_replicas(database, replicas, parts.REPLICA_NAMES, _ACTOR)
            cards = store_shipped(settings, shipped)
            ensure_shipped(database, shipped.routes, cards)
        return _prepare_demo(start, database, shipped) if settings.stage == "demo" else {}
    finally:
        database.dispose()


def _prepare_demo(start: Start, database: Engine, shipped: Shipped) -> Mapping[str, str]:
    with start.progress.stage("tenants") as stage, _failing():
        keys = ensure_demo(database, shipped.routes, read_endpoints(start.settings.home).get("keys", {}))
        stage.note = ", ".join(keys)
        return keys


def _wait_for_adapters(start: Start) -> bool:
    """Whether each version that answers is ready on every replica; one that fails for good is told and left behind."""
    with start.progress.stage("adapters") as stage, _failing():
        database = open_database(start.settings.records_url)
        try:
            watch = AdapterWatch(database)
            wait = Wait(watch.is_settled, start.settings.engine.ready_timeout_s)
            start.supervisor.wait(["controller"], wait, stage)
            stage.note = watch.note
            return watch.is_whole
        finally:
            database.dispose()


def _start_one(start: Start, part: Part) -> None:
    with start.progress.stage(part.name) as stage:
        start.supervisor.start(part)
        start.supervisor.wait_ready(part.name, stage)


def _start_gateway(start: Start, layout: Layout, state: str) -> None:
    """All workers, then the state that is awaited: `ready` is what a request to any adapter needs."""
    workers = parts.gateway_parts(layout, start.public)
    with start.progress.stage("gateway") as stage:
        parts.listen(start.public)
        for worker in workers:
            start.supervisor.start(worker)
        url = f"{layout.public_url}/health/{state}"
        names = [worker.name for worker in workers]
        start.supervisor.wait(names, Wait(lambda: is_ok(url), _READY_TIMEOUT_S), stage)
        stage.note = f"{len(workers)} workers"
