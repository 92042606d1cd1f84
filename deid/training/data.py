"""Reads the lists in ``data/``: sections of items, each with an optional weight after ``*``."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Choices:
    """Items to draw from, some more often than others."""

    items: tuple[str, ...]
    cumulative: tuple[float, ...]

    def draw(self, rng: random.Random) -> str:
        return rng.choices(self.items, cum_weights=self.cumulative)[0]


@cache
def choices(file: str, section: str) -> Choices:
    """Return one section of a list file. Raises KeyError for an unknown one."""
    return _sections(file)[section]


def words_of(file: str, section: str) -> tuple[str, ...]:
    return choices(file, section).items


@cache
def _sections(file: str) -> dict[str, Choices]:
    items: dict[str, list[tuple[str, float]]] = {}
    current: list[tuple[str, float]] = []
    part = ""
    for line in (DATA / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name, part = line.strip("[]"), ""
            current = items.setdefault(name, [])
        elif not line.startswith("#"):
            for token in line.split():
                if token in ("first:", "second:"):
                    part = f"{name}.{token[:-1]}"
                    current = items.setdefault(part, [])
                    continue
                item, _, weight = token.partition("*")
                current.append((item.replace("_", " "), float(weight or 1)))
    return {
        name: Choices(tuple(item for item, _ in pairs), tuple(accumulate(weight for _, weight in pairs)))
        for name, pairs in items.items()
        if pairs
    }


@dataclass(frozen=True)
class Word:
    """An ordinary word: ``frequency`` from 1 (rare) to 6, ``place`` for places and bodies."""

    text: str
    frequency: int
    place: bool


@cache
def ordinary_words() -> tuple[Word, ...]:
    """Return the words of ``data/words.txt`` and those of Taiwan's public life."""
    found: dict[str, Word] = {}
    for line in (DATA / "words.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            head, *words = line.split()
            for word in words:
                found[word] = Word(word, int(head[0]), head[1] == "p")
    for word in _known_words():
        found[word] = Word(word, 4, True)
    for word in _local_words():
        found[word] = Word(word, 4, False)
    for word in _places():
        found[word] = Word(word, 4, True)
    both = [Word(w.text.replace("臺", "台"), w.frequency, w.place) for w in found.values() if "臺" in w.text]
    return (*found.values(), *(word for word in both if word.text not in found))


def _known_words() -> list[str]:
    lines = (DATA / "known.txt").read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def _local_words() -> list[str]:
    return [word for word in words_of("places.txt", "local_words") if 2 <= len(word) <= 4]


def _places() -> list[str]:
    names = [part for item in words_of("places.txt", "divisions") for part in _division_words(item)]
    names += [f"{name}路" for name in words_of("places.txt", "road_names") if len(name) < 4]
    names += [f"{name}{kind}" for name in words_of("places.txt", "school_names") for kind in ("國小", "國中")]
    names += [*words_of("places.txt", "agencies"), *words_of("places.txt", "companies")]
    return [name for name in names if 2 <= len(name) <= 4 and all("一" <= char <= "鿿" for char in name)]


def _division_words(item: str) -> list[str]:
    city, _, district = item.partition(":")
    full = district if district[-1] in "鄉鎮市" and len(district) > 2 else f"{district}區"
    return [city, city[:2], full, full[:-1]]
