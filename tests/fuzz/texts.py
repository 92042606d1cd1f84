"""Texts to try: entries of the training corpus with fresh values, mutated, with values planted in them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from hypothesis import strategies as st

from deid.training.corpus import Entry, read_corpus
from deid.training.samples import filled
from tests.fuzz.mutations import MUTATIONS
from tests.values import national_id, phone

_BEFORE, _AFTER = ("，", "。", "\n", "、", "「", "（", "；"), ("，", "。", "\n", "、", "」", "）", "；")
_MINE = ("我的", "我", "本人")
_LONGEST_CLAIM = 2
_HOSTS = ("gmail.com", "example.org", "ms5.hinet.net", "yahoo.com.tw")
_JUNK = st.text(st.characters(codec=None), max_size=30)


@dataclass(frozen=True)
class Case:
    """One text with the values that must not stay in it, and everything else that a check needs to be repeatable.

    ``rest`` is the text before the values were planted.
    """

    text: str = field(repr=False)
    rest: str = field(repr=False)
    planted: tuple[str, ...] = field(repr=False)
    seed: int = 0

    def chance(self) -> random.Random:
        return random.Random(self.seed)


def _card(rng: random.Random) -> str:
    body = [4, *(rng.randrange(10) for _ in range(14))]
    doubled = [digit * (2 - at % 2) for at, digit in enumerate(reversed(body))]
    number = "".join(map(str, body)) + str(-sum(digit // 10 + digit % 10 for digit in doubled) % 10)
    separator = rng.choice(("", " ", "-"))
    return separator.join(number[at : at + 4] for at in range(0, 16, 4))


def _mobile(rng: random.Random) -> str:
    number = phone(rng)
    separator = rng.choice(("", "-", " "))
    return separator.join((number[:4], number[4:7], number[7:]))


def _email(rng: random.Random) -> str:
    user = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=5)) + str(rng.randrange(1000))
    return f"{user}@{rng.choice(_HOSTS)}"


@dataclass(frozen=True)
class _Plant:
    """``public`` where an agency publishes values of this kind: then a word must claim it for a citizen."""

    make: Callable[[random.Random], str]
    public: bool


_PLANTS = (_Plant(national_id, False), _Plant(_card, False), _Plant(_mobile, True), _Plant(_email, True))


@cache
def _entries() -> tuple[Entry, ...]:
    return tuple(read_corpus())


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """One to three entries, some mutations, some junk, and up to four planted values between marks."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = random.Random(seed)
    chosen = draw(st.lists(st.integers(0, len(_entries()) - 1), min_size=0, max_size=3))
    rest = draw(st.sampled_from(("\n", "", "，"))).join(filled(_entries()[at], rng).text for at in chosen)
    for mutate in draw(st.lists(st.sampled_from(MUTATIONS), max_size=4)):
        rest = mutate(rest, rng)
    at = rng.randint(0, len(rest))
    rest = rest[:at] + draw(_JUNK) + rest[at:]
    text, planted = rest, []
    for plant in draw(st.lists(st.sampled_from(_PLANTS), max_size=4)):
        value = plant.make(rng)
        claim = rng.choice(_MINE) if plant.public else ""
        text = _planted(text, claim + value, planted, rng)
        planted.append(value)
    return Case(text, rest, tuple(planted), seed)


def _planted(text: str, value: str, others: Sequence[str], rng: random.Random) -> str:
    """Put a value between two marks, so that what stands around cannot make another value of it."""
    at = rng.randint(0, len(text))
    for other in others:
        found = text.find(other)
        if found >= 0 and found - _LONGEST_CLAIM <= at <= found + len(other):
            at = 0
    return f"{text[:at]}{rng.choice(_BEFORE)}{value}{rng.choice(_AFTER)}{text[at:]}"
