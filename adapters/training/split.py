"""Deduplicates and splits by question, so that no question is both learnt and asked in the examination."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.training.concealment import CleanRow
from adapters.training.errors import TrainingRefused

MINIMUM_QUESTIONS = 30
_SMALLEST_PART = 4
_GREETING_CHARACTERS = 4
_NUMBERED = re.compile("〔([^〔〕]*?)[0-9]+(?:：[^〔〕]*)?〕")


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of the questions that are kept back."""

    validation: float = 0.1
    heldout: float = 0.1


@dataclass(frozen=True, slots=True)
class Split:
    """Rows by use, in the order of the data, and what was dropped or looks wrong in it."""

    train: tuple[CleanRow, ...]
    validation: tuple[CleanRow, ...]
    heldout: tuple[CleanRow, ...]
    questions: int
    duplicates: int
    near_duplicates: int
    contradictions: int


def normalise(text: str) -> str:
    """A text as it is compared: letters and digits only, one width and case, placeholders without their numbers."""
    plain = unicodedata.normalize("NFKC", _NUMBERED.sub(r"\1", text)).casefold()
    return "".join(char for char in plain if char.isalnum())


def split_rows(rows: Sequence[CleanRow], seed: int, shares: Shares) -> Split:
    """Drop repeated rows, then deal whole groups of rows that share a question to the three parts.

    The same rows in any order and the same seed give the same parts. Raises TrainingRefused(data_too_small).
    """
    unique, duplicates, near = _without_repeats(rows)
    groups = _groups(unique)
    if len(groups) < MINIMUM_QUESTIONS:
        raise TrainingRefused(
            "data_too_small",
            f"{len(groups)} different questions are too few: at least {MINIMUM_QUESTIONS} are needed, 200 or more are "
            f"better. Ask each topic in several ways.",
        )
    dealt = sorted(groups, key=lambda group: hashlib.sha256(f"{seed}\n{group}".encode()).digest())
    validation = max(_SMALLEST_PART, round(len(dealt) * shares.validation))
    heldout = max(_SMALLEST_PART, round(len(dealt) * shares.heldout))
    if validation + heldout > len(dealt) // 2:
        raise TrainingRefused(
            "setting_invalid", "validation and held-out together take more than half of the questions"
        )
    parts = (dealt[validation + heldout :], dealt[:validation], dealt[validation : validation + heldout])
    train, checked, examined = (_in_order(part, groups) for part in parts)
    return Split(train, checked, examined, len(groups), duplicates, near, _contradictions(unique))


def _without_repeats(rows: Sequence[CleanRow]) -> tuple[list[CleanRow], int, int]:
    exact: set[tuple[str, ...]] = set()
    close: set[tuple[str, ...]] = set()
    unique, duplicates, near = [], 0, 0
    for row in rows:
        texts = tuple(f"{message.role}:{message.content}" for message in row.dialogue.messages)
        folded = tuple(normalise(text) for text in texts)
        if texts in exact:
            duplicates += 1
        elif folded in close:
            near += 1
        else:
            unique.append(row)
        exact.add(texts)
        close.add(folded)
    return unique, duplicates, near


def _groups(rows: Sequence[CleanRow]) -> dict[str, list[CleanRow]]:
    """Rows that share a question, directly or through others, under the least of their questions."""
    leader: dict[str, str] = {}

    def find(question: str) -> str:
        leader.setdefault(question, question)
        while leader[question] != question:
            leader[question] = leader[leader[question]]
            question = leader[question]
        return question

    for row in rows:
        first, *others = _questions(row)
        for other in others:
            low, high = sorted((find(first), find(other)))
            leader[high] = low
    groups: dict[str, list[CleanRow]] = defaultdict(list)
    for row in rows:
        groups[find(_questions(row)[0])].append(row)
    return groups


def _questions(row: CleanRow) -> list[str]:
    """The last question first, then the earlier ones; a greeting before it is none."""
    said = [normalise(m.content) for m in row.dialogue.messages if m.role == "user"]
    return [said[-1], *(text for text in said[:-1] if len(text) > _GREETING_CHARACTERS)]


def _in_order(keys: Iterable[str], groups: dict[str, list[CleanRow]]) -> tuple[CleanRow, ...]:
    rows = [row for key in keys for row in groups[key]]
    return tuple(sorted(rows, key=lambda row: (row.source, row.row)))


def _contradictions(rows: Sequence[CleanRow]) -> int:
    """How many questions are answered in more than one way."""
    answers: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in rows:
        answers[tuple(normalise(m.content) for m in row.dialogue.prompt)].add(normalise(row.dialogue.answer))
    return sum(len(different) > 1 for different in answers.values())
