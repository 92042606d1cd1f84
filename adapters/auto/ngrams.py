"""What the router sees of a text: its runs of one to three characters, each once."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 3
# More than enough to tell what a message is about; a pasted document does not slow the path down.
LONGEST_TEXT = 2_000

_PLACEHOLDER = re.compile(r"〔[^〔〕]{1,80}〕")
_APART = re.compile(r"[^0-9a-z\u3400-\u9fff\uf900-\ufaff\u3105-\u312f]+")
_DIGITS = re.compile(r"\d+")


def folded(text: str) -> str:
    """Return the text with one width and case, numbers as one sign, and one space for all that says nothing:
    placeholders of concealed values, marks and white space."""
    text = _PLACEHOLDER.sub(" ", text[:LONGEST_TEXT])
    text = unicodedata.normalize("NFKC", text).lower().replace("台", "臺")
    return _DIGITS.sub("0", _APART.sub(" ", text)).strip()


def grams(text: str) -> list[str]:
    """Return the runs of a folded text in the order of their first appearance; a space alone is none."""
    padded = f" {text} "
    runs = {
        padded[start : start + length]: None
        for length in range(1, LONGEST + 1)
        for start in range(len(padded) - length + 1)
    }
    runs.pop(" ", None)
    return list(runs)
