"""Names spelled out as citizens do it: 「耳東陳，怡情的怡，君子的君」."""

from __future__ import annotations

import random
from functools import cache

from deid.training.data import ordinary_words, words_of

_JOINS = ("，", "，", "、", " ", "", "跟", "，然後", " 然後是 ")


@cache
def _words_with() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in ordinary_words():
        if word.frequency > 1 and 2 <= len(word.text) <= 4:
            for char in word.text:
                found.setdefault(char, []).append(word.text)
    return found


@cache
def _surname_spellings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in words_of("names.txt", "surname_spellings"):
        found.setdefault(item[0], []).append(item[2:])
    return found


def spell(char: str, rng: random.Random) -> str:
    """Spell one character of a given name."""
    words = _words_with().get(char)
    if not words or rng.random() < 0.12:
        return rng.choice(words_of("names.txt", "radicals")) + char
    form = rng.choice(("{w}的{c}", "{w}的{c}", "{w}的{c}", "{w}的那個{c}", "{c}是{w}的{c}"))
    return form.format(w=rng.choice(words), c=char)


def spelled(name: str, rng: random.Random, surname: bool) -> str:
    """Spell a name character by character, the surname by its own saying."""
    join = rng.choice(_JOINS)
    first = rng.choice(_surname_spellings().get(name[0], [name[0]])) if surname else ""
    parts = [first] if first else []
    return join.join([*parts, *(spell(char, rng) for char in name[1:])])
