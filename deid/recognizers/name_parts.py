"""Finds where a part of a name that was found stands alone, or the name is cut short."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from deid.patterns import Pattern
from deid.recognizers.base import places_of
from deid.recognizers.latin_words import is_telling
from deid.recognizers.name_context import SURNAME_START
from deid.tagger.tagger import load_tagger
from deid.views import Views

LIKELY, REPEATED_NAMES = 0.6, 64
_GIVEN, _SHORTEST = 2, 3
# 「李黃秀枝印成李黃秀」: a name of four characters that lost its last.
_CUT_SHORT = re.compile("[一-鿿]{4}")
_LONG_ENOUGH, _SHORTEST_PART, _LONGEST_PART = 6, 4, 9
_HAN_PAIR, _AGAIN = re.compile("[一-鿿]{2}"), 0.2
_HAN_ONLY = re.compile("[一-鿿]{3,5}")
_PLACE_AFTER, _TRACE, _HALF = (
    re.compile("[區路街里村鄉鎮市縣國站高大宮橋樓館中小航銀海運保證超企集公電機水]|客運"),
    0.01,
    0.1,
)
# 「承辦問「如意」是什麼」, 「電腦印成□少岩」.
_OPENING_QUOTES, _DAMAGED = frozenset("「『"), frozenset("□○◯〇*�")
_SPEAKING = frozenset("說找跟由")
DEAR = "仔(?![細孩])"  # behind a given name, in Taiwanese
_DEAR = re.compile(DEAR)
_QUOTE_ENDS = re.compile("[」』](?!號|一?詞|二字|兩字)")
_CAPITALISED = Pattern("(?<![A-Za-z])[A-Z][a-z]{3,8}(?![A-Za-z])")
_IN_LETTERS = re.compile("[A-ZÀ-ỹ .,'’\\-]+")


def said_again(views: Views, believed: Iterable[tuple[int, int, float]]) -> Iterator[tuple[int, int]]:
    """Yield where a name of two characters comes again and the tagger half sees it: 「如意說的就是如意」."""
    names = {
        views.folded[start:end] for start, end, score in believed if score >= LIKELY and end - start == _GIVEN
    }
    found = {at for start, end, _ in believed for at in range(start, end)}
    for name in sorted(filter(_HAN_PAIR.fullmatch, names))[:REPEATED_NAMES]:
        for start, end in places_of(name, views.folded):
            if start not in found and load_tagger().name_mean(views, start, end) >= _AGAIN:
                yield start, end


def cut_short(views: Views, name: str) -> Iterator[tuple[int, int]]:
    """Yield where a name of four characters stands without its last."""
    for start, end in places_of(name[:-1], views.folded) if _CUT_SHORT.fullmatch(name) else ():
        if not views.folded.startswith(name[-1], end):
            yield start, end


def given_alone(views: Views, name: str) -> Iterator[tuple[int, int]]:
    """Yield where the given name of a full one stands alone: 柏舟, of 紀柏舟. Not where a place is called so.

    Where the given name is a word that is often said, the tagger must half believe in it there; so too in the
    last two characters of a longer name, Japanese as a rule.
    """
    if "的" in name or not (_HAN_ONLY.fullmatch(name) and (len(name) > _SHORTEST or SURNAME_START.match(name))):
        return
    given = name[-_GIVEN:]
    everyday = load_tagger().is_everyday(given)
    least = _HALF if len(name) > _SHORTEST or everyday else _TRACE
    for start, end in places_of(given, views.folded):
        before = views.before(start, 1)
        if before == "叫" and len(name) == _SHORTEST:
            yield start, end
        if before in (name[-_SHORTEST], "·") or _PLACE_AFTER.match(views.folded, end):
            continue
        quoted = before in _OPENING_QUOTES and _QUOTE_ENDS.match(views.folded, end)
        known = load_tagger().name_mean(views, start, end) >= least
        if quoted or known or before in _DAMAGED or (before in _SPEAKING and not everyday):
            yield start, end + (_DEAR.match(views.folded, end) is not None)


def _short_forms(views: Views, words: Collection[str]) -> set[str]:
    """Return the capitalised words of the text that begin one of the words of a name: Rosa, of Rosalinda."""
    beginnings = {
        word[:length]
        for word in words
        for length in range(_SHORTEST_PART, min(len(word), _LONGEST_PART + 1))
        if len(word) >= _LONG_ENOUGH
    }
    found = {match[0].upper() for match in _CAPITALISED.finditer(views.text)} if beginnings else set()
    return {short for short in found & beginnings if not load_tagger().is_english(short)}


def latin_parts(views: Views, believed: Iterable[tuple[int, int, float]]) -> Iterator[tuple[int, int]]:
    """Yield one word of a name in Latin letters where it stands alone, or short: Irfan, of Muhammad Irfan; Rosa."""
    found = [(start, end) for start, end, score in believed if score >= LIKELY]
    names = (views.folded[start:end] for start, end in found)
    words = {
        word for name in names if _IN_LETTERS.fullmatch(name) and " " in name for word in name.split(" ")
    }
    covered = {at for start, end in found for at in range(start, end)} if words else set()
    short = _short_forms(views, words) - words if words else set()
    brief = {word for word in words if len(word) == _SHORTEST and not load_tagger().is_english(word)}
    short |= brief
    for word in sorted({*filter(is_telling, words | short), *brief})[:REPEATED_NAMES]:
        for start, end in places_of(word, views.folded):
            known = word not in short or (word not in brief and load_tagger().is_given(word))
            if not known and load_tagger().name_mean(views, start, end) < _TRACE:
                continue
            if start not in covered and views.text[views.original_span(start, end)[0]].isupper():
                yield start, end
