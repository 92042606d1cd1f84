"""Judges an adapter's folder against the base model it is for, before any engine sees it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from adapters import cards
from adapters.intake import strictjson
from adapters.intake.base import BaseSpec
from adapters.intake.header import Header, Tensor, read_header
from adapters.intake.limits import CONFIG_FILE, WEIGHTS_FILE, IntakeLimits
from adapters.intake.lineage import Deny, check_lineage
from adapters.intake.names import check_name
from adapters.intake.peftconfig import PeftConfig, read_config
from adapters.intake.refusal import IntakeRefused, printable
from adapters.intake.unpacking import open_plain
from adapters.intake.weights import SERVED_DTYPES, Vector, largest_by_rank

_KEY = re.compile(r"base_model\.model\.(?P<module>[A-Za-z0-9_.]+)\.lora_(?P<half>[AB])\.weight")
# Below this no element of any layer's change is visible beside a weight in bfloat16.
_SMALLEST_CHANGE = 1e-9
_LINE_BYTES = 1 << 20
_USUAL_LIMITS = IntakeLimits()


@dataclass(frozen=True, slots=True)
class Inspected:
    """What an accepted adapter is; `content_bytes` are those of its configuration and weights."""

    digest: str
    rank: int
    alpha: float
    target_modules: tuple[str, ...]
    dtype: str
    tensor_count: int
    content_bytes: int
    base_name: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both halves of one module's adapter."""

    a: Tensor
    b: Tensor


def inspect(folder: Path, base: BaseSpec, deny: Deny, limits: IntakeLimits = _USUAL_LIMITS) -> Inspected:
    """Accept the adapter or refuse it. The folder must be private: what `unpack` or `copy_folder` made.

    Raises IntakeRefused; the codes are listed in docs/decisions/0010-artifacts-and-intake.md.
    """
    sizes = _check_files(folder, limits)
    with open_plain(folder / CONFIG_FILE) as stream:
        config = read_config(stream.read(), base)
    digest = _content_digest(folder)
    with open_plain(folder / WEIGHTS_FILE) as stream:
        header = read_header(stream, WEIGHTS_FILE, sizes[WEIGHTS_FILE], limits.header_bytes)
        _check_origin(folder, base, deny, (config, header, digest))
        pairs = _pairs(header, config, base)
        dtype = _check_tensors(pairs, config, base)
        _check_numbers(stream, pairs, config, limits)
    return Inspected(
        digest=digest,
        rank=config.rank,
        alpha=config.alpha,
        target_modules=config.target_modules,
        dtype=dtype,
        tensor_count=len(header.tensors),
        content_bytes=sum(sizes[name] for name in cards.CONTENT_FILES),
        base_name=base.name,
    )


def _check_files(folder: Path, limits: IntakeLimits) -> dict[str, int]:
    """Names, kinds and sizes of all files; the extra ones must be JSON, so that no reader stumbles later."""
    sizes = {}
    for name in sorted(os.listdir(folder)):
        check_name(name)
        with open_plain(folder / name) as stream:
            sizes[name] = os.fstat(stream.fileno()).st_size
            if sizes[name] > limits.of_file(name):
                raise IntakeRefused(
                    "file_too_large", f"{name}: {sizes[name]} bytes, expected at most {limits.of_file(name)}"
                )
            if name in cards.EXTRA_FILES:
                _check_json(stream, name)
    for name in cards.CONTENT_FILES:
        if name not in sizes:
            raise IntakeRefused("file_missing", f"expected a file {name}")
    return sizes


def _check_json(stream: BinaryIO, name: str) -> None:
    try:
        if name.endswith(".json"):
            strictjson.parse(stream.read())
            return
        while line := stream.readline(_LINE_BYTES):
            if line.strip() and not isinstance(strictjson.parse(line), dict):
                raise ValueError
    except ValueError:
        raise IntakeRefused("extra_invalid", f"{name} is not what its name says: expected JSON") from None


def _content_digest(folder: Path) -> str:
    try:
        return cards.content_digest(folder)
    except cards.CardError as error:
        raise IntakeRefused("file_missing", str(error)) from None


def _check_origin(folder: Path, base: BaseSpec, deny: Deny, found: tuple[PeftConfig, Header, str]) -> None:
    """The card, if there is one, must describe this very content; all names of origin must be allowed."""
    config, header, digest = found
    card = _card(folder)
    told = [(CONFIG_FILE, config.base_name)]
    told += [(WEIGHTS_FILE, text) for text in header.metadata.values()]
    if card is not None:
        told += [(cards.CARD_FILE, name) for name in (card.base_model, *card.lineage)]
        told += [(cards.CARD_FILE, source["name"]) for source in card.sources]
    check_lineage(told, deny)
    if card is not None:
        _check_card(card, config, digest)
        _check_base(card, base)
    _check_base_name(config.base_name, base, CONFIG_FILE, needed=card is None)


def _card(folder: Path) -> cards.AdapterCard | None:
    if not (folder / cards.CARD_FILE).exists():
        return None
    try:
        return cards.load(folder)
    except cards.CardError as error:
        raise IntakeRefused("card_invalid", str(error)) from None


