"""Runs the recognisers over a text and settles what they found. Fails closed."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from deid.continued import with_continuations
from deid.errors import ConcealmentError, PolicyError
from deid.findings import Finding
from deid.generalise import with_area
from deid.officials import in_role
from deid.overlaps import fill_gaps, resolve
from deid.patterns import compile_all
from deid.policy import KEEP, MASK, Policy
from deid.presidio import EntityRecognizer
from deid.published import PublishedValues
from deid.recognizers import shipped_recognizers
from deid.recognizers.base import TextRecognizer
from deid.repeated import with_repeats
from deid.session import Session
from deid.special_category import speaks_of_special_category
from deid.tagger.tagger import load_tagger
from deid.views import Views

_Answer = list[Finding] | None
_ANSWERED = "answers"


class Concealer:
    """The recognisers of one policy. Built once per process, immutable, safe to share between threads.

    Presidio's own orchestration is not used: it skips a recogniser that timed out, and its overhead per recogniser
    is larger than the recognition. Here a recogniser that raises, answers nonsense or comes too late stops the text.
    """

    def __init__(self, policy: Policy, recognizers: Sequence[EntityRecognizer] | None = None) -> None:
        """Raise PolicyError when a recogniser may find an entity for which the policy has no word."""
        self._policy = policy
        recognizers = tuple(shipped_recognizers(policy) if recognizers is None else recognizers)
        if not recognizers:
            raise PolicyError("no recogniser is configured")
        for recognizer in recognizers:
            for entity in recognizer.get_supported_entities():
                if entity not in policy.words:
                    raise PolicyError(f"policy {policy.name} has no word for entity {entity}")
        doubted = (isinstance(one, TextRecognizer) and one.LAST_RESORT for one in recognizers)
        self._readers = tuple(zip(map(_reader, recognizers), doubted, strict=True))
        self._published = PublishedValues(policy.public_values, policy.words)
        self._enough = {strict: _scores_that_count(policy, strict=strict) for strict in (False, True)}

    def session(self, *, deadline: float | None = None, views_of: Callable[[str], Views] = Views) -> Session:
        """Open the memory of one request; ``deadline`` is a ``time.monotonic()`` value."""
        return Session(self.detect, self._policy, deadline=deadline, views_of=views_of)

    def refusing_session(self) -> Session:
        """Open a session that refuses every text: the policy it should have had is missing."""

        def refuse(text: str | Views, *, deadline: float | None = None, strict: bool = False) -> tuple[Finding, ...]:
            raise ConcealmentError("the policy is missing")

        return Session(refuse, self._policy)

    def warm_up(self) -> None:
        """Load and compile what the first texts would wait for, in about a second: for servers. Asks no recogniser."""
        self.session()  # compiles what a placeholder that somebody types looks like
        load_tagger()
        speaks_of_special_category("")
        compile_all()

    def read_ahead(self, texts: Collection[Views]) -> None:
        """Ask the recognisers about several texts, one recogniser after the other, for ``detect`` to settle later.

        What is found is the same; it takes less time, since the code of each stays in the processor's cache.
        """
        load_tagger().read_ahead(texts)
        for views in texts:
            speaks_of_special_category(views)
        answers: list[list[_Answer]] = [[] for _ in texts]
        for reader, _ in self._readers:
            for views, known in zip(texts, answers, strict=True):
                known.append(_ask(reader, views))
        for views, known in zip(texts, answers, strict=True):
            views.cache[_ANSWERED] = self, known

    def detect(
        self, text: str | Views, *, deadline: float | None = None, strict: bool = False
    ) -> tuple[Finding, ...]:
        """Return where personal data stands: sorted, without overlaps, in offsets of the original text.

        With ``strict`` the policy's profile for special categories holds.

        Raises ConcealmentTimeout after the deadline and ConcealmentError when a recogniser failed.
        """
        views = Views.of(text)
        text = views.text
        if not text:
            return ()
        views.deadline = deadline
        found: list[Finding] = []
        doubtful: list[Finding] = []
        for (_, last_resort), answer in zip(self._readers, self._answers(views), strict=True):
            views.check_deadline()
            if answer is None:
                raise ConcealmentError("a recogniser failed")
            if answer:
                (doubtful if last_resort else found).extend(self._check(answer, len(text), strict))
        settled = resolve(text, found)
        if doubtful:
            settled = fill_gaps(text, settled, resolve(text, doubtful))
        private = [one for one in self._with_areas(views, settled, strict) if not self._is_public(views, one, strict)]
        told = with_continuations(views, private, partial(self._conceals, views, strict=strict))
        resolved = with_repeats(views, told)
        views.check_deadline()
        return resolved

    def _answers(self, views: Views) -> Iterable[_Answer]:
        """Return what each recogniser answers: asked for in turn, where this concealer has not read ahead."""
        reader, answers = views.cache.get(_ANSWERED, (None, ()))
        return answers if reader is self else (_ask(reader, views) for reader, _ in self._readers)

    def _check(self, answer: Iterable[Finding], length: int, strict: bool) -> list[Finding]:
        enough, concealed = self._enough[strict], []
        for finding in answer:
            if not (0 <= finding.start < finding.end <= length and 0 <= finding.score <= 1):
                raise ConcealmentError("a recogniser answered with an impossible place or score")
            if finding.entity not in enough:
                raise ConcealmentError("a recogniser answered with an entity that the policy does not name")
            if finding.score >= enough[finding.entity]:
                concealed.append(finding)
        return concealed

    def _conceals(self, views: Views, finding: Finding, *, strict: bool) -> bool:
        enough = self._enough[strict].get(finding.entity, math.inf)
        return finding.score >= enough and not self._is_public(views, finding, strict)

    def _with_areas(self, views: Views, found: Sequence[Finding], strict: bool) -> Iterator[Finding]:
        """Let addresses take in their city and district where the policy says what becomes of these."""
        policy, end = self._policy, 0
        masked = policy.action("TW_ADDRESS", strict=strict) == MASK
        ends = chain((following.start for following in found[1:]), (len(views.text),))
        for finding, highest in zip(found, ends, strict=False):
            if finding.entity == "TW_ADDRESS" and not (masked and policy.keep_areas and not strict):
                first, last = with_area(views, finding.start, finding.end)
                finding = replace(finding, start=max(end, first), end=min(highest, last))
            end = finding.end
            yield finding

    def _is_public(self, views: Views, finding: Finding, strict: bool) -> bool:
        """Whether the agency has published this very value, or it is the name of an official in office."""
        officials = self._policy.keep_officials and not strict and finding.entity == "PERSON"
        start, end = finding.start, finding.end
        if officials and in_role(views.text, start, end):
            return True
        if not self._published:
            return False
        if finding.entity == "TW_ADDRESS":
            start, end = with_area(views, start, end)
        return self._published.hold(finding.entity, views.text[start:end])


def _scores_that_count(policy: Policy, *, strict: bool) -> dict[str, float]:
    """Return the least score that conceals a value of each entity; none does where the policy keeps it."""
    return {
        entity: math.inf if policy.action(entity, strict=strict) == KEEP else policy.threshold(entity, strict=strict)
        for entity in policy.words
    }


def _reader(recognizer: EntityRecognizer) -> Callable[[Views], Iterable[Finding]]:
    """Return what finds the places of a text: ours over the shared views, or Presidio's over its own."""
    if isinstance(recognizer, TextRecognizer):
        return recognizer.find

    def read(views: Views) -> list[Finding]:
        results = recognizer.analyze(views.text, recognizer.get_supported_entities(), None)
        return [Finding(r.start, r.end, r.entity_type, r.score, recognizer.name) for r in results]

    return read


def _ask(reader: Callable[[Views], Iterable[Finding]], views: Views) -> _Answer:
    """Return the findings of one recogniser, or None when it failed.

    A failure is told by value, so that the error raised for it carries no context: the context of a recogniser's own
    exception may hold the text.
    """
    try:
        return list(reader(views))
    except Exception:  # noqa: BLE001  whatever a recogniser raises must stop the text, not the process
        return None
