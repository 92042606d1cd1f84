"""Dummy adapters for load tests: valid for a base, small, random, each with its own digest. Needs no torch.

`python -m adapters.dummies --base DIR --out DIR --count 500` writes 500 folders named dummy-0001 and so on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters import cards
from adapters.cards import AdapterCard
from adapters.intake import BaseSpec
from adapters.intake.limits import CONFIG_FILE, WEIGHTS_FILE

MINISTRY = "dummy"
_ALPHA_PER_RANK = 2


def write_dummy(base: BaseSpec, folder: Path, *, seed: int, rank: int = 8) -> AdapterCard:
    """Write an adapter for all linear layers of the base; the same seed gives the same bytes.

    For an input whose elements have variance 1, each layer's output moves by 2 (standard deviation).
    """
    folder.mkdir(parents=True, exist_ok=True)
    targets = sorted({module.rpartition(".")[2] for module in base.modules})
    config = {
        "base_model_name_or_path": base.name,
        "bias": "none",
        "lora_alpha": _ALPHA_PER_RANK * rank,
        "lora_dropout": 0.0,
        "peft_type": "LORA",
        "r": rank,
        "target_modules": targets,
        "task_type": "CAUSAL_LM",
    }
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    write_bfloat16(folder / WEIGHTS_FILE, list(_tensors(base, seed, rank)))
    card = _card(base, folder, tuple(targets), seed, rank)
    cards.save(card, folder)
    return card


def write_bfloat16(path: Path, tensors: Sequence[tuple[str, NDArray[np.float32]]]) -> None:
    """Write a safetensors file, every tensor rounded to bfloat16."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    position = 0
    for name, values in tensors:
        offsets = [position, position + 2 * values.size]
        header[name] = {"dtype": "BF16", "shape": list(values.shape), "data_offsets": offsets}
        position = offsets[1]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as stream:
        stream.write(struct.pack("<Q", len(text)) + text)
        for _, values in tensors:
            stream.write(_bfloat16(values))


def _bfloat16(values: NDArray[np.float32]) -> bytes:
    """The upper halves of the numbers, rounded to nearest (ties away from zero)."""
    return ((values.view("<u4") + np.uint32(0x8000)) >> 16).astype("<u2").tobytes()


def _tensors(base: BaseSpec, seed: int, rank: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    random = np.random.default_rng(seed)
    for module, (outputs, inputs) in sorted(base.modules.items()):
        a = random.standard_normal((rank, inputs), dtype=np.float32) / math.sqrt(inputs)
        b = random.standard_normal((outputs, rank), dtype=np.float32) / math.sqrt(rank)
        yield f"base_model.model.{module}.lora_A.weight", a.astype(np.float32)
        yield f"base_model.model.{module}.lora_B.weight", b.astype(np.float32)


def _card(base: BaseSpec, folder: Path, targets: tuple[str, ...], seed: int, rank: int) -> AdapterCard:
    return AdapterCard(
        name=f"{MINISTRY}-{seed}",
        ministry=MINISTRY,
        version=seed,
        base_model=base.name,
        base_digest=base.digest,
        rank=rank,
        alpha=_ALPHA_PER_RANK * rank,
        target_modules=targets,
        data_sha256=hashlib.sha256(b"").hexdigest(),
        as_of="",
        licence="CC0-1.0",
        seed=seed,
        settings={},
        metrics={},
        digest=cards.content_digest(folder),
        base_revision=base.revision,
        lineage=base.lineage,
    )


def main() -> None:
    """Write the dummies that the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m adapters.dummies", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder that takes one folder for each adapter"
    )
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first; each next one counts up")
    arguments = parser.parse_args()
    base = BaseSpec.from_folder(arguments.base, max_rank=arguments.rank)
    for number in range(arguments.seed, arguments.seed + arguments.count):
        write_dummy(base, arguments.out / f"dummy-{number:04d}", seed=number, rank=arguments.rank)
    print(f"{arguments.count} adapters of rank {arguments.rank} for {base.name} in {arguments.out}")


if __name__ == "__main__":
    main()
