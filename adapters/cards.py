"""Cards: what a model or an adapter is, where it came from, and the digest that pins its bytes.

A card lies beside the files it describes as `card.json`. The digest of an adapter folder can be
checked without this package: `sha256sum adapter_config.json adapter_model.safetensors | sha256sum`.
Fields that have a default may be absent from a card: older cards stay valid.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from adapters.cardfields import CARD_BYTES, FieldInvalid, parse_object, read_field

CARD_FILE = "card.json"
CONTENT_FILES = ("adapter_config.json", "adapter_model.safetensors")
EXTRA_FILES = ("canaries.json", "heldout.jsonl", "questions.jsonl", "report.json", "training.json")
KNOWN_FILES = (*CONTENT_FILES, CARD_FILE, *EXTRA_FILES)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CHUNK_BYTES = 1 << 20


class CardError(Exception):
    """A card is missing, unreadable, or does not describe the bytes beside it; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class AdapterCard:
    """One immutable version of one ministry's adapter.

    `lineage` names the models its base was derived from, oldest first; each of `sources` is a set of
    training data: {name, licence, as_of}.
    """

    name: str
    ministry: str
    version: int
    base_model: str
    base_digest: str
    rank: int
    alpha: int
    target_modules: tuple[str, ...]
    data_sha256: str
    as_of: str
    licence: str
    seed: int
    settings: Mapping[str, Any]
    metrics: Mapping[str, float]
    digest: str
    author: str = ""
    base_revision: str = ""
    lineage: tuple[str, ...] = ()
    sources: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One revision of a base model; `lineage` names the models it was derived from, oldest first."""

    name: str
    revision: str
    licence: str
    lineage: tuple[str, ...]
    parameters: int
    digest: str
    built_with: str
    notice: str
    settings: Mapping[str, Any] = field(default_factory=dict)


_Card = TypeVar("_Card", AdapterCard, ModelCard)


def save(card: AdapterCard | ModelCard, folder: Path) -> Path:
    """Write `card.json` into the folder atomically: readers see the old card or the new one."""
    target = folder / CARD_FILE
    text = json.dumps(asdict(card), ensure_ascii=False, indent=2) + "\n"
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, delete=False) as draft:
        draft.write(text)
        draft.flush()
        os.fsync(draft.fileno())
    os.chmod(draft.name, 0o644)
    os.replace(draft.name, target)
    return target


def load(folder: Path) -> AdapterCard:
    """Read an adapter's card. Raises CardError: card_missing, card_invalid."""
    return _load(folder, AdapterCard)


def load_model(folder: Path) -> ModelCard:
    """Read a base model's card. Raises CardError: card_missing, card_invalid."""
    return _load(folder, ModelCard)


def content_digest(folder: Path) -> str:
    """Digest of what an engine loads from an adapter folder. Raises CardError: content_missing."""
    return _combined_digest(folder / name for name in CONTENT_FILES)


def weights_digest(folder: Path) -> str:
    """Digest of a model's weights: of the one safetensors file, or of the list of all shards.

    Raises CardError: content_missing.
    """
    shards = sorted(folder.glob("*.safetensors"))
    if len(shards) == 1:
        return f"sha256:{_file_hash(shards[0])}"
    if not shards:
        raise CardError("content_missing", f"{folder.name} holds no safetensors file")
    return _combined_digest(shards)


def verify(folder: Path) -> AdapterCard:
    """The folder's card, if its digest matches the bytes beside it.

    Raises CardError: card_missing, card_invalid, content_missing, digest_mismatch.
    """
    card = load(folder)
    if content_digest(folder) != card.digest:
        raise CardError("digest_mismatch", f"{folder.name}: the files differ from what the card describes")
    return card


def verify_model(folder: Path) -> ModelCard:
    """The folder's model card, if its digest matches the weights; raises as `verify` does."""
    card = load_model(folder)
    if weights_digest(folder) != card.digest:
        raise CardError("digest_mismatch", f"{folder.name}: the weights differ from what the card describes")
    return card


def _load(folder: Path, kind: type[_Card]) -> _Card:
    try:
        with (folder / CARD_FILE).open("rb") as stream:
            content = stream.read(CARD_BYTES + 1)
    except FileNotFoundError:
        raise CardError("card_missing", f"{folder.name} has no {CARD_FILE}") from None
    except OSError:
        raise CardError("card_invalid", f"{folder.name}: {CARD_FILE} can't be read") from None
    try:
        return _build(parse_object(content), kind)
    except FieldInvalid as invalid:
        raise CardError("card_invalid", f"{folder.name}: {CARD_FILE} {invalid}") from None


def _build(raw: dict[str, Any], kind: type[_Card]) -> _Card:
    known = {item.name: item for item in fields(kind)}
    if not raw.keys() <= known.keys():
        raise FieldInvalid(f"holds fields that {kind.__name__} does not have")
    for name, item in known.items():
        if name not in raw and item.default is MISSING and item.default_factory is MISSING:
            raise FieldInvalid(f"lacks the field {name}")
    values = {name: read_field(name, str(known[name].type), value) for name, value in raw.items()}
    if not _DIGEST.fullmatch(values["digest"]):
        raise FieldInvalid("has a digest that is not of the form sha256:<64 hex digits>")
    return kind(**values)


def combined_digest(hashes: Iterable[tuple[str, str]]) -> str:
    """The digest of named files, from (name, SHA-256 in hex) of each, in the order given."""
    total = hashlib.sha256()
    for name, digest in hashes:
        total.update(f"{digest}  {name}\n".encode())
    return f"sha256:{total.hexdigest()}"


def _combined_digest(paths: Iterable[Path]) -> str:
    return combined_digest((path.name, _file_hash(path)) for path in paths)


def _file_hash(path: Path) -> str:
    total = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                total.update(chunk)
    except OSError:
        raise CardError("content_missing", f"{path.parent.name}/{path.name} cannot be read") from None
    return total.hexdigest()
