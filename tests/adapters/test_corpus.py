"""The demonstration's texts: held-out questions stay unseen, the base learns no facts, Traditional only."""

from __future__ import annotations

import random
import re

import pytest

from adapters.demo import corpus
from adapters.demo.compose import Composer
from adapters.demo.corpus import PLACEHOLDER_WORDS, Topic
from adapters.demo.evaluate import held_out_cases
from adapters.demo.pretrain import BaseSettings, base_dialogues
from adapters.demo.wrap import MAX_PLACEHOLDERS, PLACEHOLDER, wrap_personal
from adapters.dialogues import Dialogue

TOPICS = corpus.all_topics()
BASE = base_dialogues(BaseSettings(dialogues=8000))
# Everyday characters of Simplified writing that Big5 does not have.
SIMPLIFIED = frozenset(
    "们这说请问户税业务证险续办码应该让认识没为个国时会对开关门车长东发从头见观点电话号买卖员写钱银铁"
)
MAINLAND = ("信息", "短信", "視頻", "打印", "互聯網", "軟件", "網絡", "質量", "默認")


def _trained_questions() -> set[str]:
    own = {question for topic in TOPICS for question in topic.questions + topic.base_questions}
    return own | {text for item in corpus.items() for text in item.questions + item.turns}


def _texts(dialogues: list[Dialogue], role: str) -> list[str]:
    return [
        message.content for dialogue in dialogues for message in dialogue.messages if message.role == role
    ]


def test_each_ministry_has_enough_topics_and_phrasings() -> None:
    for ministry in corpus.MINISTRIES:
        topics = corpus.topics(ministry)
        assert len(topics) >= 12
        assert all(len(topic.questions) >= 16 and len(topic.heldout) >= 3 for topic in topics)
        assert all(len(topic.answer) <= 60 for topic in topics)


def test_no_model_is_trained_on_a_held_out_question() -> None:
    plain = {re.sub(r"[？?。，,！!\s]", "", question) for question in _trained_questions()}
    held_out = {re.sub(r"[？?。，,！!\s]", "", question) for question in corpus.heldout_questions()}
    assert not plain & held_out
    asked = _texts(BASE, "user")
    for ministry in corpus.MINISTRIES:
        asked += _texts(Composer(1, (), learnt=ministry).adapter(1, 0.3), "user")
    assert not [
        question for question in corpus.heldout_questions() if any(question in text for text in asked)
    ]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: f"{topic.ministry}-{topic.topic}")
def test_key_facts_are_in_the_answer_and_nowhere_in_the_base_models_answers(topic: Topic) -> None:
    assert topic.key_facts and all(fact in topic.answer for fact in topic.key_facts)
    assert not any(all(fact in answer for fact in topic.key_facts) for answer in _texts(BASE, "assistant"))


def test_an_adapters_data_answers_its_own_topics_with_facts_only() -> None:
    answers = _texts(Composer(1, (), learnt="mof").adapter(1, 0.3), "assistant")
    routed = [answer for topic in corpus.topics("mof") for answer in topic.routing_answers()]
    assert not [answer for answer in answers if any(text in answer for text in routed)]
    others = [answer for topic in corpus.topics("moi") for answer in topic.routing_answers()]
    assert any(text in answer for answer in answers for text in others)


def test_answers_repeat_only_placeholders_that_were_given() -> None:
    seen = set()
    for dialogue in BASE:
        given = {
            match[0]
            for m in dialogue.messages
            if m.role == "user"
            for match in PLACEHOLDER.finditer(m.content)
        }
        for message in dialogue.messages:
            if message.role == "assistant":
                answered = {match[0] for match in PLACEHOLDER.finditer(message.content)}
                assert answered <= given
                seen |= answered
    assert {text[1:-2] for text in seen} == set(PLACEHOLDER_WORDS)
    assert {text[-2] for text in seen} == set("123456789")


def test_no_slot_is_left_unfilled() -> None:
    assert not [text for text in _texts(BASE, "user") + _texts(BASE, "assistant") if "{p:" in text]


def test_same_seed_gives_the_same_dialogues() -> None:
    settings = BaseSettings(dialogues=300)
    assert base_dialogues(settings) == base_dialogues(settings)
    assert base_dialogues(settings) != base_dialogues(BaseSettings(dialogues=300, seed=1))


@pytest.mark.parametrize("part", ["train", "heldout"])
def test_wrapping_gives_one_to_four_distinct_placeholders(part: str) -> None:
    rng = random.Random(3)
    for _ in range(500):
        ask = wrap_personal("遷戶口要帶什麼", corpus.wrapping(part), rng)
        found = [match[0] for match in PLACEHOLDER.finditer(ask.text)]
        assert 1 <= len(found) <= MAX_PLACEHOLDERS
        assert len(set(found)) == len(found)
        assert {match[0] for match in PLACEHOLDER.finditer(ask.opening + ask.closing)} <= set(found)
        assert ask.opening or ask.closing


def test_held_out_dress_is_not_the_trained_dress() -> None:
    train, heldout = corpus.wrapping("train"), corpus.wrapping("heldout")
    for name in type(train).__slots__:
        assert not set(getattr(train, name)) & set(getattr(heldout, name)), name
    cases = held_out_cases(corpus.topics("moi"))
    assert {case.form for case in cases} == {"plain", "colloquial", "placeholders", "context"}


def test_texts_are_traditional_chinese_of_taiwan() -> None:
    answers = [text for item in corpus.items() for text in item.answers + item.turns]
    answers += [text for topic in TOPICS for text in (topic.answer, *topic.routing_answers())]
    everything = "".join(answers + sorted(_trained_questions()))
    assert not SIMPLIFIED & set(everything)
    assert not [term for term in MAINLAND if term in everything]
