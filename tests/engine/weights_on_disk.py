"""Model and adapter folders as an engine expects them, without a training library: real headers, a few bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adapters.cards import AdapterCard, ModelCard, content_digest, save, weights_digest
from serve.engine.profile import Shape

SMALL = Shape(
    layers=2, heads=4, kv_heads=2, head_dim=32, hidden=128, intermediate=256, parameters_billion=0.001
)


def write_safetensors(path: Path, shape: tuple[int, int] = (10, 100)) -> None:
    """One float32 tensor of zeros."""
    size = 4 * shape[0] * shape[1]
    header = json.dumps({"weight": {"dtype": "F32", "shape": shape, "data_offsets": [0, size]}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(size))


def config_of(shape: Shape, **more: Any) -> dict[str, Any]:
    """config.json of a Llama of this shape."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        **more,
    }


def write_model(folder: Path, shape: Shape = SMALL, **config: Any) -> str:
    """A model folder with its card; its weights' digest."""
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config_of(shape, **config)))
    digest = weights_digest(folder)
    save(ModelCard("small", "r1", "Apache-2.0", (), 1000, digest, "tests", ""), folder)
    return digest


def write_adapter(folder: Path, base_digest: str, rank: int = 8) -> str:
    """An adapter folder with its card; its digest."""
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "adapter_model.safetensors", (rank, 10))
    (folder / "adapter_config.json").write_text(json.dumps({"r": rank}))
    digest = content_digest(folder)
    card = AdapterCard(
        folder.name, folder.name, 1, "small", base_digest, rank, rank, ("q_proj",), "0" * 64,
        "2026-11-01", "Apache-2.0", 1, {}, {}, digest,
    )  # fmt: skip
    save(card, folder)
    return digest
