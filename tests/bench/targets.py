"""What can be measured, and how each is started. Everything listens on loopback only."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.client import Endpoint
from tests.bench.processes import Part, Processes, fetch, free_port

MODEL = "moi"
ENGINE_MODELS = ("base", "moi-1")
WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a target is started: the run's processes and folder, and the stub's port."""

    processes: Processes
    folder: Path
    stub_port: int

    @property
    def stub_url(self) -> str:
        """The stub's base address."""
        return f"http://127.0.0.1:{self.stub_port}"


@dataclass(frozen=True, slots=True)
class Target:
    """A started gateway.

    `pinned` are the parts that get the one core; `beside` are those that the machine's other core carries, measured
    apart. The rates are those at which added latency is measured. `prove` tells, after the run, what shows that
    nothing was switched off.
    """

    name: str
    endpoint: Endpoint
    pinned: tuple[Part, ...]
    rates_per_s: tuple[int, ...]
    note: str
    beside: tuple[Part, ...] = ()
    is_ready: Callable[[], bool] = field(default=lambda: True, repr=False)
    prove: Callable[[], str] = field(default=lambda: "", repr=False)

    def wait(self) -> None:
        """Wait until it answers. Raises StartFailed."""
        self.pinned[0].wait_until(self.is_ready)


def start_reference(ground: Ground) -> Target:
    """The pass-through of `tests.bench.reference`, one uvicorn worker with the gateway's own libraries."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "tests.bench.reference:app",
        "--port",
        str(port),
        "--no-access-log",
    ]
    part = ground.processes.spawn("pass-through", command, {"BENCH_UPSTREAM": ground.stub_url})
    return Target(
        "pass-through",
        Endpoint(port, ENGINE_MODELS[-1]),
        (part,),
        rates_per_s=(20, 100),
        note="FastAPI and aiohttp, nothing else: no keys, no quota, no concealment, no journal",
        is_ready=lambda: fetch(port, "/health") is not None,
    )


_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  upstream stub {{ server 127.0.0.1:{stub_port}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    keepalive_requests 1000000;
    location / {{
      proxy_pass http://stub; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
    }}
  }}
}}
"""


def start_nginx(ground: Ground) -> Target | None:
    """nginx as a plain reverse proxy, the floor; None where it isn't on PATH."""
    nginx = shutil.which("nginx")
    if nginx is None:
        return None
    port = free_port()
    config = ground.folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=ground.folder, stub_port=ground.stub_port, port=port))
    part = ground.processes.spawn("nginx", [nginx, "-c", str(config), "-p", str(ground.folder)])
    return Target(
        "nginx",
        Endpoint(port, ENGINE_MODELS[-1]),
        (part,),
        rates_per_s=(20, 100),
        note="reverse proxy, one worker, no buffering",
        is_ready=lambda: fetch(port, "/health") is not None,
    )
