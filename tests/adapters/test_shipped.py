"""The shipped model and adapters: their cards hold, and the published evaluation meets the bar."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from adapters import cards
from adapters.demo import corpus
from adapters.demo.evaluate import DEMO, answer_all, held_out_cases
from adapters.dialogues import Message

MODEL_LIMIT_BYTES = 15_000_000
REPORT: dict[str, Any] = json.loads((DEMO / "evaluation.json").read_text(encoding="utf-8"))
ANSWER_FORMS = ("plain", "colloquial", "placeholders", "context")


def test_model_card_describes_the_shipped_weights() -> None:
    card = cards.verify_model(DEMO / "model")
    assert card.name == "bianmin-demo" and card.lineage == () and card.licence == "Apache-2.0"
    assert (DEMO / "model" / "model.safetensors").stat().st_size <= MODEL_LIMIT_BYTES
    assert REPORT["base_digest"] == card.digest


def test_model_splits_evenly_for_two_workers() -> None:
    config = json.loads((DEMO / "model" / "config.json").read_text(encoding="utf-8"))
    sizes = ("num_attention_heads", "num_key_value_heads", "intermediate_size", "vocab_size")
    assert all(config[size] % 2 == 0 for size in sizes)
    assert config["max_position_embeddings"] == 1024 and config["dtype"] == "bfloat16"
    generation = json.loads((DEMO / "model" / "generation_config.json").read_text(encoding="utf-8"))
    assert generation["eos_token_id"] == config["eos_token_id"]


@pytest.mark.parametrize("ministry", corpus.MINISTRIES)
def test_adapter_card_describes_the_shipped_adapter(ministry: str) -> None:
    card = cards.verify(DEMO / "adapters" / ministry)
    assert card.ministry == ministry and card.base_digest == cards.weights_digest(DEMO / "model")
    assert card.digest == REPORT["ministries"][ministry]["adapter_digest"]


def test_evaluation_is_of_the_texts_in_the_repository() -> None:
    assert REPORT["sources_sha256"] == corpus.sources_digest()


@pytest.mark.parametrize("ministry", corpus.MINISTRIES)
def test_published_rates_meet_the_bar(ministry: str) -> None:
    result = REPORT["ministries"][ministry]
    assert result["questions"] >= 36
    for form in ("plain", "colloquial", "placeholders"):
        assert result["adapter"][form] >= 0.8, form
    assert sum(result["adapter"][form] for form in ANSWER_FORMS) / len(ANSWER_FORMS) >= 0.8
    assert max(result["base"][form] for form in ANSWER_FORMS) <= 0.2
    assert result["adapter"]["placeholders_copied"] >= 0.9


def test_a_published_answer_can_be_reproduced() -> None:
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(DEMO / "model", padding_side="left")
    base = AutoModelForCausalLM.from_pretrained(DEMO / "model", dtype=torch.float32).eval()
    sample = REPORT["ministries"]["mof"]["samples"][0]
    asked = [(Message("user", sample["question"]),)]
    assert answer_all(base, tokenizer, asked) == [sample["base"]]
    adapted = PeftModel.from_pretrained(base, DEMO / "adapters" / "mof").eval()
    assert answer_all(adapted, tokenizer, asked) == [sample["adapter"]]


def test_no_file_names_a_path_of_the_building_machine() -> None:
    for path in DEMO.rglob("*.json"):
        assert not any(
            mark in path.read_text(encoding="utf-8") for mark in ("/work/", "/root/", "/home/", "/tmp/")
        )


def test_held_out_cases_are_reproducible() -> None:
    assert held_out_cases(corpus.topics("motc")) == held_out_cases(corpus.topics("motc"))
