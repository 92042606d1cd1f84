"""The words that tell how the name before them is written: 「林佩珊，佩服的佩，珊瑚的珊」, 「俊是英俊」."""

from __future__ import annotations

import re

_NAME = re.compile("[一-鿿]{2,4}")
_OF = re.compile("[ ,、]{0,2}(?P<word>[一-鿿]{1,6})的(?:那個)?(?P<chars>[一-鿿]{1,2})")
_IS = re.compile("[ ,、]{0,2}(?P<chars>[一-鿿])是(?P<word>[一-鿿]{2,4})(?![一-鿿])")
_MOST_SAYINGS = 4


def spelling(folded: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where the spelling that follows the name at ``start:end`` stands."""
    name = folded[start:end]
    if not _NAME.fullmatch(name):
        return None
    last = end
    for _ in range(_MOST_SAYINGS):
        further = _saying_end(folded, last, name)
        if further is None:
            break
        last = further
    first = end + len(folded[end:last]) - len(folded[end:last].lstrip(" ,、"))
    return (first, last) if first < last else None


def _saying_end(folded: str, at: int, name: str) -> int | None:
    if match := _OF.match(folded, at):
        for length in (2, 1):
            chars = match["chars"][:length]
            if len(chars) == length and chars in name and chars in match["word"]:
                return match.start("chars") + length
    if (match := _IS.match(folded, at)) and match["chars"] in name and match["chars"] in match["word"]:
        return match.end()
    return None
