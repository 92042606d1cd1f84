"""Presidio's analyzer and anonymizer behind the two paths that LiteLLM calls; runs in the peers' environment.

`python presidio_service.py PORT`. It has Presidio's own pattern recognisers for English, none that needs a language
model, and one pattern each for Taiwan's national ID and mobile numbers, so that it conceals at least those.
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import RecognizerResult

TAIWAN = {
    "TW_NATIONAL_ID": r"(?<![A-Za-z0-9])[A-Z][12][0-9]{8}(?![A-Za-z0-9])",
    "TW_MOBILE": r"(?<![0-9])09[0-9]{2}-[0-9]{3}-[0-9]{3}(?![0-9])",
}


def _open_analyzer() -> AnalyzerEngine:
    nlp = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}])
    nlp.load()
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=nlp)
    registry.remove_recognizer("PhoneRecognizer")  # LiteLLM garbles text where two findings overlap
    for entity, pattern in TAIWAN.items():
        registry.add_recognizer(PatternRecognizer(entity, patterns=[Pattern(entity, pattern, 0.9)]))
    return AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["en"])


app = FastAPI()
analyzer = _open_analyzer()
anonymizer = AnonymizerEngine()


@app.get("/health")
def health() -> dict[str, str]:
    """Ready."""
    return {}


@app.post("/analyze")
def analyze(body: dict[str, Any]) -> list[dict[str, Any]]:
    """As Presidio's own service answers."""
    results = analyzer.analyze(
        body["text"],
        language=body.get("language", "en"),
        entities=body.get("entities"),
        score_threshold=body.get("score_threshold"),
    )
    return [result.to_dict() for result in results]


@app.post("/anonymize")
def anonymize(body: dict[str, Any]) -> dict[str, Any]:
    """As Presidio's own service answers."""
    results = [RecognizerResult.from_json(result) for result in body["analyzer_results"]]
    outcome = anonymizer.anonymize(body["text"], results)
    return {"text": outcome.text, "items": [item.to_dict() for item in outcome.items]}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False)
