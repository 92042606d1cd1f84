"""JSON from strangers: no key twice, no NaN, no bottomless nesting, no half characters."""

from __future__ import annotations

import json
from typing import Any


def parse(content: bytes) -> Any:
    """The value in `content`. Raises ValueError, and nothing else."""
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)
