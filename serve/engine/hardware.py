"""What this machine has: GPUs as nvidia-smi tells, memory that is free, CPUs this process may use."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20
GIB = 2**30
_PROBE_TIMEOUT_S = 20
_MOST_THREADS_PER_RANK = 4


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU: its name and its whole memory."""

    name: str
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Machine:
    """Hardware facts; tests build their own."""

    gpus: tuple[Gpu, ...]
    free_memory_bytes: int
    cpus: tuple[int, ...]
    has_lscpu: bool = True


def look() -> Machine:
    """The facts of the machine this process runs on."""
    cpus = tuple(sorted(os.sched_getaffinity(0)))
    return Machine(_gpus(), _free_memory_bytes(), cpus, shutil.which("lscpu") is not None)


def thread_binding(cpus: tuple[int, ...], ranks: int) -> str:
    """VLLM_CPU_OMP_THREADS_BIND: CPUs of each rank, ranks parted by `|`. Fewer CPUs than ranks are shared."""
    share = max(1, min(len(cpus) // ranks, _MOST_THREADS_PER_RANK))
    groups = ([cpus[(rank * share + i) % len(cpus)] for i in range(share)] for rank in range(ranks))
    return "|".join(",".join(str(cpu) for cpu in group) for group in groups)


def _gpus() -> tuple[Gpu, ...]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    query = [tool, "--query-gpu=index,name,memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=_PROBE_TIMEOUT_S, check=True)  # noqa: S603 - fixed arguments
    except (OSError, subprocess.SubprocessError):
        return ()
    return parse_gpus(answer.stdout, os.environ.get("CUDA_VISIBLE_DEVICES"))


def parse_gpus(listing: str, visible: str | None) -> tuple[Gpu, ...]:
    """nvidia-smi's `index, name, MiB` lines, without those that CUDA_VISIBLE_DEVICES hides by number."""
    wanted = None if visible is None else {part.strip() for part in visible.split(",")}
    gpus = []
    for line in listing.splitlines():
        fields = [field.strip() for field in line.split(",")]
        if len(fields) != 3 or not fields[2].isdigit():
            continue
        by_number = wanted is not None and all(part.isdigit() or not part for part in wanted)
        if not by_number or (wanted is not None and fields[0] in wanted):
            gpus.append(Gpu(fields[1], int(fields[2]) * MIB))
    return tuple(gpus)


def _free_memory_bytes() -> int:
    """Memory that can be had now: the kernel's figure, or less where a control group allows less."""
    facts = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    free = int(facts["MemAvailable"].split()[0]) * 1024
    group = Path("/sys/fs/cgroup")
    try:
        limit = int((group / "memory.max").read_text())
        return min(free, limit - int((group / "memory.current").read_text()))
    except (OSError, ValueError):
        return free
