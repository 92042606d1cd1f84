"""Whatever is wrong is told in one sentence before vLLM starts."""

# ruff: noqa: E501 - whole sentences stand in the tables

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from serve.engine.hardware import Machine
from serve.engine.profile import EngineRefused, load_profile
from serve.engine.readiness import check_profile
from tests.engine.conftest import SMALL_PROFILE, cpu_machine, gpu_machine
from tests.engine.weights_on_disk import SMALL, config_of, write_adapter, write_safetensors

GPU = SMALL_PROFILE.replace('device = "cpu"', 'device = "cuda"').replace(
    "kv_gib = 1", 'kv_gib = 1\ngpu = "NVIDIA H100 80GB"\ngpu_gib = 79.6'
)
DEVIATION = """
[model.deviation]
approver = "CISO"
supervising_authority = "moda"
reason = "comparison run on a closed network"
date = "2026-11-01"
"""


def refusal(profile_file: Path, machine: Machine | None = None) -> str:
    """The sentence, with the temporary folder cut out."""
    with pytest.raises(EngineRefused) as refused:
        profile = load_profile(str(profile_file), profile_file.parent / "home")
        check_profile(profile, machine or cpu_machine())
    sentence = str(refused.value).replace(str(profile_file.parent.resolve()), "…")
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('path = "model"', 'path = "elsewhere"', "The weights are expected in …/elsewhere, and there is no such folder."),
        ('lineage = []', 'lineage = ["Qwen/Qwen2.5-7B"]', "Qwen/Qwen2.5-7B belongs to Qwen (Alibaba), which is on the deny-list, and the profile records no approved deviation."),
        ('vendor = "tests"', 'vendor = "DeepSeek"', "DeepSeek belongs to DeepSeek (DeepSeek), which is on the deny-list, and the profile records no approved deviation."),
        ('vendor_country = "TW"', 'vendor_country = "CN"', "The vendor's country CN is on the deny-list and the profile records no approved deviation."),
        ('tensor = 2', 'tensor = 3', "Tensor parallel size 3 does not divide the 4 attention heads."),
        ('tensor = 2', 'tensor = 2\npipeline = 3', "Pipeline parallel size 3 is larger than the 2 layers."),
        ('tensor = 2', 'tensor = 2\nnodes = 3', "The 2 ranks can't be shared evenly by 3 nodes."),
        ('slots = 2', 'slots = 0', "The profile lists or keeps adapters and has no LoRA slots for them."),
        ('slots = 2', 'slots = 2\ncpu_slots = 1', "Host memory for 1 adapters is less than the 2 LoRA slots."),
        ('max_rank = 8', 'max_rank = 12', "LoRA rank 12 is not one that vLLM allows (1, 8, 16, 32, 64, 128, 256, 320, 512)."),
        ('max_rank = 8', 'max_rank = 1', "The adapter moi has rank 8, over the profile's 1."),
        ('path = "adapters/moi"', 'path = "adapters/mof"', "The adapter moi can't be used: mof has no card.json."),
        ('context_tokens = 1024', 'context_tokens = 9000000', "A KV cache of 1 GiB holds 2,097,152 tokens, fewer than one context of 9,000,000."),
        ('digest = "card"', f'digest = "sha256:{"0" * 64}"', "The weights in …/model are not the pinned ones (SHA-256 differs)."),
        ('licence = "Apache-2.0"', 'licence = 3', "The engine profile small.toml has unusable fields: model.licence."),
        ('tensor = 2', 'tenser = 2', "The engine profile small.toml has unusable fields: parallel.tenser."),
        ('[parallel]', '[parallel', "The engine profile small.toml is not valid TOML (Expected ']' at the end of a table declaration (at line 12, column 10))."),
    ],
)  # fmt: skip
def test_profile_is_refused(small: Path, old: str, new: str, sentence: str) -> None:
    assert old in SMALL_PROFILE
    small.write_text(SMALL_PROFILE.replace(old, new))
    assert refusal(small) == sentence


def _remove_weights(folder: Path) -> None:
    (folder / "model" / "model.safetensors").unlink()


def _break_config(folder: Path) -> None:
    (folder / "model" / "config.json").write_text("{")


def _change_weights(folder: Path) -> None:
    write_safetensors(folder / "model" / "model.safetensors", (11, 100))


