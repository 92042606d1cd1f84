"""A whole stack as a stranger starts it: real redis-server, real vLLM (TP=2, four adapters), gateway, journal."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.waiting import until

READY_WITHIN_S = 420


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class Stack:
    """`bianmin up` in a process of its own, and the ways to look at it."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    endpoints: dict[str, Any] = field(default_factory=dict, repr=False)
    _clients: dict[str, httpx.Client] = field(default_factory=dict, repr=False)

    def start(self) -> None:
        """Start and wait until it says that it is ready."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("BIANMIN_")}
        environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
        environ |= {
            "BIANMIN_HOME": str(self.home),
            "BIANMIN_PUBLIC_PORT": str(free_port()),
            "BIANMIN_ADMIN_PORT": str(free_port()),
            "BIANMIN_LOG_LEVEL": "debug",
            **self.environ,
        }
        with (self.home / "up.out").open("wb") as out:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).with_name("bianmin")), "up"],
                env=environ, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        until(self._is_ready, "the stack is ready", READY_WITHIN_S)
        self.endpoints = json.loads((self.home / "endpoints.json").read_text())

    def _is_ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"bianmin up ended:\n{self.printed()[-3000:]}")
        return (self.home / "endpoints.json").exists()

    def printed(self) -> str:
        """What it printed so far."""
        return (self.home / "up.out").read_text()

    def stop(self) -> None:
        """Ctrl-C, and wait."""
        for client in self._clients.values():
            client.close()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=90)

    def family(self) -> list[psutil.Process]:
        """Every process below it."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def part(self, word: str) -> list[psutil.Process]:
        """The processes below it whose command line holds the word."""
        found = []
        for process in self.family():
            try:
                if any(word in argument for argument in process.cmdline()):
                    found.append(process)
            except psutil.NoSuchProcess:
                continue
        return found

    @property
    def public(self) -> str:
        """Address of the public plane."""
        return str(self.endpoints["public"])

    def client(self, tenant: str = "city-1999") -> httpx.Client:
        """A client of the public plane with the tenant's demo key; one for each tenant, safe for threads."""
        if tenant not in self._clients:
            headers = {"authorization": f"Bearer {self.endpoints['keys'][tenant]}"}
            limits = httpx.Limits(max_connections=64)
            self._clients[tenant] = httpx.Client(
                base_url=self.public, headers=headers, timeout=120, limits=limits
            )
        return self._clients[tenant]

    def admin(self) -> httpx.Client:
        """A client of the admin plane."""
        headers = {"authorization": f"Bearer {self.endpoints['admin_token']}"}
        return httpx.Client(base_url=self.endpoints["admin"], headers=headers, timeout=30)

    def ask(self, text: str, model: str = "moi", **more: Any) -> httpx.Response:
        """One question at temperature 0."""
        body = {"model": model, "messages": [{"role": "user", "content": text}], "temperature": 0, **more}
        return self.client().post("/v1/chat/completions", json=body)

    def record(self, request_id: str) -> dict[str, Any]:
        """The journal's record of a request, once it is shipped."""

        def shipped() -> dict[str, Any] | None:
            with self.admin() as client:
                response = client.get(f"/admin/journal/{request_id}")
            return response.json() if response.status_code == 200 else None

        found = until(shipped, "the record is in the database", 20)
        assert found is not None
        return found
