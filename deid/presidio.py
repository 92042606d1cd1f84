"""Presidio's recogniser classes, without the rest of Presidio.

``import presidio_analyzer`` loads spaCy, and with it torch where torch is installed: hundreds of megabytes in each
worker and seconds at each start, for the two classes needed here. So their submodules are loaded under a stand-in
for the package, which is withdrawn at once: a later ``import presidio_analyzer`` runs in full and finds the very same
classes, so the recognisers of this package are real ``EntityRecognizer`` subclasses for it too.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer, RecognizerResult
else:

    def _load() -> tuple[type, type]:
        name = "presidio_analyzer"
        if name in sys.modules:
            package = sys.modules[name]
            return package.EntityRecognizer, package.RecognizerResult
        spec = importlib.util.find_spec(name)
        if spec is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        stand_in = ModuleType(name)
        stand_in.__path__ = list(spec.submodule_search_locations)
        sys.modules[name] = stand_in
        try:
            for submodule, attribute in (
                ("analysis_explanation", "AnalysisExplanation"),
                ("recognizer_result", "RecognizerResult"),
                ("entity_recognizer", "EntityRecognizer"),
            ):
                module = importlib.import_module(f"{name}.{submodule}")
                setattr(stand_in, attribute, getattr(module, attribute))
        finally:
            del sys.modules[name]
        return stand_in.EntityRecognizer, stand_in.RecognizerResult

    EntityRecognizer, RecognizerResult = _load()

__all__ = ["EntityRecognizer", "RecognizerResult"]
