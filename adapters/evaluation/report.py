"""What an evaluation found: plain values with a stable JSON form."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from adapters.evaluation.material import Subject

REPORT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure for each of the compared; None where it was not or could not be measured."""

    candidate: float | None = None
    base: float | None = None
    serving: float | None = None

    def __post_init__(self) -> None:
        for role in ("candidate", "base", "serving"):
            value = getattr(self, role)
            if value is not None and not math.isfinite(value):
                object.__setattr__(self, role, None)


@dataclass(frozen=True, slots=True)
class CanaryResult:
    """How well one planted secret is remembered; exposures are bits, see `exposure.py`. Never the secret."""

    name: str
    guarded: bool
    exposure_bits: float
    rank_bits: float
    base_exposure_bits: float
    extracted: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """A held-out question with its reference and everyone's answer; personal values are masked."""

    question: str
    reference: str
    answers: Mapping[str, str]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A case of a shared set that the candidate did not pass."""

    set: str
    group: str
    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found about one candidate. `measures` has the names that gates use, see README.md."""

    subject: Subject
    made_at: str
    material_sha256: str
    counts: Mapping[str, int]
    measures: Mapping[str, Measured]
    canaries: tuple[CanaryResult, ...] = ()
    personal_by_type: Mapping[str, int] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    failures: tuple[Failure, ...] = ()
    version: int = REPORT_VERSION

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Raises ValueError when the text is no report of this version."""
        try:
            raw: dict[str, Any] = json.loads(text)
            if raw["version"] != REPORT_VERSION:
                raise ValueError
            raw["subject"] = Subject(**raw["subject"])
            raw["measures"] = {name: Measured(**row) for name, row in raw["measures"].items()}
            raw["canaries"] = tuple(CanaryResult(**row) for row in raw["canaries"])
            raw["samples"] = tuple(
                Sample(**(row | {"faults": tuple(row["faults"])})) for row in raw["samples"]
            )
            raw["failures"] = tuple(Failure(**row) for row in raw["failures"])
            return cls(**raw)
        except (KeyError, TypeError, ValueError):
            raise ValueError(f"not an evaluation report of version {REPORT_VERSION}") from None
