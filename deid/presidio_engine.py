"""An NlpEngine for Presidio without any language model: its artifacts carry the shared views.

For users of a stock ``AnalyzerEngine`` only. Importing this module imports Presidio in full, and with it spaCy;
``Concealer`` needs neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from deid.views import Views


class ViewArtifacts(NlpArtifacts):  # type: ignore[misc]  # Presidio is not type-checked
    """No tokens, no lemmas: Presidio's context words are dead for Chinese, cues are read from the views."""

    def __init__(self, views: Views, engine: ViewEngine, language: str) -> None:
        super().__init__([], [], [], [], engine, language)
        self.views = views

    def to_json(self) -> str:
        """Return what Presidio writes into its log of decisions: nothing of the text."""
        return "{}"


class ViewEngine(NlpEngine):  # type: ignore[misc]  # Presidio is not type-checked
    """Builds the views of each text once for all recognisers.

    Presidio's own configuration names it ``views``; of the models there only the languages count.
    """

    engine_name, is_available = "views", True

    def __init__(self, models: Iterable[Mapping[str, str]] = ({"lang_code": "zh"},), **_: object) -> None:
        """Raise KeyError for a model without ``lang_code``."""
        self.nlp = {model["lang_code"]: None for model in models}

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> ViewArtifacts:
        return ViewArtifacts(Views(text), self, language)

    def process_batch(
        self, texts: Iterable[Any], language: str, *_: object, as_tuples: bool = False, **__: object
    ) -> Iterator[tuple[Any, ...]]:
        """Yield each text and its artifacts; with ``as_tuples``, of texts with a context, the context too."""
        for item in texts:
            text, *context = item if as_tuples else (item,)
            yield text, self.process_text(text, language), *context

    def is_stopword(self, word: str, language: str) -> bool:
        return False

    def is_punct(self, word: str, language: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return list(self.nlp)
