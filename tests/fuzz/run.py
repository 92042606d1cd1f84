"""Runs the checks on drawn texts, round by round; every round is a function of its seed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from deid import ConcealmentError
from tests.fuzz.checks import CHECKS, Subject
from tests.fuzz.texts import Case, cases

REFUSED, RAISED = "no text is refused without a deadline", "nothing but ConcealmentError is raised"


@dataclass(frozen=True)
class Failure:
    """A promise that did not hold. The text stays out of every representation."""

    check: str
    seed: int
    case: Case = field(repr=False)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.case.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def __str__(self) -> str:
        return (
            f"FAILED: {self.check}; seed {self.seed}, {len(self.case.text)} characters, sha256 {self.digest}"
        )


class _Broken(Exception):
    """Tells Hypothesis that a case failed."""


class Round:
    """One round on one seed. Each check counts once: after its first failure the round is run without it."""

    def __init__(self, subject: Subject, number: int, examples: int, *, shrink: bool = False) -> None:
        self._subject = subject
        self._seed = number
        self._phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
        self._examples = examples
        self.tried = 0

    def failures(self) -> Iterator[Failure]:
        done: set[str] = set()
        while (failure := self._first_failure(done)) is not None:
            done.add(failure.check)
            yield failure

    def _first_failure(self, done: set[str]) -> Failure | None:
        seen: list[Failure] = []
        self.tried = 0

        @seed(self._seed)
        @settings(
            max_examples=self._examples,
            deadline=None,
            database=None,
            phases=self._phases,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            print_blob=False,
            report_multiple_bugs=False,
        )
        @given(cases())
        def attempt(case: Case) -> None:
            self.tried += 1
            wanted = (
                [seen[0].check] if seen else [name for name in (*CHECKS, REFUSED, RAISED) if name not in done]
            )
            failed = self._failing(case, wanted)
            if failed is not None:
                seen.append(Failure(failed, self._seed, case))
                raise _Broken

        try:
            attempt()
        except _Broken:
            return seen[-1]
        return None

    def _failing(self, case: Case, wanted: list[str]) -> str | None:
        """Return the first wanted promise that the case breaks."""
        for name, check in CHECKS.items():
            try:
                failed = None if check(self._subject, case) else name
            except ConcealmentError:
                failed = REFUSED
            except Exception:  # noqa: BLE001  whatever it is, it broke the promise
                failed = RAISED
            if failed in wanted:
                return failed
        return None


def fuzz(
    subject: Subject, first_seed: int, seconds: float, examples: int, *, shrink: bool = False
) -> Iterator[Round | Failure]:
    """Yield the failures of each round, then the round, until the time is over: at least one round."""
    end = time.monotonic() + seconds
    number = first_seed
    while True:
        current = Round(subject, number, examples, shrink=shrink)
        yield from current.failures()
        yield current
        number += 1
        if time.monotonic() > end:
            return
