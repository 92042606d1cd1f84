"""`auto` at the gateway: which adapter a conversation goes to, what is told of it, and the answer in an emergency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.auto import load_router
from deid import Concealer, load_policy
from serve.dispatch.engine import usage_of
from serve.gateway.answers import AnswerRestorer
from serve.gateway.auto import AutoChoice, choose_model, emergency_answer, emergency_chunks
from serve.gateway.clean import clean_chat
from serve.gateway.wire import ChatRequest

ALLOWED = ("auto", "base", "moi", "mof", "mohw", "motc")


def chosen(*messages: tuple[str, str], allowed: tuple[str, ...] = ALLOWED) -> AutoChoice:
    """The choice for a conversation as a client sends it, concealed as the path conceals it."""
    body = {"model": "auto", "messages": [{"role": role, "content": said} for role, said in messages]}
    session = Concealer(load_policy("default")).session()
    cleaned = clean_chat(ChatRequest.model_validate(body), session)
    return choose_model(cleaned.body["messages"], allowed, load_router())


def test_a_clear_question_goes_to_its_ministry() -> None:
    choice = chosen(("system", "你是客服"), ("user", "我叫王小明，綜合所得稅要怎麼申報？"))
    assert choice.model == "mof" and not choice.abstained
    assert choice.header() == f"mof; confidence={choice.confidence:.2f}"
    assert choice.field()["model"] == "mof" and "emergency" not in choice.field()


def test_an_unclear_one_goes_to_the_base_with_a_hint_where_there_is_one() -> None:
    assert chosen(("user", "你好")).header() == "base"
    assert AutoChoice("base", 0.3, ("mof", "moi")).header() == "base; hint=mof,moi"
    assert AutoChoice("base", 0.3, ("mof", "moi")).abstained


def test_a_ministry_that_is_not_served_is_not_replaced_by_another() -> None:
    question = ("user", "老闆都不給加班費，要跟誰申訴")
    assert chosen(question).model == "base"
    assert chosen(question, allowed=(*ALLOWED, "mol")).model == "mol"


def test_nothing_but_the_base_allowed_is_the_base() -> None:
    assert chosen(("user", "綜合所得稅要怎麼申報？"), allowed=("auto", "base")).model == "base"


def test_a_short_question_after_an_answer_stays_with_its_ministry() -> None:
    before = (("user", "健保卡不見了怎麼補辦"), ("assistant", "請到健保署或郵局申請。"))
    assert chosen(*before, ("user", "那要多少錢？")).model == "mohw"
    assert chosen(*before, ("user", "另外想問機車駕照過期要去哪裡換照")).model == "motc"


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "assistant", "content": "您好"}],
        [{"role": "user", "content": None}],
        [{"role": "user", "content": ""}],
        [{"role": "tool", "content": "{}", "tool_call_id": "1"}],
    ],
)
def test_a_conversation_without_a_question_goes_to_the_base(messages: list[Mapping[str, Any]]) -> None:
    assert choose_model(messages, ALLOWED, load_router()).model == "base"


def test_an_emergency_comes_before_the_choice() -> None:
    choice = chosen(("user", "我叫王小明，我的稅單可以分期嗎，反正我也不想活了"))
    assert choice.emergency is not None and choice.emergency.kind == "self_harm"
    assert choice.header() == "emergency; kind=self_harm"
    assert choice.field()["emergency"] == "self_harm" and "1925" in choice.field()["numbers"]


def test_only_the_last_message_tells_of_an_emergency() -> None:
    told = (("user", "隔壁失火了"), ("assistant", "請立刻打 119"))
    assert chosen(*told, ("user", "消防隊來了，謝謝")).emergency is None


def test_an_emergencys_answer_is_restored_like_any_other() -> None:
    choice = chosen(("user", "小孩沒有呼吸了"))
    assert choice.emergency is not None
    answers = AnswerRestorer(Concealer(load_policy("default")).session())
    whole = emergency_answer(choice.emergency, answers=2)
    restored = [answers.chat_choice(one) for one in whole["choices"]]
    assert [one["index"] for one in restored] == [0, 1]
    assert restored[0]["message"]["content"] == choice.emergency.text
    assert restored[0]["finish_reason"] == "stop" and usage_of(whole) == (0, 0)


def test_the_chunks_say_the_same_as_the_whole_answer() -> None:
    choice = chosen(("user", "隔壁失火了"))
    assert choice.emergency is not None
    answers = AnswerRestorer(Concealer(load_policy("default")).session())
    chunks = list(emergency_chunks(choice.emergency, answers=2))
    deltas = [answers.chat_delta(one) for chunk in chunks for one in chunk["choices"]]
    said = ["", ""]
    for delta in deltas:
        assert delta is not None
        said[delta["index"]] += delta["delta"].get("content") or ""
    assert said == [choice.emergency.text] * 2
    assert [delta["finish_reason"] for delta in deltas if delta][-2:] == ["stop", "stop"]
    assert usage_of(chunks[-1]) == (0, 0) and chunks[-1]["choices"] == []
