"""Material for hostile adapters: a tiny base, a valid adapter for it, and ways to spoil one thing at a time."""

from __future__ import annotations

import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters import cards
from adapters.cards import ModelCard
from adapters.dummies import write_bfloat16, write_dummy
from adapters.intake import BaseSpec, Inspected, IntakeLimits, IntakeRefused, inspect, unpack

LAYERS, HIDDEN, KEYS, INNER, RANK = 2, 16, 8, 24, 4
WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
A_KEY = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"
B_KEY = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight"

Entry = dict[str, Any]
Blobs = dict[str, tuple[str, list[int], bytes]]


def write_base(folder: Path, *, card: bool = True, **config: Any) -> Path:
    """A Llama of two layers in one safetensors file."""
    folder.mkdir(parents=True, exist_ok=True)
    shapes = {
        "self_attn.q_proj": (HIDDEN, HIDDEN),
        "self_attn.k_proj": (KEYS, HIDDEN),
        "self_attn.v_proj": (KEYS, HIDDEN),
        "self_attn.o_proj": (HIDDEN, HIDDEN),
        "mlp.gate_proj": (INNER, HIDDEN),
        "mlp.up_proj": (INNER, HIDDEN),
        "mlp.down_proj": (HIDDEN, INNER),
    }
    tensors = [("model.embed_tokens.weight", np.ones((32, HIDDEN), np.float32))]
    for layer in range(LAYERS):
        tensors.append((f"model.layers.{layer}.input_layernorm.weight", np.ones(HIDDEN, np.float32)))
        for name, shape in shapes.items():
            tensors.append((f"model.layers.{layer}.{name}.weight", np.ones(shape, np.float32)))
    write_bfloat16(folder / "model.safetensors", tensors)
    told = {"architectures": ["LlamaForCausalLM"], "num_hidden_layers": LAYERS, **config}
    (folder / "config.json").write_text(json.dumps(told), encoding="utf-8")
    if card:
        digest = cards.weights_digest(folder)
        cards.save(ModelCard("tiny", "r1", "Apache-2.0", ("tiny-seed",), 1, digest, "test", ""), folder)
    return folder


def write_valid(base: BaseSpec, folder: Path) -> Path:
    """An adapter that is accepted, with its card and every extra file."""
    write_dummy(base, folder, seed=1, rank=RANK)
    (folder / "questions.jsonl").write_text('{"question": "要帶什麼？"}\n', encoding="utf-8")
    (folder / "heldout.jsonl").write_text('{"messages": []}\n\n', encoding="utf-8")
    for name in ("canaries.json", "training.json", "report.json"):
        (folder / name).write_text("{}\n", encoding="utf-8")
    return folder


def nothing_denied(name: str) -> str | None:
    return None


def refusal(folder: Path, base: BaseSpec, **options: Any) -> IntakeRefused:
    """The refusal that inspecting the folder ends with; its message must be safe to print on one line."""
    with pytest.raises(IntakeRefused) as caught:
        inspect(folder, base, options.pop("deny", nothing_denied), **options)
    assert caught.value.message.isprintable() and len(caught.value.message) < 400
    assert str(caught.value) == caught.value.message
    return caught.value


def accepted(folder: Path, base: BaseSpec) -> Inspected:
    return inspect(folder, base, nothing_denied)


def edit_config(folder: Path, **changes: Any) -> None:
    """Change the configuration, and the card's digest with it."""
    path = folder / CONFIG
    config = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    path.write_text(json.dumps(config), encoding="utf-8")
    reseal(folder)


def edit_card(folder: Path, **changes: Any) -> None:
    cards.save(replace(cards.load(folder), **changes), folder)


def reseal(folder: Path) -> None:
    """Make the card describe the files again: what is refused then is not just a stale digest."""
    if (folder / cards.CARD_FILE).exists():
        edit_card(folder, digest=cards.content_digest(folder))


