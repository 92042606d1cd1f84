"""Reads JSON source that comes from outside, so that whatever was read can be written again."""

from __future__ import annotations

import json
import math
from typing import Any


def read_json(source: str) -> Any:
    """Return the value that JSON source holds.

    Raises UnicodeEncodeError for half of a surrogate pair, ValueError for what else is no JSON (NaN and numbers
    beyond a float's range are none), RecursionError for a value nested too deep.
    """
    value = json.loads(source, parse_float=_finite, parse_constant=_finite)
    if "\\u" in source:
        check_writable(value)
    return value


def check_writable(value: Any) -> None:
    """Raise UnicodeEncodeError when a JSON value holds half of a surrogate pair: no text can hold it."""
    json.dumps(value, ensure_ascii=False).encode()


def _finite(source: str) -> float:
    number = float(source)
    if not math.isfinite(number):
        raise ValueError("a number is not finite")
    return number
