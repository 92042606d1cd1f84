"""No question is learnt and examined both; the split does not depend on the order of the rows."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.dialogues import Dialogue, Message
from adapters.training.concealment import CleanRow
from adapters.training.errors import TrainingRefused
from adapters.training.split import MINIMUM_QUESTIONS, Shares, Split, normalise, split_rows


def _row(number: int, question: str, answer: str = "請洽學校。", before: str = "") -> CleanRow:
    earlier = (Message("user", before), Message("assistant", "是的。")) if before else ()
    messages = (*earlier, Message("user", question), Message("assistant", answer))
    return CleanRow("chat.jsonl", number, Dialogue(messages), False)


def _questions(rows: tuple[CleanRow, ...]) -> set[str]:
    return {normalise(m.content) for row in rows for m in row.dialogue.messages if m.role == "user"}


def _parts(split: Split) -> list[set[str]]:
    return [_questions(part) for part in (split.train, split.validation, split.heldout)]


SPELLINGS = (
    "第{}個問題怎麼辦",
    "第{}個問題，怎麼辦？",
    "第 {} 個問題怎麼辦!",
    "第{}個問題怎麼辦〔姓名1〕",
    "第{}個問題怎麼辦〔姓名2〕",
)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 9),
    drawn=st.lists(st.tuples(st.integers(0, 79), st.sampled_from(SPELLINGS), st.integers(0, 3)), max_size=60),
)
def test_no_question_is_in_two_parts(seed: int, drawn: list[tuple[int, str, int]]) -> None:
    rows = [_row(place, f"第{place}個問題怎麼辦") for place in range(200, 200 + MINIMUM_QUESTIONS)]
    rows += [
        _row(1000 + n, s.format(q), f"答案{a}", f"第{a}個問題怎麼辦") for n, (q, s, a) in enumerate(drawn)
    ]
    train, validation, heldout = _parts(split_rows(rows, seed, Shares()))
    assert not train & validation and not train & heldout and not validation & heldout


def test_order_of_rows_does_not_matter_and_the_seed_does() -> None:
    rows = [_row(place, f"第{place}個問題怎麼辦") for place in range(60)]
    shuffled = random.Random(3).sample(rows, len(rows))
    assert _parts(split_rows(rows, 1, Shares())) == _parts(split_rows(shuffled, 1, Shares()))
    assert _parts(split_rows(rows, 1, Shares())) != _parts(split_rows(rows, 2, Shares()))


def test_greeting_before_a_question_does_not_tie_rows_together() -> None:
    rows = [_row(place, f"第{place}個問題怎麼辦", before="你好") for place in range(60)]
    assert split_rows(rows, 1, Shares()).questions == 60


def test_repeats_are_dropped_and_contradictions_counted() -> None:
    rows = [_row(place, f"第{place}個問題怎麼辦") for place in range(60)]
    again = [
        _row(60, "第3個問題怎麼辦"),
        _row(61, "第3個問題，怎麼辦？"),
        _row(62, "第4個問題怎麼辦", "另一個答案"),
    ]
    split = split_rows(rows + again, 1, Shares())
    assert (split.duplicates, split.near_duplicates, split.contradictions) == (1, 1, 1)
    assert sum(map(len, (split.train, split.validation, split.heldout))) == 61


def test_too_few_questions_are_refused_with_how_many_are_needed() -> None:
    with pytest.raises(TrainingRefused, match="29 different questions are too few: at least 30") as refused:
        split_rows([_row(place, f"第{place}個問題怎麼辦") for place in range(29)], 1, Shares())
    assert refused.value.code == "data_too_small"
