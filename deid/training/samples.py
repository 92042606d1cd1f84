"""Fills corpus entries with fresh values and roughens them, so that no two passes see the same text."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from deid.tagger.tags import NOTHING, PERSON_BEGIN, PERSON_INSIDE, TAG_OF
from deid.training.corpus import Entry, Mark, Slot
from deid.training.kinds import Piece, fill
from deid.training.names import Person
from deid.training.renaming import new_names
from deid.views import Views

_DROPPED = frozenset("，。、；！？,.;!?")


@dataclass
class Sample:
    """A text with, for each character, its tag and the weight of being right there."""

    text: str = ""
    tags: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, piece: Piece, weight: float = 1.0) -> None:
        self.text += piece.text
        count = len(piece.text)
        if piece.entity == "PERSON":
            self.tags += [PERSON_BEGIN] * (count > 0) + [PERSON_INSIDE] * (count - 1)
        else:
            self.tags += [TAG_OF.get(piece.entity, NOTHING)] * count
        self.weights += [weight if piece.counted else 0.0] * count

    def part(self, start: int, end: int) -> Sample:
        return Sample(self.text[start:end], self.tags[start:end], self.weights[start:end])

    def joined(self, other: Sample, between: str) -> Sample:
        gap = [NOTHING] * len(between), [1.0] * len(between)
        return Sample(
            self.text + between + other.text,
            self.tags + gap[0] + other.tags,
            self.weights + gap[1] + other.weights,
        )

    def without(self, dropped: Callable[[str], bool], space: str = "") -> Sample:
        """Return the sample without the characters outside values that are dropped."""
        kept = Sample()
        for char, tag, weight in zip(self.text, self.tags, self.weights, strict=True):
            if tag == NOTHING and dropped(char):
                kept.add(Piece(space))
            else:
                kept.text += char
                kept.tags.append(tag)
                kept.weights.append(weight)
        return kept

    def folded(self) -> tuple[Views, npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Return the views with the tags and weights of the folded characters."""
        views = Views(self.text)
        places = range(len(self.text))
        if len(views.folded) != len(self.text) or any("\u2000" <= char <= "\u206f" for char in self.text):
            places = [views.original_span(at, at + 1)[0] for at in range(len(views.folded))]  # type: ignore[assignment]
        tags = np.array([self.tags[at] for at in places], dtype=np.int64)
        return views, tags, np.array([self.weights[at] for at in places], dtype=np.float32)


def filled(entry: Entry, rng: random.Random) -> Sample:
    """Return an entry with a fresh value in each slot."""
    sample, people, names = Sample(), dict[str, Person](), new_names(entry, rng)
    for part in entry.parts:
        if isinstance(part, str):
            sample.add(Piece(part))
        elif isinstance(part, Mark):
            entity = "" if part.optional else part.entity
            text = names.get(part.text, part.text) if entity == "PERSON" else part.text
            sample.add(Piece(text, entity, not part.optional))
        else:
            _fill_slot(sample, part, people, rng)
    return sample


def _fill_slot(sample: Sample, slot: Slot, people: dict[str, Person], rng: random.Random) -> None:
    person = people.get(slot.who) or Person(rng)
    if slot.who and slot.who not in people:
        person.two_given()
        people[slot.who] = person
    for piece in fill(slot.kind, slot.style, person):
        sample.add(piece, 0.4 if slot.kind == "surname" else 1.0)


def roughened(sample: Sample, rng: random.Random, other: Callable[[], Sample]) -> Sample:
    """Return the sample as it might also have been written, or with another around it."""
    draw = rng.random()
    if draw < 0.1:
        sample = sample.without(_DROPPED.__contains__)
    elif draw < 0.16:
        sample = sample.without(_DROPPED.__contains__, " ")
    if rng.random() < 0.1:
        sample = _cut(sample, rng)
    if rng.random() < 0.2:
        sample = _mixed(sample, other(), rng)
    if rng.random() < 0.1:
        sample = sample.joined(other(), rng.choice(("\n", " ", "", "。", "\n\n", "；", "|")))
    if rng.random() < 0.04:
        sample.text = "".join(c.lower() if c.isascii() else c for c in sample.text)
    if rng.random() < 0.03:
        sample = sample.without(str.isspace)
    if rng.random() < 0.08:
        sample = _with_slips(sample, rng)
    return sample


def _cut(sample: Sample, rng: random.Random) -> Sample:
    """Keep a stretch, cut anywhere outside values."""
    length = len(sample.text)
    free = [0, *(at for at in range(1, length) if sample.tags[at - 1] == NOTHING), length]
    start, end = sorted((rng.choice(free), rng.choice(free)))
    return sample.part(start, end) if end - start > 3 else sample


def _clauses(sample: Sample) -> list[Sample]:
    ends = [at + 1 for at, char in enumerate(sample.text) if char in _DROPPED and sample.tags[at] == NOTHING]
    bounds = [0, *ends, len(sample.text)]
    return [sample.part(start, end) for start, end in pairwise(bounds) if start < end]


def _mixed(sample: Sample, other: Sample, rng: random.Random) -> Sample:
    """Put the sample's clauses into another order, one of another text among them."""
    clauses = _clauses(sample)
    if rng.random() < 0.5:
        rng.shuffle(clauses)
    clauses.insert(rng.randrange(len(clauses) + 1), rng.choice(_clauses(other) or [other]))
    if len(clauses) > 3 and rng.random() < 0.5:
        del clauses[rng.randrange(len(clauses))]
    mixed = Sample()
    for clause in clauses:
        mixed = mixed.joined(clause, "")
    return mixed


def _with_slips(sample: Sample, rng: random.Random) -> Sample:
    """Put a wrong character in a few places outside values, as a recogniser of speech does."""
    chars = list(sample.text)
    for at in range(len(chars)):
        if sample.tags[at] == NOTHING and "一" <= chars[at] <= "鿿" and rng.random() < 0.04:
            chars[at] = rng.choice(sample.text) if rng.random() < 0.5 else chr(rng.randrange(0x4E00, 0x9000))
            if not "一" <= chars[at] <= "鿿":
                chars[at] = "的"
    return Sample("".join(chars), sample.tags, sample.weights)


def samples(entries: Sequence[Entry], rng: random.Random) -> list[Sample]:
    """Return one filled and roughened sample of each entry, in random order."""

    def other() -> Sample:
        return filled(rng.choice(entries), rng)

    drawn = [roughened(filled(entry, rng), rng, other) for entry in entries]
    rng.shuffle(drawn)
    return drawn
