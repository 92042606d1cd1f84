"""Rows of tables with the values that must be hidden between 「⟦」 and 「⟧」; a line break is written ⏎."""

from __future__ import annotations

import re
from collections.abc import Collection

from deid import Concealer

MARK = re.compile("⟦(.*?)⟧", re.DOTALL)


def read(row: str) -> tuple[str, set[int]]:
    """Return the text of a row and the places of all letters and digits that are marked."""
    row = row.replace("⏎", "\n")
    text = MARK.sub(r"\1", row)
    # Each mark before it moves a value two characters to the left, and its own one.
    starts = ((mark.start() - 2 * index, mark[1]) for index, mark in enumerate(MARK.finditer(row)))
    return text, {start + at for start, value in starts for at, char in enumerate(value) if char.isalnum()}


def hidden(concealer: Concealer, text: str) -> set[int]:
    """Return the places of all letters and digits that are hidden."""
    return {at for found in concealer.detect(text) for at in range(found.start, found.end) if text[at].isalnum()}


def said(text: str, places: Collection[int]) -> str:
    return "".join(text[at] for at in sorted(places))
