"""What every recogniser of this package is: a light ``find`` over shared views, and Presidio's face around it."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from deid.findings import Finding
from deid.presidio import EntityRecognizer, RecognizerResult
from deid.tagger.tagger import load_tagger
from deid.views import Views

# A score that the usual policy lets stand, and the strict profile doesn't.
DOUBTFUL, _DOUBTED_BELOW = 0.3, 0.03
_LETTER = re.compile("[A-Za-z]")


class TextRecognizer(EntityRecognizer):  # type: ignore[misc]  # Presidio is not type-checked
    """Finds one entity in Traditional Chinese text.

    Subclasses implement ``find``. It must take time linear in the text, keep no state, and log nothing.
    """

    ENTITY: ClassVar[str]
    ENTITIES: ClassVar[tuple[str, ...]] = ()
    """All of them, when it finds more than ``ENTITY``."""
    LAST_RESORT: ClassVar[bool] = False
    """Whether its findings count only where no other recogniser found anything."""

    def __init__(
        self,
        supported_language: str = "zh",
        name: str | None = None,
        supported_entities: Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        """Raise ValueError when a registry asks for other entities than this class finds."""
        found = [*self.ENTITIES] or [self.ENTITY]
        if supported_entities is not None and set(supported_entities) != set(found):
            raise ValueError(f"{type(self).__name__} finds {', '.join(found)}, no more and no less")
        super().__init__(found, name=name, supported_language=supported_language, **options)

    def load(self) -> None:
        """Nothing to load: patterns are compiled when they are first needed."""

    @abstractmethod
    def find(self, views: Views) -> Iterable[Finding]:
        """Yield every place, overlaps allowed, in offsets of the original text."""

    def finding(self, views: Views, span: tuple[int, int], score: float) -> Finding:
        """Build a finding from a span of the folded view."""
        return Finding(*views.original_span(*span), self.ENTITY, score, self.name)

    def unless_doubted(self, views: Views, span: tuple[int, int], score: float) -> Finding:
        """Build a finding that only the strict profile hides where the tagger sees next to nothing private."""
        doubted = load_tagger().value_mean(views, *span) < _DOUBTED_BELOW
        return self.finding(views, span, min(score, DOUBTFUL) if doubted else score)

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:
        """Presidio's entry point; reuses the views that ``deid.presidio_engine`` put into the artifacts."""
        if entities and not set(entities) & set(self.supported_entities):
            return []
        views = getattr(nlp_artifacts, "views", None)
        if views is None or views.text != text:
            views = Views(text)
        return [self._result(found) for found in self.find(views) if not entities or found.entity in entities]

    def _result(self, finding: Finding) -> RecognizerResult:
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
        }
        return RecognizerResult(
            finding.entity, finding.start, finding.end, finding.score, recognition_metadata=metadata
        )


def matches_near(
    pattern: re.Pattern[str], text: str, cues: Iterable[re.Match[str]], reach: int
) -> Iterator[re.Match[str]]:
    """Match a pattern in the stretches of a text that lie within ``reach`` characters of a cue, each once."""
    last = 0
    for low, high in _stretches(cues, reach):
        for match in pattern.finditer(text, max(low, last), high):
            last = max(last, match.end())
            yield match


def _stretches(cues: Iterable[re.Match[str]], reach: int) -> Iterator[tuple[int, int]]:
    low = high = -1
    for cue in cues:
        first, last = max(0, cue.start() - reach), cue.end() + reach
        if first > high:
            if high >= 0:
                yield low, high
            low = first
        high = last
    if high >= 0:
        yield low, high


def places_of(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield every place of a name in a text; one in Latin letters only where it is not part of a longer word."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        inside = _LETTER.match(name) and (_LETTER.match(text, end) or (at and _LETTER.match(text, at - 1)))
        if not inside:
            yield at, end
        at = text.find(name, end)


def without_month(views: Views, end: int) -> int:
    """Return where a number really ends: a month in Chinese digits may follow it, 「…853六月到期」."""
    if views.folded[end : end + 1] != "月" or views.folded[end - 1].isascii():
        return end
    end -= 1
    while end and views.folded[end - 1].isspace():
        end -= 1
    return end