def read_blobs(folder: Path) -> Blobs:
    content = (folder / WEIGHTS).read_bytes()
    length = struct.unpack_from("<Q", content)[0]
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    data = content[8 + length :]
    return {
        name: (entry["dtype"], entry["shape"], data[slice(*entry["data_offsets"])])
        for name, entry in header.items()
    }


def write_blobs(folder: Path, blobs: Mapping[str, tuple[str, list[int], bytes]]) -> None:
    header: dict[str, Entry] = {}
    data = b""
    for name, (dtype, shape, content) in blobs.items():
        offsets = [len(data), len(data) + len(content)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        data += content
    write_raw(folder, json.dumps(header).encode(), data)


def write_raw(folder: Path, header: bytes, data: bytes) -> None:
    (folder / WEIGHTS).write_bytes(struct.pack("<Q", len(header)) + header + data)
    reseal(folder)


def edit_header(folder: Path, change: Callable[[dict[str, Entry]], None]) -> None:
    """Change the parsed header; the tensors' bytes stay."""
    content = (folder / WEIGHTS).read_bytes()
    length = struct.unpack_from("<Q", content)[0]
    header = json.loads(content[8 : 8 + length])
    change(header)
    write_raw(folder, json.dumps(header).encode(), content[8 + length :])


def numbers(values: Any, dtype: str) -> bytes:
    """Numbers as a tensor's bytes."""
    plain = np.asarray(values, np.float32)
    if dtype == "BF16":
        return (plain.view("<u4") >> 16).astype("<u2").tobytes()
    return plain.astype({"F32": "<f4", "F16": "<f2"}[dtype]).tobytes()


def tar_of(folder: Path, target: Path, mode: str = "w:gz", prefix: str = "") -> Path:
    """An archive as a ministry would make it."""
    with tarfile.open(target, mode) as archive:  # type: ignore[call-overload]
        for path in sorted(folder.iterdir()):
            archive.add(path, prefix + path.name)
    return target


def zip_of(folder: Path, target: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, prefix + path.name)
    return target


def tar_with(folder: Path, target: Path, *extra: tuple[tarfile.TarInfo, bytes]) -> Path:
    """A valid archive with further members."""
    with tarfile.open(target, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, path.name)
        for info, content in extra:
            info.size = info.size or len(content)
            archive.addfile(info, io.BytesIO(content) if content else None)
    return target


def member(name: str, kind: bytes = tarfile.REGTYPE, **fields: Any) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def refused_archive(archive: Path, limits: IntakeLimits | None = None) -> IntakeRefused:
    """The refusal of an archive that lies alone in its folder; nothing may have been written anywhere."""
    before = sorted(path for path in archive.parent.rglob("*"))
    with pytest.raises(IntakeRefused) as caught:
        unpack(archive, archive.parent / "taken", limits or IntakeLimits())
    assert sorted(path for path in archive.parent.rglob("*")) == before
    assert caught.value.message.isprintable() and str(archive.parent) not in caught.value.message
    return caught.value


PATHS = [
    ("/etc/cron.d/x", "path_absolute"),
    ("//host/x", "path_absolute"),
    ("C:card.json", "path_absolute"),
    ("c:/card.json", "path_absolute"),
    ("../card.json", "path_escapes"),
    ("a/../../card.json", "path_escapes"),
    ("a/..", "path_escapes"),
    ("..\\card.json", "path_invalid"),
    ("card\n.json", "path_invalid"),
    ("card\u202e.json", "path_invalid"),
    ("a/b/card.json", "path_too_deep"),
    ("x" * 300, "path_too_long"),
    ("稅" * 90, "path_too_long"),
    ("elsewhere/card.json", "path_layout"),
    ("card.json", "path_duplicate"),
    ("./card.json", "path_duplicate"),
    ("CARD.JSON", "path_collides"),
    ("ｃard.json", "path_collides"),
    ("weights.bin", "file_pickle"),
    ("adapter_model.PT", "file_pickle"),
    ("optimizer.pkl", "file_pickle"),
    ("tokenizer.json", "file_not_allowed"),
    ("run.py", "file_not_allowed"),
    ("more.tar.gz", "file_not_allowed"),
    (".", "path_invalid"),
]
