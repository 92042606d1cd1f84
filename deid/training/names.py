"""Chinese names as Taiwan bears them: surnames by their shares, given names by generation, with a long rare tail."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property

from deid.training.data import choices, words_of
from deid.training.romanised import romanise

_GENERATIONS = (
    ("old_f", 3), ("old_m", 3), ("parent_f", 4), ("parent_m", 4), ("adult_f", 4), ("adult_m", 4), ("young_f", 3),
    ("young_m", 3), ("kid", 3),
)  # fmt: skip
_NAMES = [name for name, _ in _GENERATIONS]
_WEIGHTS = [weight for _, weight in _GENERATIONS]


def surname(rng: random.Random) -> str:
    return (
        choices("names.txt", "rare_surnames" if rng.random() < 0.05 else "surnames").draw(rng)
        if rng.random() < 0.85
        else rng.choice(words_of("names.txt", "surnames"))
    )


def given_char(rng: random.Random, section: str) -> str:
    """One character: mostly the generation's, sometimes any used in names, seldom any character at all."""
    draw = rng.random()
    if draw < 0.78:
        return choices("names.txt", section).draw(rng)
    if draw < 0.97:
        return rng.choice(words_of("names.txt", "more_given"))
    return chr(rng.randrange(0x4E00, 0x9FA6))


def given_name(rng: random.Random) -> str:
    """Two characters, now and then of different generations or doubled."""
    generation = rng.choices(_NAMES, _WEIGHTS)[0]
    first = given_char(rng, f"{generation}.first")
    if rng.random() < 0.15:
        generation = rng.choices(_NAMES, _WEIGHTS)[0]
    second = first if rng.random() < 0.02 else given_char(rng, f"{generation}.second")
    return first + second


def word_given(rng: random.Random) -> str:
    return rng.choice(words_of("names.txt", "wordnames"))


def one_given(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return given_char(rng, "more_given")
    return rng.choice(words_of("names.txt", "one_given"))


def nickname(rng: random.Random) -> str:
    """阿珠, 小明, 珠仔, 輝哥, 婷婷, or one of its own."""
    one = rng.choice(words_of("names.txt", "nick_one" if rng.random() < 0.7 else "more_given"))
    draw = rng.random()
    if draw < 0.4:
        return f"阿{one}"
    if draw < 0.56:
        return f"小{one}"
    if draw < 0.62:
        return f"{one}仔"
    if draw < 0.69:
        return f"{one}{one}"
    if draw < 0.76:
        return one + rng.choice("哥姐姊董嫂")
    if draw < 0.8:
        return rng.choice(("大", "老", "阿")) + one + rng.choice(("", "", "仔"))
    return rng.choice(words_of("names.txt", "nick_whole"))


@dataclass
class Person:
    """One person, whose names a text may give in several forms."""

    rng: random.Random

    @cached_property
    def surname(self) -> str:
        return surname(self.rng)

    @cached_property
    def given(self) -> str:
        draw = self.rng.random()
        if draw < 0.035:
            return word_given(self.rng)
        return one_given(self.rng) if draw < 0.06 else given_name(self.rng)

    @cached_property
    def romanised_given(self) -> str:
        return romanise(self.given, self.rng)

    @cached_property
    def full(self) -> str:
        return self.surname + self.given

    def short(self) -> str:
        self.given = one_given(self.rng)
        return self.full

    def married(self) -> str:
        return f"{self.surname[:1]}{surname(self.rng)}{self.given}"

    def rare(self) -> str:
        self.surname = choices("names.txt", "rare_surnames").draw(self.rng)
        return self.full

    def worded(self) -> str:
        self.given = word_given(self.rng)
        return self.full

    def two_given(self) -> str:
        """The given name alone; never a single character, which names nobody."""
        if len(self.given) < 2:
            self.given = given_name(self.rng)
        return self.given

    def romanised(self) -> str:
        family = romanise(self.surname, self.rng, family=True)
        given = self.romanised_given
        order = self.rng.choice(("{f}, {g}", "{g} {f}", "{f} {g}", "{g} {f}", "{f} {g}"))
        written = order.format(f=family, g=given)
        draw = self.rng.random()
        if draw < 0.12:
            return written.upper()
        return written.lower() if draw < 0.18 else written
