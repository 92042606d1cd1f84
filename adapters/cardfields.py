"""Reads a card's JSON without trusting it: size, depth, and the type of every field are checked."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

CARD_BYTES = 1 << 20
_TEXT_CHARS = 4_000
_LARGEST_WHOLE = 1 << 63
_DEEPEST = 16
_SOURCE_KEYS = {"name", "licence", "as_of"}


class FieldInvalid(Exception):
    """What is wrong with a card, as the end of a sentence that names the file."""


def parse_object(content: bytes) -> dict[str, Any]:
    """The JSON object in `content`. Raises FieldInvalid: too large, not JSON, odd numbers, too deep."""
    if len(content) > CARD_BYTES:
        raise FieldInvalid(f"is larger than {CARD_BYTES} bytes")
    try:
        raw = json.loads(content.decode("utf-8"), parse_constant=_refuse_constant)
        json.dumps(raw, ensure_ascii=False).encode("utf-8")  # half a surrogate pair could never be saved
    except (ValueError, RecursionError):
        raise FieldInvalid("is not readable JSON") from None
    if not isinstance(raw, dict):
        raise FieldInvalid("is not a JSON object")
    if _deeper_than(raw, _DEEPEST):
        raise FieldInvalid(f"is nested more than {_DEEPEST} deep")
    return raw


def read_field(name: str, annotation: str, value: Any) -> Any:
    """`value` as the type that a card's field is annotated with. Raises FieldInvalid."""
    try:
        return _READERS[annotation](value)
    except (TypeError, ValueError):
        raise FieldInvalid(f"has a field {name} that is not a {annotation}") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _deeper_than(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return levels == 0 or any(_deeper_than(item, levels - 1) for item in value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _TEXT_CHARS:
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -_LARGEST_WHOLE <= value < _LARGEST_WHOLE:
        raise TypeError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(_text(item) for item in value)


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _figures(value: Any) -> Mapping[str, float]:
    for figure in _mapping(value).values():
        if isinstance(figure, float) and math.isfinite(figure):
            continue
        _whole(figure)
    return _mapping(value)


def _sources(value: Any) -> tuple[Mapping[str, str], ...]:
    if not isinstance(value, list):
        raise TypeError
    for source in value:
        if _mapping(source).keys() != _SOURCE_KEYS:
            raise ValueError
        for text in source.values():
            _text(text)
    return tuple(value)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "str": _text,
    "int": _whole,
    "tuple[str, ...]": _texts,
    "Mapping[str, Any]": _mapping,
    "Mapping[str, float]": _figures,
    "tuple[Mapping[str, str], ...]": _sources,
}
