"""Every shipped profile: it parses, its plan fits the hardware it names, and vLLM gets these very arguments."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from serve.engine.hardware import GIB, Gpu, Machine
from serve.engine.launch import Place, command_line, environment
from serve.engine.profile import PROFILES, EngineProfile, load_profile
from serve.engine.readiness import check_profile
from tests.engine.weights_on_disk import write_adapter, write_model

NAMES = sorted(path.stem for path in PROFILES.glob("*.toml") if path.stem != "denylist")
GOLDEN = Path(__file__).parent / "golden"
KEY = "engine-key-of-this-test"


def place_weights(name: str, folder: Path) -> EngineProfile:
    """The shipped profile, with stand-in weights of the right shape under another folder."""
    shipped = load_profile(name, folder)
    model = shipped.model
    path = folder / "models" / shipped.model_path.name
    digest = write_model(path, model.shape) if model.shape else write_model(path)
    adapters = []
    for adapter in shipped.adapters:
        write_adapter(folder / "adapters" / adapter.public, digest)
        adapters.append(adapter.model_copy(update={"path": str(folder / "adapters" / adapter.public)}))
    placed = model.model_copy(update={"digest": digest, "path": str(path)})
    return shipped.model_copy(update={"model": placed, "adapters": tuple(adapters)})


def machine_for(profile: EngineProfile) -> Machine:
    """What the profile says it is for."""
    gpu = Gpu(profile.memory.gpu, int(profile.memory.gpu_gib * GIB))
    gpus = (gpu,) * profile.gpus_per_node if profile.device == "cuda" else ()
    return Machine(gpus, 16 * GIB, (0, 1))


def test_the_profiles_of_the_issue_are_shipped() -> None:
    assert NAMES == [
        "bloom-176b", "demo-cpu-tp1", "demo-cpu-tp2", "gemma-3-taide-12b", "llama-3-taiwan-70b-h100",
        "llama-3-taiwan-70b-h200", "taide-lx-8b",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_profile_passes_on_the_hardware_it_names(name: str, tmp_path: Path) -> None:
    profile = place_weights(name, tmp_path)
    checked = check_profile(profile, machine_for(profile))
    assert [route.public for route in checked.routes] == ["base", *(item.public for item in profile.adapters)]
    assert checked.plan.kv_tokens >= profile.memory.context_tokens


@pytest.mark.parametrize("name", NAMES)
def test_arguments_and_environment(name: str, tmp_path: Path) -> None:
    profile = load_profile(name, tmp_path)
    env = environment(profile, machine_for(profile), KEY, {"PATH": "/bin"})
    assert env.pop("VLLM_API_KEY") == KEY
    lines = [f"{key}={value}" for key, value in sorted(env.items())]
    for rank in range(profile.parallel.nodes):
        argv = command_line(profile, Place("127.0.0.1", 8002, rank, "node0"))
        assert not any(KEY in word for word in argv)
        lines += [f"--- node {rank}", *argv]
    text = "\n".join(lines) + "\n"
    for path, mark in (
        (sys.executable, "PYTHON"),
        (str(tmp_path), "HOME"),
        (str(PROFILES.parents[1]), "REPO"),
    ):
        text = text.replace(path, mark)
    assert text == (GOLDEN / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_requests_are_never_logged(name: str, tmp_path: Path) -> None:
    argv = command_line(load_profile(name, tmp_path), Place("127.0.0.1", 8002))
    assert "--no-enable-log-requests" in argv
    assert not {"--enable-log-requests", "--enable-log-outputs"} & set(argv)


def test_our_secrets_and_stray_switches_do_not_reach_the_engine(tmp_path: Path) -> None:
    inherited = {
        "BIANMIN_ADMIN_TOKENS": "{}", "VLLM_LOGGING_LEVEL": "DEBUG", "VLLM_SERVER_DEV_MODE": "1", "HOME": "/home/clerk",
    }  # fmt: skip
    profile = load_profile("demo-cpu-tp2", tmp_path)
    env = environment(profile, machine_for(profile), "", inherited)
    assert (
        not {"BIANMIN_ADMIN_TOKENS", "VLLM_LOGGING_LEVEL", "VLLM_SERVER_DEV_MODE", "VLLM_API_KEY"}
        & env.keys()
    )
    assert env["HOME"] == "/home/clerk"
