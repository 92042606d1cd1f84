"""Annotated texts: ``dev.txt`` to ``dev35.txt`` to tune on, ``heldout.txt`` for the published figures.

The files are in the format of the training corpus. National IDs and ARC numbers stand in them as slots: a number with
a right check digit may belong to somebody, so none is written down.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deid.training.corpus import Entry, Mark, Slot, parse_line
from deid.training.kinds import fill
from deid.training.names import Person

FOLDER = Path(__file__).parent


def annotated_texts(name: str) -> Iterator[dict[str, Any]]:
    """Yield the texts of a file as ``bianmin deid eval`` reads them; the same every time."""
    for number, line in enumerate((FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield _annotated(parse_line(name, line), f"{name}-{number:03}", random.Random(number))


def _annotated(entry: Entry, name: str, rng: random.Random) -> dict[str, Any]:
    text, spans = "", []
    for part in entry.parts:
        if isinstance(part, str):
            text += part
            continue
        for value, entity, optional in _values(part, rng):
            span = {"start": len(text), "end": len(text) + len(value), "type": entity, "optional": optional}
            spans += [span] if entity else []
            text += value
    return {"id": name, "channel": entry.channel, "text": text, "spans": spans}


def _values(part: Mark | Slot, rng: random.Random) -> Iterator[tuple[str, str, bool]]:
    if isinstance(part, Mark):
        yield part.text, part.entity, part.optional
    else:
        yield from (
            (piece.text, piece.entity, not piece.counted) for piece in fill(part.kind, part.style, Person(rng))
        )
