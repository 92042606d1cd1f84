"""A small profile with model and adapters on the disk, and machines to try it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from serve.engine.hardware import GIB, Gpu, Machine
from tests.engine.weights_on_disk import write_adapter, write_model

SMALL_PROFILE = """
description = "small"
device = "cpu"
[model]
path = "model"
digest = "card"
lineage = []
vendor = "tests"
vendor_country = "TW"
licence = "Apache-2.0"
dtype = "float32"
[parallel]
tensor = 2
[lora]
slots = 2
max_rank = 8
[memory]
context_tokens = 1024
kv_gib = 1
[[adapters]]
public = "moi"
version = "1"
path = "adapters/moi"
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The profile's file; weights and adapter lie beside it."""
    digest = write_model(tmp_path / "model")
    write_adapter(tmp_path / "adapters" / "moi", digest)
    profile = tmp_path / "small.toml"
    profile.write_text(SMALL_PROFILE)
    return profile


def cpu_machine(memory_gib: float = 16) -> Machine:
    """Two CPUs and no GPU."""
    return Machine((), int(memory_gib * GIB), (0, 1))


def gpu_machine(count: int, memory_gib: float) -> Machine:
    """That many GPUs."""
    return Machine(
        (Gpu("NVIDIA H100 80GB HBM3", int(memory_gib * GIB)),) * count, 512 * GIB, tuple(range(64))
    )
