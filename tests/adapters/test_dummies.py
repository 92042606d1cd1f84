"""Dummy adapters are valid, distinct, reproducible, and change what the base answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from adapters import cards
from adapters.dummies import write_dummy
from adapters.intake import BaseSpec, inspect

MODEL = Path(__file__).parents[2] / "deploy" / "demo" / "model"


def test_the_command_writes_valid_and_distinct_adapters(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "adapters.dummies", "--base", str(MODEL), "--out", str(tmp_path)]
    done = subprocess.run(
        [*command, "--count", "12", "--rank", "4"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("12 adapters of rank 4 for bianmin-demo")
    base = BaseSpec.from_folder(MODEL, max_rank=8)
    found = [inspect(folder, base, lambda name: None) for folder in sorted(tmp_path.iterdir())]
    assert len({adapter.digest for adapter in found}) == 12
    assert {adapter.rank for adapter in found} == {4} and {adapter.dtype for adapter in found} == {"BF16"}
    assert all(cards.verify(folder) for folder in tmp_path.iterdir())


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    base = BaseSpec.from_folder(MODEL, max_rank=8)
    first = write_dummy(base, tmp_path / "a", seed=7)
    assert write_dummy(base, tmp_path / "b", seed=7).digest == first.digest
    assert write_dummy(base, tmp_path / "c", seed=8).digest != first.digest


def test_dummies_answer_differently_from_the_base_and_from_each_other(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    base = BaseSpec.from_folder(MODEL, max_rank=8)
    ids = torch.arange(10, 42).reshape(1, -1)
    answers = [_greedy(AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32), ids)]
    for seed in range(1, 5):
        write_dummy(base, tmp_path / str(seed), seed=seed)
        model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32)
        answers.append(_greedy(PeftModel.from_pretrained(model, tmp_path / str(seed)), ids))
    assert len(set(answers)) == 5


def _greedy(model: torch.nn.Module, ids: torch.Tensor) -> tuple[int, ...]:
    with torch.inference_mode():
        found = model.eval().generate(input_ids=ids, max_new_tokens=12, do_sample=False, eos_token_id=None)  # type: ignore[operator]
    return tuple(found[0, ids.shape[1] :].tolist())
