"""What an adapter has to fit: the base model, by its own headers, and what the engine's class serves of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters import cards
from adapters.intake import strictjson
from adapters.intake.header import read_header
from adapters.intake.refusal import IntakeRefused

_HEADER_BYTES = 64 << 20
_CONFIG_BYTES = 1 << 20
_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class ServedClass:
    """A model class of the engine: which linear layers take an adapter, and under which module path.

    `renames` are the prefixes the engine rewrites in an adapter's keys (vLLM's hf_to_vllm_mapper): a key that
    is neither below `prefix` nor rewritten to it is loaded and never applied.
    """

    prefix: str
    targets: tuple[str, ...] = _LINEAR
    renames: Mapping[str, str] = field(default_factory=dict)

    def canonical(self, module: str) -> str:
        """The engine's path of a module as a checkpoint or an adapter names it."""
        for old, new in self.renames.items():
            if module.startswith(old):
                return new + module.removeprefix(old)
        return module


# Read in vLLM 0.32: packed_modules_mapping and hf_to_vllm_mapper of each class. Embeddings and lm_head are left out:
# vLLM skips some of their keys. Towers for images take no adapter unless vLLM is started for it; ours is not.
SERVED_CLASSES: Mapping[str, ServedClass] = {
    "LlamaForCausalLM": ServedClass("model.layers."),
    "Gemma3ForCausalLM": ServedClass("model.layers."),
    "Gemma3ForConditionalGeneration": ServedClass(
        "language_model.model.layers.", renames={"model.language_model.": "language_model.model."}
    ),
}


@dataclass(frozen=True, slots=True)
class BaseSpec:
    """The base model that is served. `modules` maps a module's path to its (outputs, inputs).

    An adapter's rank is at most `max_rank` and, when `ranks` is not empty, one of them. `aliases` are other
    names of the same model, such as its id on a hub.
    """

    name: str
    digest: str
    revision: str
    lineage: tuple[str, ...]
    max_rank: int
    ranks: tuple[int, ...]
    aliases: tuple[str, ...]
    served: ServedClass
    modules: Mapping[str, tuple[int, int]] = field(repr=False)

    @classmethod
    def from_folder(
        cls, folder: Path, *, max_rank: int, ranks: Sequence[int] = (), aliases: Sequence[str] = ()
    ) -> BaseSpec:
        """Read config.json, card.json and the headers of all shards; weights are hashed only without a card.

        Raises IntakeRefused: base_unreadable, base_unsupported.
        """
        config = _config(folder)
        served = _served_class(config)
        card = _card(folder)
        modules = _modules(folder, served)
        if not modules:
            raise IntakeRefused("base_unsupported", f"{folder.name} has no layer that takes an adapter")
        return cls(
            name=card.name if card else folder.name,
            digest=card.digest if card else _digest(folder),
            revision=card.revision if card else "",
            lineage=card.lineage if card else (),
            max_rank=max_rank,
            ranks=tuple(sorted(ranks)),
            aliases=tuple(aliases),
            served=served,
            modules=modules,
        )

    def modules_of(self, target: str) -> frozenset[str]:
        """The paths of all modules with this last name."""
        return frozenset(module for module in self.modules if module.rpartition(".")[2] == target)


def _config(folder: Path) -> dict[str, Any]:
    try:
        with (folder / "config.json").open("rb") as stream:
            config = strictjson.parse(stream.read(_CONFIG_BYTES))
    except (OSError, ValueError):
        raise IntakeRefused("base_unreadable", f"{folder.name}: config.json is not readable JSON") from None
    if not isinstance(config, dict):
        raise IntakeRefused("base_unreadable", f"{folder.name}: config.json is no JSON object")
    return config


def _served_class(config: Mapping[str, Any]) -> ServedClass:
    for name in config.get("architectures") or ():
        if name in SERVED_CLASSES:
            return SERVED_CLASSES[name]
    raise IntakeRefused("base_unsupported", f"adapters are served on {', '.join(SERVED_CLASSES)} alone")


def _card(folder: Path) -> cards.ModelCard | None:
    if not (folder / cards.CARD_FILE).exists():
        return None
    try:
        return cards.load_model(folder)
    except cards.CardError as error:
        raise IntakeRefused("base_unreadable", str(error)) from None


def _digest(folder: Path) -> str:
    try:
        return cards.weights_digest(folder)
    except cards.CardError as error:
        raise IntakeRefused("base_unreadable", str(error)) from None


def _modules(folder: Path, served: ServedClass) -> dict[str, tuple[int, int]]:
    modules = {}
    for shard in sorted(folder.glob("*.safetensors")):
        try:
            with shard.open("rb") as stream:
                header = read_header(stream, shard.name, shard.stat().st_size, _HEADER_BYTES)
        except OSError:
            raise IntakeRefused("base_unreadable", f"{folder.name}: {shard.name} can't be read") from None
        for name, tensor in header.tensors.items():
            module, _, last = name.rpartition(".")
            path = served.canonical(module)
            is_target = path.startswith(served.prefix) and path.rpartition(".")[2] in served.targets
            if last == "weight" and is_target and len(tensor.shape) == 2:
                modules[path] = (tensor.shape[0], tensor.shape[1])
    return modules
