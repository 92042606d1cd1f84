"""What an adapter is examined with: its own held-out dialogues and canaries, and the sets that all share."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from adapters.canaries import CANARY_FILE, Plants, load_plants
from adapters.dialogues import Dialogue, DialogueError, dialogues_digest, read_dialogues
from adapters.evaluation.errors import EvaluationFailed

HELDOUT_FILE, QUESTIONS_FILE = "heldout.jsonl", "questions.jsonl"
_T = TypeVar("_T")
_MOST_HELDOUT = 200
_MOST_QUESTIONS = 64


@dataclass(frozen=True, slots=True)
class Subject:
    """The engine-side names of what is compared; `serving` is the version that serves now, if one does."""

    candidate: str
    base: str
    serving: str | None = None

    def names(self) -> dict[str, str]:
        """Role and engine-side name of each."""
        roles = {"candidate": self.candidate, "base": self.base}
        return roles | ({"serving": self.serving} if self.serving else {})


@dataclass(frozen=True, slots=True)
class Case:
    """A prompt of a shared set, and what its answer must hold one of, or none of."""

    group: str
    prompt: str
    any: tuple[str, ...]
    none: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that is asked. `plants` is None for an adapter that was trained elsewhere."""

    heldout: tuple[Dialogue, ...] = field(repr=False)
    questions: tuple[str, ...] = field(repr=False)
    plants: Plants | None = field(repr=False)
    regression: tuple[Case, ...]
    safety: tuple[Case, ...]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the held-out dialogues and the shared sets."""
        total = hashlib.sha256(dialogues_digest(self.heldout).encode())
        for case in (*self.regression, *self.safety):
            total.update(json.dumps([case.group, case.prompt, case.any, case.none]).encode())
        return total.hexdigest()


def load_material(folder: Path) -> Material:
    """Read a submission's folder. Raises EvaluationFailed(material_unreadable), naming the file."""
    try:
        heldout = read_dialogues(folder / HELDOUT_FILE) if (folder / HELDOUT_FILE).exists() else []
        plants = load_plants(folder / CANARY_FILE) if (folder / CANARY_FILE).exists() else None
    except DialogueError as exc:
        raise EvaluationFailed("material_unreadable", f"{HELDOUT_FILE}: {exc}") from None
    except (OSError, ValueError) as exc:
        raise EvaluationFailed("material_unreadable", str(exc)) from None
    return Material(
        heldout=tuple(_evenly(heldout, _MOST_HELDOUT)),
        questions=tuple(_evenly(_questions(folder / QUESTIONS_FILE), _MOST_QUESTIONS)),
        plants=plants,
        regression=shared_set("regression"),
        safety=shared_set("safety"),
    )


def shared_set(name: str) -> tuple[Case, ...]:
    """One of the sets of this package."""
    groups = tomllib.loads(read_set(f"{name}.toml"))["group"]
    return tuple(_case(group, one) for group in groups for one in group.get("cases", group.get("prompts")))


def read_set(file: str) -> str:
    return resources.files("adapters.evaluation").joinpath("sets").joinpath(file).read_text(encoding="utf-8")


def _case(group: Mapping[str, Any], one: str | Mapping[str, Any]) -> Case:
    rules = group if isinstance(one, str) else one
    prompt = one if isinstance(one, str) else one["prompt"]
    return Case(group["name"], prompt, tuple(rules.get("any", ())), tuple(rules.get("none", ())))


def _questions(path: Path) -> list[str]:
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        return [str(json.loads(line)["question"]) for line in lines if line.strip()]
    except (OSError, ValueError, KeyError, TypeError):
        raise EvaluationFailed("material_unreadable", f"{path.name} is not lines of questions") from None


def _evenly(rows: list[_T], most: int) -> list[_T]:
    """So many of the rows at most, from the whole length of the list."""
    return rows if len(rows) <= most else [rows[place * len(rows) // most] for place in range(most)]
