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
# Behind a cue any other word may be somebody's name: 「I am Happy Wang」.
_VERBS, _NOBODY = frozenset({"HAS", "BEEN", "IS", "WAS", "ARE", "WERE"}), frozenset({"MORNING", "PHD"})
_NO_NAME = 0.05
_SURNAMES = frozenset(ROMANISED_SURNAMES.split("|")) | {"Go", "Uy", "Sy", "Tan", "Lim", "Ng", "Ong", "Goh", "Teo"}


def without_common(views: Views, start: int, name: str, *, cued: bool) -> tuple[int, str]:
    """Cut common words off both ends where the tagger sees no name; return how many characters in front, and the rest.

    What ends its line is a signature and stays whole, and so do a given name and a surname: Anna Day, Happy Wang. Of
    what a cue announces, only a verb is cut behind it. ``start`` is the name's offset in the original text.
    """
    if _CALLED.search(views.text[max(0, start - 6) : start]) or _LINE_ENDS.match(views.text, start + len(name)):
        return 0, name
    words = [word.span() for word in _WORD.finditer(name)]
    if cued:
        while len(words) > 1 and name[slice(*words[-1])] in _VERBS:
            words.pop()
        return 0, "" if name.upper() in _NOBODY else name[: words[-1][1]]
    if len(words) == 2 and _is_full_name(*name.split(" ")[:2]):
        return 0, name
    while words and _is_common(views, start, name, words[0]):
        words.pop(0)
    while words and _is_common(views, start, name, words[-1]):
        words.pop()
    return (words[0][0], name[words[0][0] : words[-1][1]]) if words else (0, "")


def _is_full_name(first: str, last: str) -> bool:
    return load_tagger().is_given(plain_latin(first)) or last in _SURNAMES


def _is_common(views: Views, start: int, name: str, word: tuple[int, int]) -> bool:
    tagger, plain = load_tagger(), plain_latin(name[slice(*word)]).strip(",.'")
    if len(plain) < 2 or not tagger.is_english(plain) or tagger.is_given(plain):
        return False
    first, last = (views.folded_offset(start + at) for at in word)
    return tagger.name_mean(views, first, last) < _NO_NAME
