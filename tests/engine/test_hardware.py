"""What the machine has is read right."""

from __future__ import annotations

import pytest

from serve.engine.hardware import GIB, MIB, Gpu, look, parse_gpus, thread_binding

LISTING = "0, NVIDIA H200, 143771\n1, NVIDIA H200, 143771\nGPU requires reset\n"


@pytest.mark.parametrize(
    ("cpus", "ranks", "binding"),
    [
        ((0, 1), 2, "0|1"),
        ((0, 1), 1, "0,1"),
        ((3,), 2, "3|3"),
        (tuple(range(8)), 2, "0,1,2,3|4,5,6,7"),
        (tuple(range(32)), 2, "0,1,2,3|4,5,6,7"),
    ],
)
def test_cpus_are_shared_out_to_ranks(cpus: tuple[int, ...], ranks: int, binding: str) -> None:
    assert thread_binding(cpus, ranks) == binding


@pytest.mark.parametrize(("visible", "count"), [(None, 2), ("1", 1), ("", 0), ("GPU-8f3a", 2)])
def test_hidden_gpus_do_not_count(visible: str | None, count: int) -> None:
    assert parse_gpus(LISTING, visible) == (Gpu("NVIDIA H200", 143771 * MIB),) * count


def test_this_machine_has_a_cpu_and_memory() -> None:
    machine = look()
    assert machine.cpus
    assert machine.free_memory_bytes > GIB / 10
