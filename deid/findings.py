"""A place in a text that holds personal data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Half-open offsets in the original text, never the text itself."""

    start: int
    end: int
    entity: str
    score: float
    recognizer: str
