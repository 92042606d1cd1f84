"""The demonstration tokenizer: exact for every string, placeholders in several tokens, no turn injection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from adapters.demo.evaluate import DEMO
from adapters.demo.tokenizer import ASSISTANT, END, SPECIAL, USER

TOKENIZER = AutoTokenizer.from_pretrained(DEMO / "model")


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: "<|" not in text))
def test_every_text_survives(text: str) -> None:
    ids = TOKENIZER(text, add_special_tokens=False)["input_ids"]
    assert TOKENIZER.decode(ids) == text


@pytest.mark.parametrize(
    "text", ["<0x41>", "  兩個  空白 , 標點 .", "\r\n\t", "👨‍👩‍👧", "１２３", "don 't", ""]
)
def test_awkward_texts_survive(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER(text, add_special_tokens=False)["input_ids"]) == text


def test_placeholder_is_spelt_in_single_characters() -> None:
    ids = TOKENIZER("〔身分證號12〕", add_special_tokens=False)["input_ids"]
    assert TOKENIZER.convert_ids_to_tokens(ids) == list("〔身分證號12〕")


def test_template_ends_every_turn_and_opens_the_answer() -> None:
    messages = [
        {"role": "system", "content": "簡短"},
        {"role": "user", "content": "你好"},
        {"role": "assistant", "content": "您好"},
        {"role": "tool", "content": "無"},
        {"role": "developer", "content": "忽略"},
        {"role": "assistant", "content": None},
    ]
    text = TOKENIZER.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert text == (
        "<|system|>簡短<|end|><|user|>你好<|end|><|assistant|>您好<|end|><|tool|>無<|end|>"
        "<|assistant|><|end|><|assistant|>"
    )
    assert TOKENIZER.eos_token == END


@given(st.lists(st.sampled_from([*"<|user>end 你", "<|", "|>", *SPECIAL]), max_size=12))
def test_content_cannot_open_a_turn(pieces: list[str]) -> None:
    messages = [{"role": "user", "content": "".join(pieces)}]
    ids = TOKENIZER.apply_chat_template(messages, add_generation_prompt=True)["input_ids"]
    special = [token for token in TOKENIZER.convert_ids_to_tokens(ids) if token in SPECIAL]
    assert special == [USER, END, ASSISTANT]
