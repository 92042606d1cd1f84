"""What is accepted: the demonstration's adapters, dummies, and what PEFT itself writes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from adapters import cards
from adapters.dummies import write_bfloat16
from adapters.intake import BaseSpec, copy_folder, unpack
from tests.adapters import hostile

DEMO = Path(__file__).parents[3] / "deploy" / "demo"


@pytest.mark.parametrize("ministry", ["moi", "mof", "mohw", "motc"])
def test_the_demonstration_adapters_fit_the_demonstration_model(ministry: str) -> None:
    base = BaseSpec.from_folder(DEMO / "model", max_rank=8)
    found = hostile.accepted(DEMO / "adapters" / ministry, base)
    card = cards.load(DEMO / "adapters" / ministry)
    assert (found.digest, found.rank, found.alpha) == (card.digest, card.rank, card.alpha)
    assert found.dtype == "BF16" and found.tensor_count == 56 and found.base_name == "bianmin-demo"
    assert found.target_modules == tuple(sorted(card.target_modules))
    folder = DEMO / "adapters" / ministry
    assert found.content_bytes == sum((folder / name).stat().st_size for name in cards.CONTENT_FILES)


@pytest.mark.parametrize("dtype", ["F32", "F16", "BF16"])
def test_every_served_dtype_is_accepted(base: BaseSpec, adapter: Path, dtype: str) -> None:
    blobs = hostile.read_blobs(adapter)
    values = {name: [0.5] * (shape[0] * shape[1]) for name, (_, shape, _) in blobs.items()}
    changed = {
        name: (dtype, shape, hostile.numbers(values[name], dtype)) for name, (_, shape, _) in blobs.items()
    }
    hostile.write_blobs(adapter, changed)
    assert hostile.accepted(adapter, base).dtype == dtype


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("prefix", ["", "./", "mof-adapter/"])
def test_a_tar_archive_gives_the_same_files(
    base: BaseSpec, adapter: Path, tmp_path: Path, mode: str, prefix: str
) -> None:
    archive = hostile.tar_of(adapter, tmp_path / "upload", mode, prefix)
    _same_files(unpack(archive, tmp_path / "taken"), adapter)
    assert hostile.accepted(tmp_path / "taken", base) == hostile.accepted(adapter, base)


@pytest.mark.parametrize("prefix", ["", "mof-adapter/"])
def test_a_zip_archive_gives_the_same_files(adapter: Path, tmp_path: Path, prefix: str) -> None:
    _same_files(unpack(hostile.zip_of(adapter, tmp_path / "upload", prefix), tmp_path / "taken"), adapter)


@pytest.mark.parametrize("form", ["ustar", "gnu", "pax"])
def test_tar_of_the_system_is_understood(adapter: Path, tmp_path: Path, form: str) -> None:
    top = tmp_path / ("稅" * 20) / ("務" * 20)  # long enough for extended headers
    shutil.copytree(adapter, top)
    archive = tmp_path / "upload"
    command = ["tar", f"--format={form}", "-czf", str(archive), "-C", str(top.parent), top.name]
    subprocess.run(command, check=True)
    _same_files(unpack(archive, tmp_path / "taken"), adapter)


def test_a_folder_is_copied_and_pefts_readme_dropped(base: BaseSpec, adapter: Path, tmp_path: Path) -> None:
    expected = hostile.accepted(adapter, base)
    (adapter / "README.md").write_text("# made by PEFT", encoding="utf-8")
    taken = copy_folder(adapter, tmp_path / "taken")
    assert not (taken / "README.md").exists() and hostile.accepted(taken, base) == expected
    archive = hostile.tar_of(adapter, tmp_path / "upload")
    assert not (unpack(archive, tmp_path / "unpacked") / "README.md").exists()


def test_the_private_copy_can_be_entered_by_nobody_else(adapter: Path, tmp_path: Path) -> None:
    assert copy_folder(adapter, tmp_path / "a").stat().st_mode & 0o077 == 0
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    assert unpack(archive, tmp_path / "b").stat().st_mode & 0o077 == 0


def test_exchanging_the_source_after_the_copy_changes_nothing(
    base: BaseSpec, adapter: Path, tmp_path: Path
) -> None:
    expected = hostile.accepted(adapter, base)
    taken = copy_folder(adapter, tmp_path / "taken")
    (adapter / hostile.WEIGHTS).write_bytes(b"something else")
    (adapter / hostile.CONFIG).unlink()
    (adapter / hostile.CONFIG).symlink_to("/etc/passwd")
    assert hostile.accepted(taken, base) == expected


def test_an_adapter_without_card_is_known_by_the_name_of_its_base(base: BaseSpec, adapter: Path) -> None:
    (adapter / "card.json").unlink()
    for name in ("tiny", "/home/somebody/models/tiny/", "C:\\models\\Tiny", "hub/tiny"):
        hostile.edit_config(adapter, base_model_name_or_path=name)
        assert hostile.accepted(adapter, base).base_name == "tiny"


def test_an_alias_of_the_base_is_accepted(tmp_path: Path) -> None:
    base = BaseSpec.from_folder(
        hostile.write_base(tmp_path / "tiny"), max_rank=8, aliases=("taide/Llama-3.1-TAIDE",)
    )
    adapter = hostile.write_valid(base, tmp_path / "adapter")
    (adapter / "card.json").unlink()
    hostile.edit_config(adapter, base_model_name_or_path="taide/Llama-3.1-TAIDE")
    assert hostile.accepted(adapter, base).base_name == "tiny"


def test_rank_stabilised_lora_and_fewer_targets_are_served(base: BaseSpec, adapter: Path) -> None:
    blobs = hostile.read_blobs(adapter)
    kept = {name: blob for name, blob in blobs.items() if "q_proj" in name or "v_proj" in name}
    hostile.write_blobs(adapter, kept)
    hostile.edit_card(adapter, target_modules=("q_proj", "v_proj"))
    hostile.edit_config(adapter, target_modules=["v_proj", "q_proj"], use_rslora=True)
    assert hostile.accepted(adapter, base).tensor_count == 4 * hostile.LAYERS


def test_a_sharded_base_without_card_is_read_from_all_its_headers(tmp_path: Path) -> None:
    whole = hostile.write_base(tmp_path / "whole")
    expected = BaseSpec.from_folder(whole, max_rank=8)
    sharded = hostile.write_base(tmp_path / "sharded", card=False)
    content = (sharded / "model.safetensors").rename(sharded / "model-1.safetensors").read_bytes()
    (sharded / "model-2.safetensors").write_bytes(content)
    found = BaseSpec.from_folder(sharded, max_rank=8)
    assert found.modules == expected.modules and found.name == "sharded" and found.lineage == ()
    assert found.digest == cards.weights_digest(sharded)


def test_an_image_tower_of_a_gemma_takes_no_adapter(tmp_path: Path) -> None:
    folder = hostile.write_base(tmp_path / "gemma", card=False)
    (folder / "config.json").write_text(
        json.dumps({"architectures": ["Gemma3ForConditionalGeneration"]}), encoding="utf-8"
    )
    layer = "layers.0.self_attn.q_proj"
    shard = folder / "model.safetensors"
    shard.unlink()
    tower = f"vision_tower.vision_model.encoder.{layer}.weight"
    names = [f"language_model.model.{layer}.weight", tower]
    write_bfloat16(shard, [(name, np.ones((4, 4), np.float32)) for name in names])
    base = BaseSpec.from_folder(folder, max_rank=8)
    assert set(base.modules) == {f"language_model.model.{layer}"}
    adapter = hostile.write_valid(base, tmp_path / "adapter")
    as_engine_names = hostile.read_blobs(adapter)
    as_transformers_names = {
        name.replace("language_model.model", "model.language_model"): blob
        for name, blob in as_engine_names.items()
    }
    hostile.write_blobs(adapter, as_transformers_names)
    assert hostile.accepted(adapter, base).tensor_count == 2
    hostile.write_blobs(adapter, {**as_engine_names, **as_transformers_names})
    assert hostile.refusal(adapter, base).code == "tensor_duplicate"
    text_only = {name.replace("language_model.", ""): blob for name, blob in as_engine_names.items()}
    hostile.write_blobs(adapter, text_only)
    assert hostile.refusal(adapter, base).code == "tensor_unknown_module"


def test_the_intake_needs_no_training_library() -> None:
    probe = "import adapters.intake, adapters.store, adapters.dummies, sys; print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True, text=True).stdout
    assert not {"torch", "transformers", "peft", "serve"} & set(output.split())


def _same_files(taken: Path, source: Path) -> None:
    expected = {path.name: path.read_bytes() for path in source.iterdir()}
    assert {path.name: path.read_bytes() for path in taken.iterdir()} == expected
