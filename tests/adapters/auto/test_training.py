"""Training: the same result every time, what a promotion changes, and what can't be trained from."""

from __future__ import annotations

import pytest

from adapters.auto import Router, RouterError, train, train_for
from adapters.auto.emergencies import LEARNED
from adapters.auto.questions import demonstration_questions, shipped_nothing, shipped_questions
from adapters.auto.router import WEIGHTS
from adapters.auto.training import MOST_QUESTIONS, train_dangers
from tests.adapters.auto.test_router import CARS, TALK, TAX

VETERANS = ["榮民證怎麼申請", "榮民就養給付怎麼領", "榮民醫院看診優惠", "退除役官兵就學補助", "退除役官兵職業訓練",
            "榮民遺眷可以領半俸嗎", "榮家怎麼申請入住", "退除役官兵就業輔導"]  # fmt: skip


def test_the_shipped_weights_are_what_the_shipped_sets_give() -> None:
    assert train_for(demonstration_questions()).to_bytes() == WEIGHTS.read_bytes()
    assert train_dangers().to_bytes() == LEARNED.read_bytes()
    assert WEIGHTS.stat().st_size + LEARNED.stat().st_size < 1_000_000


def test_training_does_not_depend_on_the_order_of_the_names() -> None:
    one = train({"mof": TAX, "motc": CARS}, TALK)
    other = train({"motc": CARS, "mof": TAX}, TALK)
    assert one.to_bytes() == other.to_bytes()


def test_a_promoted_adapter_of_a_new_name_is_offered_from_then_on() -> None:
    before = Router.from_bytes(WEIGHTS.read_bytes())
    after = train_for({**demonstration_questions(), "vac": VETERANS})
    text = "我爸是榮民，就養給付要怎麼領"
    assert "vac" not in before.names
    assert after.choose(text, after.names).domain == "vac"
    assert after.choose("綜合所得稅怎麼申報", after.names).domain == "mof"


def flood(count: int) -> list[str]:
    """So many questions that are alike and yet distinct; numbers would all be read as one."""
    return [f"請問櫻花樹{chr(0x4E00 + number)}號的檢定表怎麼填" for number in range(count)]


def test_a_flood_of_questions_does_not_take_over() -> None:
    router = train_for({"vac": [*flood(MOST_QUESTIONS * 5), *(f"{word}登記" for word in "甲乙丙丁")]})
    assert router.choose("健保卡不見了怎麼補發", router.names).domain == "mohw"
    assert router.choose("老闆不給加班費", router.names).domain == "mol"


def test_of_a_flood_of_questions_some_count_taken_evenly_from_the_whole() -> None:
    many = flood(MOST_QUESTIONS * 3)
    assert train_for({"vac": many}).to_bytes() == train_for({"vac": many[::3]}).to_bytes()


@pytest.mark.parametrize(
    "questions",
    [
        {},
        {"mof": TAX},
        {"mof": TAX, "motc": []},
        {"mof": TAX, "motc": ["？？", "〔姓名1〕"]},
        {"mof": TAX, "a\nb": CARS},
    ],
)
def test_what_no_router_can_be_trained_from_is_refused(questions: dict[str, list[str]]) -> None:
    with pytest.raises(RouterError):
        train(questions, TALK)


def test_the_learning_sets_are_wide_and_hold_no_question_twice() -> None:
    shipped = shipped_questions()
    assert len(shipped) >= 12 and all(len(questions) >= 120 for questions in shipped.values())
    assert len(shipped_nothing()) >= 80
    everything = [text for questions in shipped.values() for text in questions]
    assert len(everything) == len(set(everything))
