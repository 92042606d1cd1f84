"""Cries for help and what only sounds like one."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.auto import emergency
from adapters.auto.emergencies import DATA
from adapters.auto.questions import (
    demonstration_questions,
    shipped_dangers,
    shipped_no_dangers,
    shipped_questions,
)
from deid import Concealer, load_policy
from tests.adapters.auto import heldout_dangers, heldout_questions

DANGERS = [(kind, text) for kind, texts in shipped_dangers().items() for text in texts]
HARMLESS = shipped_no_dangers()
LEAST_FOUND, MOST_FALSE = 0.60, 0.04


def test_the_tables_are_wide() -> None:
    assert len(DANGERS) >= 80 and len(HARMLESS) >= 120


@pytest.mark.parametrize(("kind", "text"), DANGERS)
def test_danger_is_answered_at_once(kind: str, text: str) -> None:
    found = emergency(text)
    assert found is not None and found.kind == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_a_question_or_a_figure_of_speech_is_not_an_emergency(text: str) -> None:
    assert emergency(text) is None


def test_the_rates_on_unseen_words_keep_above_their_floors() -> None:
    """Measured, not tuned on: docs/decisions/0012-one-door.md."""
    cries, harmless = heldout_dangers()
    found = sum(emergency(text) is not None for _, text in cries)
    false = sum(emergency(text) is not None for text in harmless)
    assert found / len(cries) >= LEAST_FOUND and false / len(harmless) <= MOST_FALSE


def test_concealment_hides_no_emergency() -> None:
    concealer = Concealer(load_policy("default"))
    texts = [
        "王小明說他要去自殺，電話打不通",
        "臺北市信義區市府路1號失火了",
        "我先生陳大文正在打我，我電話0912345678",
    ]
    kinds = [emergency(concealer.session().conceal(text)) for text in texts]
    assert [found.kind if found else None for found in kinds] == ["self_harm", "fire", "violence"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("我不想活了", {"1925", "1995", "1980", "119", "110"}), ("我先生正在打我", {"110", "113", "119"}),
     ("隔壁失火了", {"119"}), ("小孩沒有呼吸了", {"119"})],
)  # fmt: skip
def test_the_text_names_every_number_and_is_short(text: str, numbers: set[str]) -> None:
    found = emergency(text)
    assert found is not None and set(found.numbers) == numbers
    assert all(number in found.text for number in numbers)
    assert len(found.text) < 350


def test_every_kind_of_emergency_has_its_sources() -> None:
    table = tomllib.loads(DATA.read_text(encoding="utf-8"))
    assert table["kind"] and all(kind["sources"] for kind in table["kind"])


def test_questions_for_ministries_are_hardly_ever_taken_for_emergencies() -> None:
    questions, nothing = heldout_questions()
    asked = [
        text
        for texts in (*shipped_questions().values(), *demonstration_questions().values())
        for text in texts
    ]
    held = [text for texts in (*questions.values(), nothing) for text in texts]
    alarms = [text for text in (*asked, *held) if emergency(text)]
    assert len(alarms) <= 0.002 * (len(asked) + len(held)), alarms


def test_the_beginning_and_the_end_of_a_long_message_are_read() -> None:
    filling = "這是一份很長的公文。" * 2_000
    assert emergency(f"{filling}我不想活了") is not None
    assert emergency(f"救命！我先生正在打我。{filling}") is not None


def test_every_repetition_is_bounded() -> None:
    """With what is read bounded too, no message can keep the reader busy."""
    table = tomllib.loads(DATA.read_text(encoding="utf-8"))
    signs = [pattern for kind in table["kind"] for pattern in (*kind["sure"], *kind["likely"])]
    signs += [kind[name] for kind in table["kind"] for name in ("figures", "elsewhere")]
    signs += [table[name] for name in ("told_of", "asking", "over")]
    unbounded = [sign for sign in signs if re.search(r"(?<!\\)[*+]|\{\d+,\}", sign)]
    assert unbounded == []


@pytest.mark.parametrize(
    "piece", ["不想", "我想", "拿刀", "有人", "小孩從", "打我", " ", "(", "沒有", "a ", "0"]
)
def test_hostile_repetition_is_read_to_its_end(piece: str) -> None:
    assert emergency(piece * 500_000 + "。我不想活了") is not None


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_without_failing(text: str) -> None:
    found = emergency(text)
    assert found is None or found.text


@given(
    st.sampled_from(HARMLESS),
    st.sampled_from(["我不想活了", "隔壁失火了", "我先生正在打我", "小孩沒有呼吸了"]),
)
@settings(max_examples=60, deadline=None)
def test_a_cry_beside_an_ordinary_question_is_heard(question: str, cry: str) -> None:
    assert emergency(f"{question}。{cry}！") is not None
