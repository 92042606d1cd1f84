"""`bianmin up` as a person uses it, with everything real but the model server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.engine.conftest import SMALL_PROFILE
from tests.engine.weights_on_disk import write_adapter, write_model
from tests.stack.fake_engine import fake_engine
from tests.waiting import is_gone, until

TIMEOUT_S = 240


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Stack:
    """A home folder and the environment that leads to it."""

    home: Path
    environ: dict[str, str]

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """One `bianmin` command to its end."""
        return subprocess.run(
            [sys.executable, "-c", "from serve.cli import main; main()", *arguments],
            env={**self.environ, **environ}, capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
        )  # fmt: skip

    def endpoints(self) -> dict[str, object]:
        """What endpoints.json says."""
        content: dict[str, object] = json.loads((self.home / "endpoints.json").read_text())
        return content

    def processes(self) -> list[int]:
        """The supervisor and everything it started."""
        supervisor = psutil.Process(int(str(self.endpoints()["pid"])))
        return [supervisor.pid, *(child.pid for child in supervisor.children(recursive=True))]


def prepare(home: Path, engine_url: str) -> Stack:
    """A profile with stand-in weights, free ports, and an engine that is not started by us."""
    digest = write_model(home / "model")
    write_adapter(home / "adapters" / "moi", digest)
    (home / "small.toml").write_text(SMALL_PROFILE)
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("BIANMIN_", "PROMETHEUS_"))
    }
    environ |= {
        "BIANMIN_HOME": str(home / "state"),
        "BIANMIN_ENGINE__PROFILE": str(home / "small.toml"),
        "BIANMIN_ENGINE__URL": engine_url,
        "BIANMIN_PUBLIC_PORT": str(free_port()),
        "BIANMIN_ADMIN_PORT": str(free_port()),
        "BIANMIN_WORKERS": "1",
    }
    return Stack(home / "state", environ)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, for the Unix socket in it."""
    path = Path(tempfile.mkdtemp(prefix="bm-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    """A stack in the background."""
    home = Path(tempfile.mkdtemp(prefix="bm-"))
    with fake_engine() as url:
        stack = prepare(home, url)
        started = stack.run("up", "--detach")
        assert started.returncode == 0, started.stdout + started.stderr
        (home / "printed").write_text(started.stdout)
        yield stack
        stack.run("down")
    shutil.rmtree(home)


def test_tells_stages_addresses_and_how_to_ask(running: Stack) -> None:
    printed = (running.home.parent / "printed").read_text()
    stages = [line.split()[1] for line in printed.splitlines() if line.startswith("  ✓")]
    assert stages == [
        "home", "profile", "redis", "database", "tenants", "journal", "admin", "controller", "adapters", "gateway",
    ]  # fmt: skip
    endpoints = running.endpoints()
    keys = endpoints["keys"]
    assert isinstance(keys, dict)
    for text in (f"{endpoints['public']}/v1", f"{endpoints['public']}/docs", str(endpoints["admin"])):
        assert text in printed
    assert f"-H 'Authorization: Bearer {keys['city-1999']}'" in printed
    assert "from openai import OpenAI" in printed


def test_endpoints_are_complete_and_private(running: Stack) -> None:
    endpoints = running.endpoints()
    assert set(endpoints) == {
        "public", "admin", "engine", "replicas", "redis", "records", "spool", "keys", "admin_token", "pid",
    }  # fmt: skip
    assert {"moi", "city-1999", "community", "moda"} == set(endpoints["keys"])  # type: ignore[call-overload]
    private = [
        running.home / "endpoints.json",
        running.home / "secrets.json",
        running.home / "records.sqlite3",
    ]
    assert [stat.S_IMODE(path.stat().st_mode) for path in private] == [0o600] * 3
    assert stat.S_IMODE(running.home.stat().st_mode) == 0o700


def test_the_documentation_and_readiness_answer(running: Stack) -> None:
    for path in ("/docs", "/health/ready"):
        with urllib.request.urlopen(f"{running.endpoints()['public']}{path}", timeout=30) as response:
            assert response.status == 200


def test_ask_shows_what_was_typed_seen_and_got(running: Stack) -> None:
    question = "請打 0912345678 找我，我要辦戶籍謄本"
    asked = running.run("ask", "--model", "moi", question)
    assert asked.returncode == 0, asked.stderr
    typed, seen, got = asked.stdout.splitlines()[:3]
    assert typed == f"「民眾輸入」 {question}"
    assert seen.startswith("「模型看到」 請打") and "0912345678" not in seen and "〔" in seen
    assert got == f"「民眾收到」 您說：{question}"
    assert "moi@1" in asked.stdout and "tokens" in asked.stdout


def test_ask_tells_the_gateways_own_words(running: Stack) -> None:
    asked = running.run("ask", "--model", "unknown", "你好")
    assert asked.returncode == 1
    assert "(model_not_found)" in asked.stderr


def test_a_second_up_is_refused(running: Stack) -> None:
    for arguments in (["up"], ["up", "--detach"]):
        second = running.run(*arguments)
        assert second.returncode == 1
        assert f"It is running already (process {running.endpoints()['pid']})" in second.stderr


def test_a_killed_worker_is_replaced(running: Stack) -> None:
    def workers() -> list[psutil.Process]:
        children = psutil.Process(running.processes()[0]).children()
        return [child for child in children if not is_gone(child.pid) and "gateway" in child.cmdline()]

    (worker,) = workers()
    worker.kill()
    until(lambda: [found.pid for found in workers()] not in ([], [worker.pid]), "another worker runs")
    assert running.run("ask", "--model", "moi", "你好").returncode == 0


def test_down_stops_everything_and_the_next_start_keeps_the_keys(folder: Path) -> None:
    with fake_engine() as url:
        stack = prepare(folder, url)
        keys = []
        for _ in range(2):
            assert stack.run("up", "--detach").returncode == 0
            keys.append(stack.endpoints()["keys"])
            pids = stack.processes()
            stopped = stack.run("down")
            assert stopped.stdout.startswith(f"Stopped (process {pids[0]}")
            assert all(is_gone(pid) for pid in pids)
        assert keys[0] == keys[1]
        assert stack.run("down").stdout == "Nothing is running.\n"


def test_kill_9_of_the_supervisor_leaves_nothing(folder: Path) -> None:
    with fake_engine() as url:
        stack = prepare(folder, url)
        assert stack.run("up", "--detach").returncode == 0
        pids = stack.processes()
        os.kill(pids[0], signal.SIGKILL)
        until(lambda: all(is_gone(pid) for pid in pids), "every part is gone")


@pytest.mark.parametrize("setting", ["BIANMIN_PUBLIC_PORT", "BIANMIN_ADMIN_PORT"])
def test_a_busy_port_is_one_sentence_and_nothing_starts(folder: Path, setting: str) -> None:
    stack = prepare(folder, "http://127.0.0.1:9")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = stack.run("up", **{setting: str(port)})
    assert refused.returncode == 1
    expected = (
        f"Error: Port {port} on 127.0.0.1 can't be used (Address already in use): free it or set {setting}.\n"
    )
    assert refused.stderr == expected
    assert not (stack.home / "redis").exists()


def test_wrong_weights_are_the_engines_own_sentence(folder: Path) -> None:
    stack = prepare(folder, "http://127.0.0.1:9")
    shutil.rmtree(folder / "model")
    refused = stack.run("up")
    assert refused.returncode == 1
    expected = f"Error: The weights are expected in {folder / 'model'}, and there is no such folder.\n"
    assert refused.stderr == expected