def _check_card(card: cards.AdapterCard, config: PeftConfig, digest: str) -> None:
    expected = {
        "digest": (card.digest, digest),
        "rank": (card.rank, config.rank),
        "alpha": (card.alpha, config.alpha),
        "target_modules": (tuple(sorted(card.target_modules)), config.target_modules),
    }
    for name, (told, real) in expected.items():
        if told != real:
            raise IntakeRefused(
                "card_mismatch",
                f"{cards.CARD_FILE}: {name} is {printable(told)}, the files say {printable(real)}",
            )


def _check_base(card: cards.AdapterCard, base: BaseSpec) -> None:
    if card.base_digest != base.digest:
        raise IntakeRefused(
            "base_mismatch",
            f"{cards.CARD_FILE}: made for the base {printable(card.base_digest)}, expected {base.digest}",
        )
    if card.base_revision and base.revision and card.base_revision != base.revision:
        raise IntakeRefused(
            "base_mismatch",
            f"{cards.CARD_FILE}: made for revision {printable(card.base_revision)}, expected {base.revision}",
        )
    _check_base_name(card.base_model, base, cards.CARD_FILE, needed=True)


def _check_base_name(name: str, base: BaseSpec, file_name: str, *, needed: bool) -> None:
    """A name may be a path or a hub id: its last part counts."""
    known = {_last_part(other) for other in (base.name, *base.aliases)}
    if not name and not needed:
        return
    if _last_part(name) not in known:
        raise IntakeRefused(
            "base_mismatch", f"{file_name}: made for {printable(name) or 'no base'}, expected {base.name}"
        )


def _last_part(name: str) -> str:
    return re.split(r"[/\\]", name.rstrip("/\\"))[-1].casefold()


def _pairs(header: Header, config: PeftConfig, base: BaseSpec) -> dict[str, _Pair]:
    """Every tensor belongs to a real module, every declared module has both halves in every layer."""
    halves: dict[tuple[str, str], Tensor] = {}
    for name, tensor in header.tensors.items():
        module, half = _read_key(name, config, base)
        if (module, half) in halves:
            raise IntakeRefused(
                "tensor_duplicate", f"{printable(name)} adapts a module that is adapted already"
            )
        halves[module, half] = tensor
    expected = sorted(module for target in config.target_modules for module in base.modules_of(target))
    for module in expected:
        for half in "AB":
            if (module, half) not in halves:
                raise IntakeRefused(
                    "tensor_missing", f"{printable(module)}: expected a tensor lora_{half}.weight"
                )
    return {module: _Pair(halves[module, "A"], halves[module, "B"]) for module in expected}


def _read_key(name: str, config: PeftConfig, base: BaseSpec) -> tuple[str, str]:
    match = _KEY.fullmatch(name)
    if match is None:
        raise IntakeRefused(
            "tensor_name",
            f"{printable(name)}: expected base_model.model.<module>.lora_A.weight or .lora_B.weight",
        )
    module = base.served.canonical(match["module"])
    if module not in base.modules:
        raise IntakeRefused(
            "tensor_unknown_module",
            f"{printable(name)}: the base has no such module, the engine would answer without it",
        )
    if module.rpartition(".")[2] not in config.target_modules:
        raise IntakeRefused(
            "tensor_undeclared", f"{printable(name)} is not among the config's target_modules"
        )
    return module, match["half"]


def _check_tensors(pairs: Mapping[str, _Pair], config: PeftConfig, base: BaseSpec) -> str:
    """Shapes as rank and module want them, one dtype for all; returns it."""
    dtype = ""
    for module, pair in pairs.items():
        outputs, inputs = base.modules[module]
        for tensor, shape in ((pair.a, (config.rank, inputs)), (pair.b, (outputs, config.rank))):
            if tensor.shape != shape:
                raise IntakeRefused(
                    "tensor_shape",
                    f"{printable(tensor.name)}: shape {printable(tensor.shape)}, expected {shape}",
                )
            if tensor.dtype not in SERVED_DTYPES or tensor.dtype != (dtype or tensor.dtype):
                raise IntakeRefused(
                    "tensor_dtype",
                    f"{printable(tensor.name)}: {tensor.dtype}, expected {dtype or ' or '.join(SERVED_DTYPES)}",
                )
            dtype = tensor.dtype
    return dtype


def _check_numbers(
    stream: BinaryIO, pairs: Mapping[str, _Pair], config: PeftConfig, limits: IntakeLimits
) -> None:
    """All finite, none absurd, and together not the base itself."""
    largest_change = 0.0
    for pair in pairs.values():
        a = largest_by_rank(stream, pair.a, of_rows=True)
        # The engine multiplies the scaling into lora_B: what overflows there is what counts.
        b = largest_by_rank(stream, pair.b, of_rows=False) * np.float32(config.scaling)
        for tensor, values in _with_names(pair, a, b):
            if values.max() > limits.largest_value:
                raise IntakeRefused(
                    "weights_too_large",
                    f"{printable(tensor.name)}: up to {values.max():.3g} with its scaling, expected at most "
                    f"{limits.largest_value:g}",
                )
        largest_change = max(largest_change, float((a * b).max()))
    if largest_change < _SMALLEST_CHANGE:
        raise IntakeRefused(
            "adapter_is_noop", f"{WEIGHTS_FILE} changes nothing: the product of lora_B and lora_A is zero"
        )


def _with_names(pair: _Pair, a: Vector, b: Vector) -> Iterator[tuple[Tensor, Vector]]:
    yield pair.a, a
    yield pair.b, b
