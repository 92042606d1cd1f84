"""How well a tagger finds names, on texts with known places: recall and what it hides too much."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from deid.evaluation import Tally, judge
from deid.tagger.tagger import PERSON_USUAL, Tagger
from deid.tagger.tags import NOTHING, PERSON_BEGIN, PERSON_INSIDE
from deid.training.samples import Sample
from deid.views import Views

_PERSON = "PERSON"

Row = dict[str, Any]


def measure_samples(tagger: Tagger, samples: Iterable[Sample]) -> Tally:
    """Measure on filled texts of the corpus."""
    return _measure(tagger, map(_row, samples))


def measure_file(tagger: Tagger, path: Path) -> Tally:
    """Measure on a file of annotated texts, one JSON object a line."""
    return _measure(tagger, map(json.loads, filter(str.strip, path.read_text(encoding="utf-8").splitlines())))


def summary(tally: Tally) -> str:
    """Return the figures in one line."""
    names = tally.recall
    return (
        f"names {names.part}/{names.whole} {names.rate:.3f}, over-masked {tally.over_masked_per_1000:.2f} per 1000, "
        f"texts without names touched {tally.clean_touched} of {tally.clean}"
    )


def _measure(tagger: Tagger, rows: Iterable[Row]) -> Tally:
    tally = Tally()
    for row in rows:
        views = Views(row["text"])
        places = [
            views.original_span(start, end)
            for start, end, score in tagger.spans(views)
            if score >= PERSON_USUAL
        ]
        found = ({"start": start, "end": end, "type": _PERSON} for start, end in places)
        judge(row | {"spans": list(map(_names_only, row["spans"]))}, found, tally)
    return tally


def _names_only(span: Row) -> Row:
    return span | {"optional": span["optional"] or span["type"] != _PERSON}


def _row(sample: Sample) -> Row:
    """Return a sample as an annotated text: its names, and every character that counts neither way."""
    spans = [_span(start, end, False) for start, end in _names(sample)]
    counted = zip(sample.tags, sample.weights, strict=True)
    spans += [
        _span(at, at + 1, True) for at, (tag, weight) in enumerate(counted) if tag != NOTHING or weight == 0
    ]
    return {"text": sample.text, "spans": spans}


def _span(start: int, end: int, optional: bool) -> Row:
    return {"start": start, "end": end, "type": _PERSON, "optional": optional}


def _names(sample: Sample) -> Iterator[tuple[int, int]]:
    start = None
    for at, tag in enumerate([*sample.tags, NOTHING]):
        if start is not None and tag != PERSON_INSIDE:
            if sample.weights[start] == 1:
                yield start, at
            start = None
        if tag == PERSON_BEGIN:
            start = at
