"""How well questions in another voice are routed. Measured, never tuned on; the floors only rise.

The figures and how often they were looked at: docs/decisions/0012-one-door.md.
"""

from __future__ import annotations

import pytest

from adapters.auto import load_router
from adapters.auto.evaluation import Figures, figures, judge
from adapters.auto.ngrams import folded
from adapters.auto.questions import demonstration_questions, shipped_nothing, shipped_questions
from tests.adapters.auto import heldout_questions

LONGEST_SHARED = 9
LEAST_TOP_1, LEAST_RIGHT, LEAST_LEFT_ALONE = 0.89, 0.91, 0.80
LEAST_OF_THE_WEAKEST = 0.76
MOST_ABSTAINED = 0.12


@pytest.fixture(scope="module")
def measured() -> Figures:
    questions, nothing = heldout_questions()
    return figures(judge(load_router(), questions, nothing))


def test_the_held_out_set_is_wide_enough() -> None:
    questions, nothing = heldout_questions()
    assert len(questions) >= 12 and all(len(texts) >= 30 for texts in questions.values())
    assert len(nothing) >= 50


def test_the_rates_keep_above_their_floors(measured: Figures) -> None:
    assert measured.top_1 >= LEAST_TOP_1
    assert measured.right_when_answered >= LEAST_RIGHT
    assert measured.abstained <= MOST_ABSTAINED
    assert measured.others_left >= LEAST_LEFT_ALONE


def test_every_ministry_is_found(measured: Figures) -> None:
    weakest = min(right / asked for asked, right, _ in measured.by_name.values())
    assert weakest >= LEAST_OF_THE_WEAKEST


def test_no_held_out_question_is_learned_from() -> None:
    questions, nothing = heldout_questions()
    learned = set()
    for texts in (*shipped_questions().values(), *demonstration_questions().values(), shipped_nothing()):
        for text in map(folded, texts):
            learned |= {text[at : at + LONGEST_SHARED] for at in range(len(text) - LONGEST_SHARED + 1)}
    held = [text for texts in (*questions.values(), nothing) for text in texts]
    shared = [
        text for text in held
        if {folded(text)[at : at + LONGEST_SHARED] for at in range(len(folded(text)) - LONGEST_SHARED + 1)} & learned
    ]  # fmt: skip
    assert shared == []
