"""`bianmin engine`: one sentence and status 2, or vLLM in our place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from serve.cli import main

Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run `bianmin engine` with a home of its own."""
    for name in [name for name in os.environ if name.startswith("BIANMIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path / "home"))
    return lambda *arguments: CliRunner().invoke(main, ["engine", *arguments])


def test_check_prints_the_plan_and_starts_nothing(small: Path, invoke: Invoke) -> None:
    result = invoke("--profile", str(small), "--check")
    assert result.exit_code == 0
    assert "ranks   TP 2 x PP 1 on 1 node(s)" in result.stdout
    assert "model   moi@1  sha256:" in result.stdout


def test_refusal_is_one_sentence_with_status_2(invoke: Invoke, tmp_path: Path) -> None:
    result = invoke("--profile", "bloom-176b")
    assert result.exit_code == 2
    expected = tmp_path / "home" / "models" / "bloom"
    assert result.stderr == (
        f"The weights are expected in {expected}, and there is no such folder (bigscience/bloom on the hub).\n"
    )


def test_becomes_vllm_with_the_key_in_the_environment_only(
    small: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, list[str], dict[str, str]]] = []

    def execve(program: str, argv: list[str], env: dict[str, str]) -> Any:
        started.append((program, argv, env))

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setenv("BIANMIN_ENGINE__API_KEY", "a-key-nobody-knows")
    monkeypatch.setenv("BIANMIN_ENGINE__URL", "http://127.0.0.1:18123")
    assert invoke("--profile", str(small)).exit_code == 0
    ((_, argv, env),) = started
    assert argv[argv.index("--port") + 1] == "18123"
    assert env["VLLM_API_KEY"] == "a-key-nobody-knows"
    assert "a-key-nobody-knows" not in " ".join(argv)


@pytest.mark.parametrize("node", ["x", "1@host:port"])
def test_unreadable_node(invoke: Invoke, node: str, small: Path) -> None:
    result = invoke("--profile", str(small), "--node", node)
    assert (result.exit_code, result.stderr) == (2, "--node is not of the form RANK or RANK@HOST:PORT.\n")
