"""Common words at the ends of a name in Latin letters: 「Right, Yilan」, 「ROSA TIU HAS BEEN」."""

from __future__ import annotations

import re

from deid.recognizers.latin_words import ROMANISED_SURNAMES
from deid.tagger.features import plain_latin
from deid.tagger.tagger import load_tagger
from deid.views import Views

_WORD = re.compile("[^ ]+")
_CALLED = re.compile(r"(?:M[rs]|Mrs|Miss|Dr)\.? $")  # 「Mr. Right」
_LINE_ENDS = re.compile(r"[ .!]*(?:\n|$)")  # 「Thanks, Happy」, 「landlord: Rich Field」
# Words of a sentence; any other word may be somebody's name where a cue announces one: 「I am Happy Wang」.
_OF_SENTENCES = frozenset({
    "HAS", "BEEN", "IS", "WAS", "ARE", "WERE", "RIGHT", "WRONG", "MORNING", "YES", "NO", "OK", "SURE", "LAST", "PHD",
})  # fmt: skip
_NO_NAME = 0.05
_SURNAMES = frozenset(ROMANISED_SURNAMES.split("|"))


def without_common(views: Views, start: int, name: str, *, cued: bool) -> tuple[int, str]:
    """Cut common words off both ends where the tagger sees no name; return how many characters in front, and the rest.

    What ends its line is a signature and stays whole, and so do a given name and a surname: Anna Day, Happy Wang. Of
    what a cue announces, only words of a sentence are cut. ``start`` is the name's offset in the original text.
    """
    if _CALLED.search(views.text[max(0, start - 6) : start]) or _LINE_ENDS.match(views.text, start + len(name)):
        return 0, name
    words = [word.span() for word in _WORD.finditer(name)]
    if not cued and len(words) == 2 and _is_full_name(*name.split(" ")[:2]):
        return 0, name
    while words and _is_common(views, start, name, words[0], cued):
        words.pop(0)
    while words and _is_common(views, start, name, words[-1], cued):
        words.pop()
    return (words[0][0], name[words[0][0] : words[-1][1]]) if words else (0, "")


def _is_full_name(first: str, last: str) -> bool:
    return load_tagger().is_given(plain_latin(first)) or last in _SURNAMES


def _is_common(views: Views, start: int, name: str, word: tuple[int, int], cued: bool) -> bool:
    tagger, plain = load_tagger(), plain_latin(name[slice(*word)]).strip(",.'")
    if cued:
        known = plain in _OF_SENTENCES
    else:
        known = len(plain) > 1 and tagger.is_english(plain) and not tagger.is_given(plain)
    first, last = (views.folded_offset(start + at) for at in word)
    return known and tagger.name_mean(views, first, last) < _NO_NAME
