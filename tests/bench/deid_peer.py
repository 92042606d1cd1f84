"""Stock Presidio as the peer: its engine and its five generic recognisers, without a language model or network."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

_UNUSED = ("torch", "transformers")


def open_presidio() -> Callable[[str], object]:
    """Return the analysis of one text.

    spaCy loads torch where torch is installed; nothing here runs it, so it stays out. The list of public suffixes
    comes from the package: the lookup on the network that an e-mail address would set off is no part of the work.
    """
    hidden = [name for name in _UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        import tldextract.tldextract as suffixes
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import NoOpNlpEngine
        from presidio_analyzer.predefined_recognizers import (
            CreditCardRecognizer,
            EmailRecognizer,
            IpRecognizer,
            PhoneRecognizer,
            UrlRecognizer,
        )
    finally:
        for name in hidden:
            del sys.modules[name]
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    suffixes.TLD_EXTRACTOR = suffixes.TLDExtract(cache_dir=None, suffix_list_urls=())
    kinds = (CreditCardRecognizer, EmailRecognizer, IpRecognizer, PhoneRecognizer, UrlRecognizer)
    registry = RecognizerRegistry([kind() for kind in kinds], supported_languages=["en"])
    engine = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}])
    engine.load()
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
    return lambda text: analyzer.analyze(text, language="en")
