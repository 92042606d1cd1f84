from __future__ import annotations

import importlib.resources
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import deid.recognizers
from deid import Concealer, load_policy
from deid.presidio import EntityRecognizer


def test_deid_loads_neither_spacy_nor_torch() -> None:
    code = "import deid, sys; print(*({'spacy', 'torch', 'transformers', 'presidio_analyzer'} & sys.modules.keys()))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""


def shipped_registry() -> Any:
    from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

    registry_file = importlib.resources.files(deid.recognizers) / "registry.yaml"
    return RecognizerRegistryProvider(conf_file=str(registry_file)).create_recognizer_registry()


def test_a_stock_analyzer_engine_loads_these_recognisers(concealer: Concealer) -> None:
    import presidio_analyzer

    from deid.presidio_engine import ViewEngine

    assert presidio_analyzer.EntityRecognizer is EntityRecognizer
    registry = shipped_registry()
    engine = presidio_analyzer.AnalyzerEngine(
        registry=registry, nlp_engine=ViewEngine(), supported_languages=["zh"]
    )
    shipped = {type(recognizer) for recognizer in deid.recognizers.shipped_recognizers(concealer._policy)}
    assert {type(recognizer) for recognizer in registry.recognizers} == shipped
    text = "我叫陳怡君，身分證A123456789，手機０９１２－３４５－６７８"
    found = {(result.start, result.end, result.entity_type) for result in engine.analyze(text, language="zh")}
    assert found == {(f.start, f.end, f.entity) for f in concealer.detect(text)}
    assert engine.analyze(text, language="zh", entities=["PHONE"])[0].entity_type == "PHONE"


def test_a_logged_decision_holds_nothing_of_the_text(caplog: pytest.LogCaptureFixture) -> None:
    from presidio_analyzer import AnalyzerEngine

    from deid.presidio_engine import ViewEngine

    engine = AnalyzerEngine(
        registry=shipped_registry(), nlp_engine=ViewEngine(), supported_languages=["zh"], log_decision_process=True
    )
    with caplog.at_level(logging.INFO):
        assert engine.analyze("我叫陳怡君", language="zh")
    assert "陳怡君" not in ViewEngine().process_text("我叫陳怡君", "zh").to_json()
    assert any(record.name == "decision_process" for record in caplog.records)
    assert not any("陳怡君" in record.getMessage() for record in caplog.records)


def test_presidios_own_configuration_builds_the_engine(tmp_path: Path) -> None:
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    from deid.presidio_engine import ViewEngine

    conf = tmp_path / "engine.yaml"
    conf.write_text("nlp_engine_name: views\nmodels: [{lang_code: zh, model_name: none}]", encoding="utf-8")
    engine = NlpEngineProvider(nlp_engines=(ViewEngine,), conf_file=conf).create_engine()
    assert engine.get_supported_languages() == ["zh"] and engine.is_loaded()
    assert [text for text, _ in engine.process_batch(["甲", "乙"], "zh", batch_size=2)] == ["甲", "乙"]
    ((text, artifacts, context),) = engine.process_batch([("甲", 7)], "zh", as_tuples=True)
    assert (text, artifacts.views.text, context) == ("甲", "甲", 7)


@pytest.mark.parametrize("recognizer", ["TwUbnRecognizer", "TelephoneRecognizer", "LearnedValueRecognizer"])
def test_a_registry_asks_for_no_other_entities_than_a_recogniser_finds(recognizer: str) -> None:
    build = next(one for one in shipped_recognizer_types() if one.__name__ == recognizer)
    found = build().supported_entities
    assert build(supported_entities=found).supported_entities == found
    with pytest.raises(ValueError, match=recognizer):
        build(supported_entities=["US_SSN"])


def shipped_recognizer_types() -> set[Any]:
    return {type(one) for one in deid.recognizers.shipped_recognizers(load_policy("default"))}
