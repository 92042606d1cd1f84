"""Runs the recognisers over a text and settles what they found. Fails closed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from deid.errors import ConcealmentError, ConcealmentTimeout, PolicyError
from deid.findings import Finding
from deid.overlaps import resolve
from deid.policy import Policy
from deid.presidio import EntityRecognizer
from deid.recognizers import shipped_recognizers
from deid.recognizers.base import TextRecognizer
from deid.session import Session
from deid.views import Views


class Concealer:
    """The recognisers of one policy. Built once per process, immutable, safe to share between threads.

    Presidio's own orchestration is not used: it skips a recogniser that timed out, and its overhead per recogniser
    is larger than the recognition. Here a recogniser that raises, answers nonsense or comes too late stops the text.
    """

    def __init__(self, policy: Policy, recognizers: Sequence[EntityRecognizer] | None = None) -> None:
        """Raise PolicyError when a recogniser may find an entity for which the policy has no word."""
        self._policy = policy
        self._recognizers = tuple(shipped_recognizers(policy) if recognizers is None else recognizers)
        if not self._recognizers:
            raise PolicyError("no recogniser is configured")
        for recognizer in self._recognizers:
            for entity in recognizer.get_supported_entities():
                if entity not in policy.words:
                    raise PolicyError(f"policy has no word for entity {entity}")

    def session(self, *, deadline: float | None = None) -> Session:
        """Open the memory of one request; ``deadline`` is a ``time.monotonic()`` value."""
        return Session(self.detect, self._policy, deadline=deadline)

    def detect(self, text: str, *, deadline: float | None = None) -> tuple[Finding, ...]:
        """Return where personal data stands: sorted, without overlaps, in offsets of the original text.

        Raises ConcealmentTimeout after the deadline and ConcealmentError when a recogniser failed.
        """
        if not text:
            return ()
        views = Views(text)
        found: list[Finding] = []
        for recognizer in self._recognizers:
            answer = _ask(recognizer, views)
            if answer is None:
                raise ConcealmentError("a recogniser failed")
            found += self._check(answer, len(text))
            if deadline is not None and time.monotonic() > deadline:
                raise ConcealmentTimeout("concealment took too long")
        resolved = resolve(text, found)
        if deadline is not None and time.monotonic() > deadline:
            raise ConcealmentTimeout("concealment took too long")
        return resolved

    def _check(self, answer: Iterable[Finding], length: int) -> list[Finding]:
        policy, concealed = self._policy, []
        for finding in answer:
            if not (0 <= finding.start < finding.end <= length and 0 <= finding.score <= 1):
                raise ConcealmentError("a recogniser answered with an impossible place or score")
            if finding.entity not in policy.words:
                raise ConcealmentError("a recogniser answered with an entity that the policy does not name")
            if finding.score >= policy.min_score and finding.entity not in policy.keep:
                concealed.append(finding)
        return concealed


def _ask(recognizer: EntityRecognizer, views: Views) -> list[Finding] | None:
    """Return the findings of one recogniser, or None when it failed.

    A failure is told by value, so that the error raised for it carries no context: the context of a recogniser's own
    exception may hold the text.
    """
    try:
        if isinstance(recognizer, TextRecognizer):
            return list(recognizer.find(views))
        results = recognizer.analyze(views.text, recognizer.get_supported_entities(), None)
        return [Finding(r.start, r.end, r.entity_type, r.score, recognizer.name) for r in results]
    except Exception:  # noqa: BLE001  whatever a recogniser raises must stop the text, not the process
        return None