def _change_adapter(folder: Path) -> None:
    write_safetensors(folder / "adapters" / "moi" / "adapter_model.safetensors", (8, 11))


def _foreign_adapter(folder: Path) -> None:
    write_adapter(folder / "adapters" / "moi", "sha256:" + "0" * 64)


def _hidden_family(folder: Path) -> None:
    config = config_of(SMALL, architectures=["Qwen2ForCausalLM"], model_type="qwen2")
    (folder / "model" / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_remove_weights, "There is no *.safetensors file in …/model."),
        (_break_config, "…/model/config.json is missing or not readable."),
        (_change_weights, "The weights in …/model are not the pinned ones (SHA-256 differs)."),
        (_change_adapter, "The adapter moi can't be used: moi: the files differ from what the card describes."),
        (_foreign_adapter, "The adapter moi was trained for another base model."),
        (_hidden_family, "qwen2 belongs to Qwen (Alibaba), which is on the deny-list, and the profile records no approved deviation."),
    ],
)  # fmt: skip
def test_files_are_refused(small: Path, spoil: Callable[[Path], None], sentence: str) -> None:
    spoil(small.parent)
    assert refusal(small) == sentence


@pytest.mark.parametrize(
    ("content", "machine", "sentence"),
    [
        (SMALL_PROFILE, cpu_machine(6), "The engine needs 6.6 GiB of memory for 2 CPU ranks and 6.0 GiB are free."),
        (SMALL_PROFILE, replace(cpu_machine(), has_lscpu=False), "vLLM on the CPU asks lscpu for the cores, and there is no such command (util-linux)."),
        (GPU, gpu_machine(0, 0), "The profile needs 2 NVIDIA GPUs (NVIDIA H100 80GB) on this machine, and none can be seen."),
        (GPU, gpu_machine(1, 80), "The profile needs 2 NVIDIA GPUs (NVIDIA H100 80GB) on this machine, and 1 can be seen."),
        (GPU, gpu_machine(2, 4), "One rank needs 5.0 GiB and NVIDIA H100 80GB HBM3 gives 3.7 GiB (4.0 at 92%): use a larger tensor parallel size or a larger GPU."),
        (GPU.replace("79.6", "5"), gpu_machine(2, 80), "One rank needs 5.0 GiB and NVIDIA H100 80GB gives 4.6 GiB (5.0 at 92%): use a larger tensor parallel size or a larger GPU."),
    ],
)  # fmt: skip
def test_machine_is_refused(small: Path, content: str, machine: Machine, sentence: str) -> None:
    small.write_text(content)
    assert refusal(small, machine) == sentence


def test_unpinned_weights_are_refused_and_the_pin_is_told(small: Path) -> None:
    small.write_text(SMALL_PROFILE.replace('digest = "card"', ""))
    sentence = refusal(small)
    assert sentence.startswith('The weights are not pinned: check them, then write digest = "sha256:')
    pin = sentence.split('"')[1]
    small.write_text(SMALL_PROFILE.replace('digest = "card"', f'digest = "{pin}"'))
    profile = load_profile(str(small), small.parent)
    assert check_profile(profile, cpu_machine()).routes[0].digest == pin


def test_recorded_deviation_lets_a_denied_model_through(small: Path) -> None:
    denied = SMALL_PROFILE.replace("lineage = []", 'lineage = ["Qwen/Qwen2.5-7B"]')
    small.write_text(denied.replace("[parallel]", f"{DEVIATION}\n[parallel]"))
    assert check_profile(load_profile(str(small), small.parent), cpu_machine()).routes


def test_config_of_another_model_is_refused(small: Path) -> None:
    shape = "".join(f"\n{name} = {value}" for name, value in SMALL.model_dump().items())
    shape = shape.replace("layers = 2", "layers = 3")
    small.write_text(SMALL_PROFILE.replace("[parallel]", f"[model.shape]{shape}\n[parallel]"))
    assert refusal(small) == "config.json says layers = 2 and the profile 3: …/model holds another model."


def test_unknown_profile_names_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(
        EngineRefused, match=r"There is no engine profile 'nix'; the repository has bloom-176b, demo"
    ):
        load_profile("nix", tmp_path)
