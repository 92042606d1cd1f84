"""Tells a word in small letters from the name that is spelt like it."""

from __future__ import annotations

import re

from deid.tagger.tagger import load_tagger
from deid.views import Views

_ONE_WORD, _THING_BEFORE = re.compile("[A-ZÀ-ỹ]+"), re.compile("(?:^|[ ,.])(?:AN?|THE|BáN|MUA) $")
_TOLD_BEFORE = re.compile(
    "(?:NAME IS|NAME'S|I AM|I'M|(?<![A-Z])IM|THIS IS|CALLED|CALL ME|NAMED|HI,?|(?<![A-Z])M[RS]S?) ?[.:]? $|叫 ?$"
)
_CAPITALISED, _CACHED = re.compile(r"(?<![^\W\d_])[A-ZÀ-Þ][^\W\d_]*"), "capitalised words"
_WORD_BEFORE = re.compile("(?:([A-Z]{3,6}) [0-9]|([A-Z]{2,6}) [A-Z][0-9])[0-9 -]{3,}[A-Z]?")
_WORD_BEFORE_LONG = re.compile("([A-Z]{2,6}) [0-9][0-9 -]{6,}")
_MAYBE, _NEVER = 0.1, 0.001


def is_word_here(views: Views, start: int, end: int) -> bool:
    """Whether one word of ``folded`` in small letters is no name.

    The text writes it with a capital elsewhere, and it is English (mercy, beside Mercy) or the tagger rules it out; or
    it stands behind an article or what is sold (the grace) and the tagger hardly takes it for a name.
    """
    if not _ONE_WORD.fullmatch(views.folded, start, end):
        return False
    word = views.text[slice(*views.original_span(start, end))]
    if not word.islower():
        return False
    if _TOLD_BEFORE.search(views.before(start, 12)):
        return False
    tagger = load_tagger()
    if word.capitalize() in _capitalised(views) and (
        tagger.is_english(views.folded[start:end]) or tagger.name_mean(views, start, end) < _NEVER
    ):
        return True
    return _THING_BEFORE.search(views.before(start, 6)) is not None and tagger.name_mean(views, start, end) < _MAYBE


def behind_small_word(views: Views, span: tuple[int, int], *, named: bool) -> tuple[int, int]:
    """Leave a word in small letters before a number outside: 「rekam medis saya 00-48-15」, but not ``HN 004815``.

    What is ``named`` by people may begin with a word, but hardly goes on with seven digits.
    """
    start, end = span
    if word := (_WORD_BEFORE_LONG if named else _WORD_BEFORE).fullmatch(views.folded, start, end):
        last = word.end(word.lastindex or 0)
        before = views.text[slice(*views.original_span(start, last))]
        return (last + 1, end) if before.islower() else span
    return span


def _capitalised(views: Views) -> frozenset[str]:
    """Return the words of a text that begin with a capital, looked for once."""
    found: frozenset[str] | None = views.cache.get(_CACHED)
    if found is None:
        found = views.cache[_CACHED] = frozenset(_CAPITALISED.findall(views.text))
    return found
