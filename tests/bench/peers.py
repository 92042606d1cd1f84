"""LiteLLM, bare and with its Presidio guardrail, in an environment of their own under `.bench/`."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import orjson

from tests.bench.client import Endpoint
from tests.bench.processes import fetch, free_port
from tests.bench.targets import ENGINE_MODELS, MODEL, Ground, Target

PINS = Path(__file__).with_name("peers.txt")
_SERVICE = Path(__file__).with_name("presidio_service.py")


class InstallFailed(Exception):
    """The peers could not be installed."""


def install(folder: Path) -> Path:
    """The Python of the peers' environment; made at first use and whenever the pins change.

    Raises InstallFailed.
    """
    python = folder / "bin" / "python"
    done = folder / "installed.txt"
    if done.is_file() and done.read_text() == PINS.read_text():
        return python
    uv = shutil.which("uv", path=Path(sys.executable).parent) or shutil.which("uv")
    if uv is None:
        raise InstallFailed("uv is needed to install the peers")
    for arguments in (
        ["venv", "-q", "--clear", "--python", sys.executable, str(folder)],
        ["pip", "install", "-q", "--python", str(python), "-r", str(PINS)],
    ):
        outcome = subprocess.run([uv, *arguments], capture_output=True, text=True, check=False)
        if outcome.returncode:
            raise InstallFailed(outcome.stderr[-1500:])
    done.write_text(PINS.read_text())
    return python


def start_litellm(ground: Ground, python: Path) -> Target:
    """LiteLLM's proxy with one worker: a master key, no database, no Redis, no guardrail."""
    return _start(ground, python, "litellm", {})


def start_litellm_presidio(ground: Ground, python: Path) -> Target:
    """LiteLLM's proxy with its Presidio guardrail, which conceals requests and restores answers.

    The Presidio service shares the target's core, as it is part of the work.
    """
    port = free_port()
    service = ground.processes.spawn("presidio", [str(python), str(_SERVICE), str(port)])
    service.wait_until(lambda: fetch(port, "/health") is not None)
    base = f"http://127.0.0.1:{port}"
    guardrail = {
        "guardrail_name": "presidio",
        "litellm_params": {
            "guardrail": "presidio",
            "mode": "pre_call",
            "default_on": True,
            "output_parse_pii": True,
            "presidio_filter_scope": "input",  # with the default, `both`, restored values are masked again
            "presidio_language": "en",
            "presidio_analyzer_api_base": base,
            "presidio_anonymizer_api_base": base,
        },
    }
    target = _start(ground, python, "litellm-presidio", {"guardrails": [guardrail]})
    return replace(
        target,
        pinned=(*target.pinned, service),
        rates_per_s=(20,),
        note="LiteLLM with Presidio's regex recognisers and two for Taiwan's national ID and mobile numbers; no "
        "language model, so no names",
    )


def _start(ground: Ground, python: Path, name: str, extra: dict[str, object]) -> Target:
    port, key = free_port(), f"sk-{secrets.token_hex(24)}"
    upstream = {
        "model": f"openai/{ENGINE_MODELS[-1]}",
        "api_base": f"{ground.stub_url}/v1",
        "api_key": "none",
    }
    config = {
        "model_list": [{"model_name": MODEL, "litellm_params": upstream}],
        "general_settings": {"master_key": key},
        **extra,
    }
    path = ground.folder / f"{name}.yaml"
    path.touch(mode=0o600)
    path.write_bytes(orjson.dumps(config))  # JSON is YAML
    command = [
        str(python.with_name("litellm")),
        "--config",
        str(path),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    environ = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}
    part = ground.processes.spawn(name, [*command, "--num_workers", "1", "--telemetry", "False"], environ)
    return Target(
        name,
        Endpoint(port, MODEL, key),
        (part,),
        rates_per_s=(20, 50),
        note="one worker, a master key, no database, no Redis",
        is_ready=lambda: fetch(port, "/health/liveliness") is not None,
    )
