"""An NlpEngine for Presidio without any language model: its artifacts carry the shared views.

For users of a stock ``AnalyzerEngine`` only. Importing this module imports Presidio in full, and with it spaCy;
``Concealer`` needs neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from deid.views import Views


class ViewArtifacts(NlpArtifacts):  # type: ignore[misc]  # Presidio is not type-checked
    """No tokens, no lemmas: Presidio's context words are dead for Chinese, cues are read from the views."""

    def __init__(self, views: Views, engine: ViewEngine, language: str) -> None:
        super().__init__([], [], [], [], engine, language)
        self.views = views


class ViewEngine(NlpEngine):  # type: ignore[misc]  # Presidio is not type-checked
    """Builds the views of each text once for all recognisers."""

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> ViewArtifacts:
        return ViewArtifacts(Views(text), self, language)

    def process_batch(
        self, texts: Iterable[str], language: str, *_: Any, **__: Any
    ) -> Iterator[tuple[str, ViewArtifacts]]:
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        return False

    def is_punct(self, word: str, language: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return ["zh"]
