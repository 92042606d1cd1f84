"""Our own gateway as it is served: Redis, database, tenant and key, one worker with everything on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from redis import Redis

from serve.callers import Limits
from serve.records.accounts import create_key
from serve.records.database import open_database, upgrade
from serve.records.replicas import Phase, Replica, Resident, add_replica, publish_residents
from serve.records.tenants import TenantSpec, create_tenant
from serve.stack.redis_server import answers_ping, redis_part
from tests.adapter_rows import serve_version
from tests.bench.client import Endpoint
from tests.bench.processes import fetch, free_port
from tests.bench.targets import ENGINE_MODELS, MODEL, Ground, Target

_BIANMIN = (sys.executable, "-c", "from serve.cli import main; main()")
_ACTOR = "bench"
_NO_LIMIT = Limits(requests=2**31 - 1, window_s=3600, tokens_per_day=2**53, concurrent=2**20)


def start_bianmin(ground: Ground) -> Target:
    """The gateway's worker has the one core; Redis and the journal's shipper are beside it."""
    home = ground.folder / "home"
    home.mkdir(mode=0o700)
    port = free_port()
    environ = {
        "BIANMIN_HOME": str(home),
        "BIANMIN_PUBLIC_PORT": str(port),
        "BIANMIN_WORKERS": "1",
        "BIANMIN_ENGINE__URL": ground.stub_url,
        "BIANMIN_RECORDS__URL": f"sqlite:///{home / 'records.sqlite3'}",
    }
    server = ground.processes.spawn("redis", list(redis_part(home).argv))
    server.wait_until(lambda: answers_ping(home / "redis" / "redis.sock"))
    key = _prepare_records(environ["BIANMIN_RECORDS__URL"], ground.stub_url)
    shipper = ground.processes.spawn("journal", [*_BIANMIN, "journal", "ship"], environ)
    worker = ground.processes.spawn("bianmin", [*_BIANMIN, "gateway"], environ)
    return Target(
        "bianmin",
        Endpoint(port, MODEL, key),
        (worker,),
        beside=(server, shipper),
        rates_per_s=(20, 50, 100),
        note="one worker; keys, quota in Redis, concealment, restoration, journal and metrics on",
        is_ready=lambda: fetch(port, "/health/ready") is not None,
        prove=lambda: f"{_verify_journal(environ)} {_count_quota_calls(home)}",
    )


def _verify_journal(environ: dict[str, str]) -> str:
    outcome = subprocess.run(
        [*_BIANMIN, "journal", "verify"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    return f"`bianmin journal verify`: {(outcome.stdout or outcome.stderr).strip()}"


def _count_quota_calls(home: Path) -> str:
    with Redis.from_url(f"unix://{home / 'redis' / 'redis.sock'}") as redis:
        calls = redis.info("commandstats").get("cmdstat_evalsha", {}).get("calls", 0)
    return f"Quota scripts run in Redis: {calls}."


def _prepare_records(url: str, engine_url: str) -> str:
    """The secret of a key that may call every model without limit."""
    upgrade(url)
    database = open_database(url)
    try:
        add_replica(database, Replica("stub", engine_url), _ACTOR)
        held = []
        for public, engine_name in zip(("base", MODEL), ENGINE_MODELS, strict=True):
            serve_version(database, f"{public}@1")
            held.append(Resident("stub", f"{public}@1", engine_name, Phase.READY))
        publish_residents(database, "stub", held)
        create_tenant(database, TenantSpec("bench", "agency", frozenset({"*"}), _NO_LIMIT), _ACTOR)
        return create_key(database, "bench", "bench", _ACTOR)[1]
    finally:
        database.dispose()
