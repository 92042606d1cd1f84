"""Sets that nobody tunes on: `heldout/<public name>.txt`; and the emergencies' tables."""

from __future__ import annotations

from pathlib import Path

from adapters.auto.questions import read_questions

HELDOUT = Path(__file__).parent / "heldout"
EMERGENCIES = Path(__file__).parent / "emergencies"


def heldout_questions() -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The held-out questions by public name, and those that belong to none."""
    sets = {path.stem: read_questions(path) for path in sorted(HELDOUT.glob("*.txt"))}
    return sets, sets.pop("nothing")


def dangers(name: str) -> list[tuple[str, str]]:
    """Kind and text of every line of a table of emergencies."""
    rows = (line.partition("\t") for line in read_questions(EMERGENCIES / name))
    return [(kind, text) for kind, _, text in rows]
