"""The weights on the disk: their folder, what config.json says, how many parameters there are."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from serve.engine.profile import CARD, EngineProfile, EngineRefused, Model, Shape


def find_weights(profile: EngineProfile) -> Path:
    """The folder, if there are weights in it. Raises EngineRefused."""
    folder = profile.model_path
    if not folder.is_dir():
        where = f" ({profile.model.hub_id} on the hub)" if profile.model.hub_id else ""
        raise EngineRefused(f"The weights are expected in {folder}, and there is no such folder{where}.")
    if not any(folder.glob("*.safetensors")):
        raise EngineRefused(f"There is no *.safetensors file in {folder}.")
    return folder


def read_config(profile: EngineProfile) -> dict[str, Any]:
    """config.json beside the weights. Raises EngineRefused when folder, weights or config are missing."""
    folder = find_weights(profile)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        config = None
    if not isinstance(config, dict):
        raise EngineRefused(f"{folder / 'config.json'} is missing or not readable.")
    return config


def shape_of(profile: EngineProfile, config: dict[str, Any]) -> Shape:
    """The architecture as config.json tells it. Raises EngineRefused when it isn't the profile's."""
    text = config.get("text_config", config)
    try:
        found = _shape(text, profile)
    except (KeyError, TypeError, ValueError):
        raise EngineRefused(f"{profile.model_path / 'config.json'} lacks the model's dimensions.") from None
    expected = profile.model.shape
    for name in ("layers", "heads", "kv_heads", "hidden"):
        if expected is not None and getattr(found, name) != getattr(expected, name):
            raise EngineRefused(
                f"config.json says {name} = {getattr(found, name)} and the profile {getattr(expected, name)}: "
                f"{profile.model_path} holds another model."
            )
    return found


def _shape(text: dict[str, Any], profile: EngineProfile) -> Shape:
    heads = int(text.get("num_attention_heads") or text["n_head"])
    hidden = int(text.get("hidden_size") or text["n_embed"])
    expected = profile.model.shape
    parameters_billion = expected.parameters_billion if expected else _parameters(profile.model_path) / 1e9
    return Shape(
        layers=int(text.get("num_hidden_layers") or text["n_layer"]),
        heads=heads,
        kv_heads=int(text.get("num_key_value_heads") or heads),
        head_dim=int(text.get("head_dim") or hidden // heads),
        hidden=hidden,
        intermediate=int(text.get("intermediate_size") or 4 * hidden),
        parameters_billion=parameters_billion,
    )


def _parameters(folder: Path) -> int:
    """Parameters by the safetensors headers (8 bytes little-endian length, then JSON)."""
    total = 0
    for shard in folder.glob("*.safetensors"):
        with shard.open("rb") as stream:
            header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
        total += sum(math.prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")
    return total


def check_digest(profile: EngineProfile) -> str:
    """The weights' digest, if it is the pinned one (CR-13). Raises EngineRefused; reads every byte."""
    from adapters.cards import CardError, weights_digest

    folder = find_weights(profile)
    pinned = _pinned_digest(profile.model, folder)
    try:
        found = weights_digest(folder)
    except CardError as exc:
        raise EngineRefused(f"The weights can't be read: {exc}.") from None
    if not pinned:
        raise EngineRefused(
            f'The weights are not pinned: check them, then write digest = "{found}" into {profile.source.name}.'
        )
    if found != pinned:
        raise EngineRefused(f"The weights in {folder} are not the pinned ones (SHA-256 differs).")
    return found


def _pinned_digest(model: Model, folder: Path) -> str:
    if model.digest != CARD:
        return model.digest
    from adapters.cards import CardError, load_model

    try:
        return load_model(folder).digest
    except CardError as exc:
        raise EngineRefused(f"The model's card can't be used: {exc}.") from None
