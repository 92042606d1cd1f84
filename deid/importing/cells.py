"""Cells of typed files as JSON, which is what is concealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from deid.errors import ConcealmentError
from deid.json_values import MAX_DEPTH


class UndecodableCell(ConcealmentError):
    """A cell's bytes are no UTF-8 text."""


def as_json(value: Any, depth: int = 0) -> Any:
    """Return a cell as JSON: dates and times in ISO form, and whatever else JSON does not know as text.

    Raises UndecodableCell, and ConcealmentError when nested too deep.
    """
    if depth > MAX_DEPTH:
        raise ConcealmentError("a cell is nested too deep")
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise UndecodableCell("a cell is not UTF-8 text") from None
    if isinstance(value, Mapping):
        return {str(key): as_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item, depth + 1) for item in value]
    return str(value)


def is_nested_too_deep(value: Any, depth: int = 0) -> bool:
    """Tell whether a value is nested deeper than is concealed; one far deeper could not even reach a worker."""
    if depth > MAX_DEPTH:
        return True
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(is_nested_too_deep(item, depth + 1) for item in items)
