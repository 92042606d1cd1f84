"""Gives the people whom a writer named other names, so that the network learns the sentence and not the name.

Half the fillings keep the writer's own names: some were chosen because they are everyday words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

from deid.recognizers.name_context import SURNAME_START
from deid.training import foreign
from deid.training.corpus import Entry, Mark
from deid.training.names import Person, nickname

_KEPT = 0.5
_HAN = re.compile("[一-鿿]{2,4}")
_SPELLED = re.compile("[一-鿿][^A-Za-z]*[的，,、]|[一-鿿]{5}")  # 耳東陳，怡情的怡
_FULL, _GIVEN = 3, 2
_LATIN = re.compile("[A-Za-zÀ-ÖØ-öø-ỹ'’]{2,}(?: [A-Za-zÀ-ÖØ-öø-ỹ'’]{2,}){0,3}")
_NICKNAME = re.compile("[阿小老大].{1,2}|.[仔哥姐姊董嫂]|(.)\\1")
_ONE_WORD = (
    "id_given", "ph_given", "th_given", "vn_given", "jp_given_latin", "kr_given_latin", "western_given",
    "taiwan_english",
)  # fmt: skip
_MORE_WORDS = (
    foreign.latin, foreign.latin, foreign.vietnamese, foreign.indonesian, foreign.filipino, foreign.thai,
    foreign.japanese_latin, foreign.korean, foreign.indigenous_latin,
)  # fmt: skip


def new_names(entry: Entry, rng: random.Random) -> Mapping[str, str]:
    """Return other names for those that the entry's marks hold; the same person keeps one name."""
    marked = [part.text for part in entry.parts if isinstance(part, Mark) and _is_name(part)]
    if not marked or rng.random() < _KEPT or any(map(_SPELLED.search, marked)):
        return {}
    names: dict[str, str] = {}
    for text in sorted(set(marked), key=lambda one: (-len(one), one)):
        if _HAN.fullmatch(text):
            names[text] = _part_of(text, names) or _han(text, rng)
        elif _LATIN.fullmatch(text):
            names[text] = _word_of(text, names) or _cased(text, _latin(text, rng))
    return names


def _is_name(mark: Mark) -> bool:
    return mark.entity == "PERSON" and not mark.optional


def _part_of(text: str, names: Mapping[str, str]) -> str | None:
    """Return the new given name where the old one is the end of a full name of the entry."""
    if len(text) != _GIVEN:
        return None
    return next((new[-2:] for old, new in names.items() if len(old) == _FULL and old.endswith(text)), None)


def _han(text: str, rng: random.Random) -> str:
    person = Person(rng)
    if _NICKNAME.fullmatch(text):
        return nickname(rng)
    if len(text) == _FULL and SURNAME_START.match(text):
        return rng.choice((person.full, person.full, person.rare(), person.worded()))
    if len(text) == _GIVEN:
        return person.short() if SURNAME_START.match(text) and rng.random() < 0.5 else person.two_given()
    return text


def _word_of(text: str, names: Mapping[str, str]) -> str | None:
    """Return the first or last word of a new name where the old one is that of an old name."""
    if " " in text:
        return None
    for old, new in names.items():
        words = old.split(" ")
        if len(words) > 1 and text in (words[0], words[-1]):
            return new.split(" ")[0 if text == words[0] else -1].strip(",")
    return None


def _latin(text: str, rng: random.Random) -> str:
    if " " not in text:
        return foreign.world_given(rng) if rng.random() < 0.4 else foreign.pick(rng, rng.choice(_ONE_WORD))
    return Person(rng).romanised() if rng.random() < 0.2 else rng.choice(_MORE_WORDS)(rng)


def _cased(like: str, name: str) -> str:
    if like.isupper():
        return name.upper()
    return name.lower() if like.islower() else name
