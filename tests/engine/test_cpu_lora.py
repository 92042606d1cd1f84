"""vLLM's CPU kernels and our plug-in: a token without an adapter gets none."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

PLUGINS = Path(__file__).parents[2] / "deploy" / "engine"
# Importing vLLM changes a process (signals, logging), so it gets one of its own.
_PROGRAM = """
import torch, bianmin_cpu_lora
from vllm.lora.ops.torch_ops import lora_ops

def moved():
    torch.manual_seed(0)
    inputs, first, second = torch.randn(3, 16), torch.randn(4, 1, 8, 16), torch.randn(4, 1, 32, 8)
    between, output = torch.zeros(3, 8), torch.zeros(3, 32)
    indices = torch.tensor([-1, 2, -1])
    lora_ops.bgmv_shrink(inputs, first, between, indices, 1.0)
    lora_ops.bgmv_expand(between, second, output, indices, True)
    return output

before = moved()
bianmin_cpu_lora.register()
bianmin_cpu_lora.register()
after = moved()
from vllm.lora.punica_wrapper import punica_cpu
print(bool(before[0].any()), bool(after[0].any()), bool(after[2].any()), torch.equal(before[1], after[1]),
      punica_cpu.bgmv_shrink is lora_ops.bgmv_shrink)
"""


def test_the_base_model_is_not_served_with_the_last_slots_adapter() -> None:
    """The first word says that vLLM still needs it: when this fails there, remove the plug-in."""
    program = [sys.executable, "-c", _PROGRAM]
    run = subprocess.run(
        program, env={"PYTHONPATH": str(PLUGINS)}, capture_output=True, text=True, check=True
    )
    assert run.stdout.split()[-5:] == ["True", "False", "False", "True", "True"]


def test_vllm_finds_the_plug_in_by_its_entry_point() -> None:
    (found,) = distributions(path=[str(PLUGINS)])
    assert [(entry.group, entry.value) for entry in found.entry_points] == [
        ("vllm.general_plugins", "bianmin_cpu_lora:register")
    ]
