"""The questions that the shipped router learns from: one a line, a file for each public name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent / "questions"
# The demonstration adapters' own dialogues. Their held-out questions are not learned from.
DIALOGUES = Path(__file__).parents[1] / "demo" / "dialogues"
_LEARNED = ("questions", "base_questions")
# Of the base model's own corpus, the kinds that are about no subject at all.
CORPUS = Path(__file__).parents[1] / "demo" / "corpus"
_SMALL_TALK = (("greetings", "greeting"), ("identity", "identity"))
_NOTHING = "nothing"
DANGERS = Path(__file__).parent / "dangers"


def read_questions(path: Path) -> tuple[str, ...]:
    """Return the lines of a file that hold something."""
    return tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


@cache
def shipped_questions() -> Mapping[str, tuple[str, ...]]:
    """Return the questions composed for each public name."""
    return MappingProxyType(
        {path.stem: read_questions(path) for path in sorted(FOLDER.glob("*.txt")) if path.stem != _NOTHING}
    )


@cache
def shipped_nothing() -> tuple[str, ...]:
    """Return what belongs to no ministry: small talk, other subjects, questions that leave open what they mean."""
    talk = [
        question
        for file, kind in _SMALL_TALK
        for item in tomllib.loads((CORPUS / f"{file}.toml").read_text(encoding="utf-8"))["item"]
        if item["kind"] == kind
        for question in item["questions"]
    ]
    return (*read_questions(FOLDER / f"{_NOTHING}.txt"), *talk)


@cache
def demonstration_questions() -> Mapping[str, Sequence[str]]:
    """Return the questions of the demonstration adapters' dialogues."""
    found = {}
    for path in sorted(DIALOGUES.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        found[table["ministry"]] = [q for topic in table["topic"] for key in _LEARNED for q in topic[key]]
    return MappingProxyType(found)


def shipped_dangers() -> Mapping[str, tuple[str, ...]]:
    """Return cries for help by the kind of emergency."""
    found: dict[str, list[str]] = {}
    for line in read_questions(DANGERS / "danger.txt"):
        kind, _, text = line.partition("\t")
        found.setdefault(kind, []).append(text)
    return {kind: tuple(texts) for kind, texts in found.items()}


def shipped_no_dangers() -> tuple[str, ...]:
    """Return questions and figures of speech that hold the words of an emergency and are none."""
    return read_questions(DANGERS / "no_danger.txt")
