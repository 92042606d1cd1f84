"""Reads a text as turns, a line each: who speaks is named before a colon, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.patterns import late

_LINE = re.compile("[^\n]+")
CALLED_BY_NUMBER = "1999[一-鿿]{0,4}"
"""A speaker who is called by the hotline's number."""
SPEAKER = late(f"(?:[A-Z]|[一-鿿]{{1,4}}|{CALLED_BY_NUMBER}) ?: ?")
HOTLINE = re.compile(f"\n{CALLED_BY_NUMBER} ?:")


def is_hotline(text: str, at: int) -> bool:
    """Whether the digits at a place name the hotline as the one who speaks: 「1999：車號？」."""
    return HOTLINE.match(f"\n{text[at : at + 10]}") is not None and text[at - 1 : at] in ("", "\n")


def turns(text: str) -> Iterator[tuple[bool, int, int]]:
    """Yield for each line whether a speaker is named, and where begins and ends what is said."""
    for line in _LINE.finditer(text):
        speaker = SPEAKER.match(text, line.start(), line.end())
        yield speaker is not None, speaker.end() if speaker else line.start(), line.end()
