"""The written form of a placeholder, and every form of it that is accepted back.

Issued as ``〔姓名1〕``, or with a coarser form as ``〔地址1：臺北市信義區〕``. Accepted back with any bracket of
``〔〕［］[]【】〖〗`` on either side, white space anywhere inside, full-width letters and digits, any letter case, and
a coarser form left out or written otherwise: that is what models do to placeholders. In JSON text the same
characters may be written as ``\\uXXXX`` escapes.

The same functions serve restoring and recognising look-alikes, so nothing can be restored that would not have been
concealed had a user typed it.
"""

from __future__ import annotations

import re

from deid.patterns import late

LITERAL = "LITERAL"
OPENERS = "〔［[【〖"
CLOSERS = "〕］]】〗"
LONGEST_INNER = 32
LONGEST_ESCAPED = 6 * (LONGEST_INNER + 2)

_LONGEST_WORD = 12
_WIDE = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1B), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")

CANDIDATE = re.compile(
    rf"[{re.escape(OPENERS)}]([^{re.escape(OPENERS + CLOSERS)}\n]{{1,{LONGEST_INNER}}})[{re.escape(CLOSERS)}]"
)


def _escapes(chars: str) -> str:
    return "|".join(f"\\\\u(?i:{ord(char):04x})" for char in chars)


ESCAPED_OPENER = rf"(?:[{re.escape(OPENERS)}]|{_escapes(OPENERS)})"
_ESCAPED_CLOSER = rf"(?:[{re.escape(CLOSERS)}]|{_escapes(CLOSERS)})"
_ESCAPED_INNER = (
    rf"(?:\\u(?!(?i:3014|ff3b|005b|3010|3016|3015|ff3d|005d|3011|3017))[0-9a-fA-F]{{4}}"
    rf"|[^{re.escape(OPENERS + CLOSERS)}\\\n])"
)
ESCAPED_CANDIDATE = late(
    rf"{ESCAPED_OPENER}((?:{_ESCAPED_INNER}){{1,{LONGEST_INNER}}}){_ESCAPED_CLOSER}"
)


def is_word(word: str) -> bool:
    """Whether a policy word can stand in a placeholder: short, and only letters."""
    return 1 <= len(word) <= _LONGEST_WORD and word.isalpha() and normalise(word) == word.casefold()


def write(word: str, number: int, coarser: str = "") -> str:
    """Return the placeholder as it is issued; without a coarser form with which it would not be accepted back."""
    detailed = f"{word}{number}：{coarser}"
    return f"〔{detailed}〕" if coarser and len(detailed) <= LONGEST_INNER else f"〔{word}{number}〕"


def head(normalised: str) -> str:
    """Return the word and number of a normalised placeholder, which say alone which value is meant.

    The colon stays: only a placeholder issued with a coarser form answers to one written with any.
    """
    return normalised[: normalised.find(":") + 1] or normalised


def normalise(inner: str) -> str:
    """Return what stands between the brackets, free of the liberties that are accepted.

    Works character by character, so the normalised form of a beginning is a beginning of the normalised form.
    """
    return "".join(inner.split()).translate(_WIDE).casefold()


def decode_escapes(inner: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), inner)
