from __future__ import annotations

import importlib.resources
import subprocess
import sys

import deid.recognizers
from deid import Concealer
from deid.presidio import EntityRecognizer


def test_deid_loads_neither_spacy_nor_torch() -> None:
    code = "import deid, sys; print(*({'spacy', 'torch', 'transformers', 'presidio_analyzer'} & sys.modules.keys()))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""


def test_a_stock_analyzer_engine_loads_these_recognisers(concealer: Concealer) -> None:
    import presidio_analyzer
    from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

    from deid.presidio_engine import ViewEngine

    assert presidio_analyzer.EntityRecognizer is EntityRecognizer
    registry_file = importlib.resources.files(deid.recognizers) / "registry.yaml"
    registry = RecognizerRegistryProvider(conf_file=str(registry_file)).create_recognizer_registry()
    engine = presidio_analyzer.AnalyzerEngine(
        registry=registry, nlp_engine=ViewEngine(), supported_languages=["zh"]
    )
    shipped = {type(recognizer) for recognizer in deid.recognizers.shipped_recognizers(concealer._policy)}
    assert {type(recognizer) for recognizer in registry.recognizers} == shipped
    text = "我叫陳怡君，身分證A123456789，手機０９１２－３４５－６７８"
    found = {(result.start, result.end, result.entity_type) for result in engine.analyze(text, language="zh")}
    assert found == {(f.start, f.end, f.entity) for f in concealer.detect(text)}
    assert engine.analyze(text, language="zh", entities=["PHONE"])[0].entity_type == "PHONE"
