"""Figures of a tagger on texts with known places: what it finds of each entity, what it hides too much."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deid.tagger.tagger import PERSON_USUAL, Tagger
from deid.tagger.tags import ENTITIES, FIRST_ENTITY, NOTHING, PERSON_INSIDE
from deid.training.samples import Sample
from deid.views import Views

Places = list[tuple[int, int, str]]


@dataclass
class Figures:
    """Counts over some texts."""

    found: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    over: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    clean: int = 0
    clean_hit: int = 0

    def lines(self) -> Iterable[str]:
        for entity in sorted(self.total | self.over):
            share = self.found[entity] / max(1, self.total[entity])
            over = 1000 * self.over[entity] / max(1, self.characters)
            found = f"{self.found[entity]:5}/{self.total[entity]:<5} {share:.3f}"
            yield f"{entity:20} {found}  over-masked {over:.2f} per 1000"
        yield f"clean texts with a personal name: {self.clean_hit} of {self.clean}"


def places_of(sample: Sample) -> tuple[Places, list[bool]]:
    """Return where a sample's values stand and where hiding is allowed."""
    places: Places = []
    allowed = [tag != NOTHING or weight == 0 for tag, weight in zip(sample.tags, sample.weights, strict=True)]
    at = 0
    while at < len(sample.tags):
        tag, start = sample.tags[at], at
        at += 1
        while (
            at < len(sample.tags)
            and tag != NOTHING
            and sample.tags[at] in (tag, PERSON_INSIDE)
            and (sample.tags[at] != 1)
        ):
            at += 1
        if tag != NOTHING and sample.weights[start] == 1:
            places.append((start, at, "PERSON" if tag < FIRST_ENTITY else ENTITIES[tag - FIRST_ENTITY]))
    return places, allowed


def measure(tagger: Tagger, texts: Iterable[tuple[str, Places, Sequence[bool]]]) -> Figures:
    figures = Figures()
    for text, places, allowed in texts:
        hidden: list[set[str]] = [set() for _ in text]
        views = Views(text)
        for start, end, entity, score in tagger.spans(views):
            if entity == "PERSON" and score < PERSON_USUAL:
                continue
            for at in range(*views.original_span(start, end)):
                hidden[at].add(entity)
        figures.characters += len(text)
        over = [at for at, char in enumerate(text) if char.isalnum() and hidden[at] and not allowed[at]]
        figures.over.update(entity for at in over for entity in hidden[at])
        if not places:
            figures.clean += 1
            figures.clean_hit += any("PERSON" in hidden[at] for at in over)
        for start, end, entity in places:
            figures.total[entity] += 1
            figures.found[entity] += all(hidden[at] for at in range(start, end) if text[at].isalnum())
    return figures


def measure_samples(tagger: Tagger, samples: Iterable[Sample]) -> Figures:
    return measure(tagger, ((sample.text, *places_of(sample)) for sample in samples))


def measure_file(tagger: Tagger, path: Path) -> Figures:
    """Measure on a file of annotated texts, one JSON object a line."""

    def read() -> Iterable[tuple[str, Places, list[bool]]]:
        for row in map(json.loads, filter(str.strip, path.read_text(encoding="utf-8").splitlines())):
            allowed = [False] * len(row["text"])
            for span in row["spans"]:
                allowed[span["start"] : span["end"]] = [True] * (span["end"] - span["start"])
            must = [(s["start"], s["end"], s["type"]) for s in row["spans"] if not s["optional"]]
            yield row["text"], must, allowed

    return measure(tagger, read())
