"""Sets that nobody tunes on: questions in `heldout/<public name>.txt`, cries for help in `emergencies/`."""

from __future__ import annotations

from pathlib import Path

from adapters.auto.questions import read_questions

HELDOUT = Path(__file__).parent / "heldout"
EMERGENCIES = Path(__file__).parent / "emergencies"


def heldout_questions() -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The held-out questions by public name, and those that belong to none."""
    sets = {path.stem: read_questions(path) for path in sorted(HELDOUT.glob("*.txt"))}
    return sets, sets.pop("nothing")


def heldout_dangers() -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """Cries for help with their kinds, and what is none, that nothing was built on."""
    rows = (line.partition("\t") for line in read_questions(EMERGENCIES / "heldout_danger.txt"))
    return [(kind, text) for kind, _, text in rows], read_questions(EMERGENCIES / "heldout_no_danger.txt")
