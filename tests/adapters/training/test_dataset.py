"""The loss counts the assistant's answers and their end marks, nothing else."""

from __future__ import annotations

from itertools import islice

import pytest
from transformers import AutoTokenizer

from adapters.demo.evaluate import DEMO
from adapters.dialogues import Dialogue, DialogueError, Message
from adapters.training.dataset import IGNORED, encode, encode_all, shuffled_batches

TOKENIZER = AutoTokenizer.from_pretrained(DEMO / "model")
TWO_TURNS = Dialogue(
    (
        Message("system", "簡短"),
        Message("user", "一"),
        Message("assistant", "二三"),
        Message("user", "四"),
        Message("assistant", "五"),
    )
)


def test_labels_are_the_answers_with_their_ends() -> None:
    example = encode(TWO_TURNS, TOKENIZER, max_tokens=64)
    learnt = [token for token in example.labels if token != IGNORED]
    assert TOKENIZER.decode(learnt) == "二三<|end|>五<|end|>"
    assert all(label in (IGNORED, token) for label, token in zip(example.labels, example.ids, strict=True))


def test_too_long_dialogue_is_named_by_row() -> None:
    short = Dialogue((Message("user", "一"), Message("assistant", "二")))
    with pytest.raises(DialogueError, match=r"line 2: .* more than the 10 allowed"):
        encode_all([short, TWO_TURNS], TOKENIZER, max_tokens=10)


def test_template_that_rewrites_earlier_turns_is_refused() -> None:
    tokenizer = AutoTokenizer.from_pretrained(DEMO / "model")
    tokenizer.chat_template = "{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}"
    with pytest.raises(DialogueError, match="does not keep earlier turns"):
        encode(TWO_TURNS, tokenizer, max_tokens=64)


def test_batches_cover_each_epoch_once_and_never_learn_padding() -> None:
    rows = [Dialogue((Message("user", "一" * n), Message("assistant", "二" * n))) for n in range(1, 8)]
    examples = encode_all(rows, TOKENIZER, max_tokens=64)
    batches = list(islice(shuffled_batches(examples, 3, TOKENIZER.pad_token_id, seed=1), 6))
    for epoch in (batches[:3], batches[3:]):
        assert sorted(int(n) for batch in epoch for n in batch.mask.sum(1)) == sorted(
            len(e.ids) for e in examples
        )
    assert all(bool((batch.labels[batch.mask == 0] == IGNORED).all()) for batch in batches)
