"""Cells of typed files as JSON, which is what is concealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from deid.errors import ConcealmentError


class UndecodableCell(ConcealmentError):
    """A cell's bytes are no UTF-8 text."""


def as_json(value: Any) -> Any:
    """Return a cell as JSON: dates and times in ISO form, and whatever else JSON does not know as text.

    Raises UndecodableCell.
    """
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
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return str(value)
