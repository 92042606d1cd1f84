"""The whole path against the real vLLM with two tensor-parallel ranks and four adapters."""

from __future__ import annotations

import json
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from openai import OpenAI

from tests.e2e.stack import Stack
from tests.gateway.conftest import content
from tests.values import national_id, phone
from tests.waiting import until

pytestmark = pytest.mark.engine
DIALOGUES = Path(__file__).parents[2] / "adapters" / "demo" / "dialogues"
MINISTRIES = ("moi", "mof", "mohw", "motc")


def topics(ministry: str) -> list[dict]:
    """The ministry's demonstration topics, with questions that nobody trained on."""
    return tomllib.loads((DIALOGUES / f"{ministry}.toml").read_text(encoding="utf-8"))["topic"]


def test_vllm_runs_with_two_ranks_and_holds_every_adapter(stack: Stack) -> None:
    assert len(stack.part("VLLM::Worker")) == 2 or len(stack.part("Worker_TP")) == 2
    engine = stack.endpoints["engine"]
    headers = {"authorization": f"Bearer {engine['api_key']}"}
    held = {model["id"] for model in httpx.get(engine["url"] + "/v1/models", headers=headers).json()["data"]}
    assert "base" in held
    for ministry in MINISTRIES:
        assert any(name.startswith(f"{ministry}-1-") for name in held), ministry
    assert httpx.get(engine["url"] + "/v1/models").status_code == 401


@pytest.mark.parametrize("ministry", MINISTRIES)
def test_the_right_adapter_knows_and_the_base_does_not(stack: Stack, ministry: str) -> None:
    """Every held-out question: at least eight in ten key facts with the adapter, at most two without."""
    asked = [(question, topic["key_facts"]) for topic in topics(ministry) for question in topic["heldout"]]

    def is_right(model: str, question: str, facts: list[str]) -> bool:
        answer = stack.ask(question, model).json()["choices"][0]["message"]["content"]
        return all(fact in answer for fact in facts)

    def share(model: str) -> float:
        with ThreadPoolExecutor(16) as pool:
            return sum(pool.map(lambda one: is_right(model, *one), asked)) / len(asked)

    assert share(ministry) >= 0.8
    assert share("base") <= 0.2


def test_a_citizens_values_come_back_and_the_journal_holds_placeholders(stack: Stack) -> None:
    values = [national_id(), phone()]
    question = f"我是王小明，身分證字號{values[0]}，電話{values[1]}，搬家了戶口要怎麼遷？"
    response = stack.ask(question, "moi")
    answer = response.json()
    assert "王小明" in answer["choices"][0]["message"]["content"]
    assert answer["bianmin"]["adapter"] == "moi@1"

    record = stack.record(response.headers["x-request-id"])
    kept = json.dumps(record, ensure_ascii=False)
    assert not any(value in kept for value in [*values, "王小明"])
    assert "〔姓名1〕" in kept and "〔身分證號1〕" in kept and "〔電話1〕" in kept
    assert record["adapter_digest"] == answer["bianmin"]["adapter_digest"]
    assert record["completion_tokens"] == answer["usage"]["completion_tokens"] > 0


def test_a_stream_says_the_same_as_a_whole_answer(stack: Stack) -> None:
    question = f"您好，我叫王小明，電話{phone()}，請問綜合所得稅要怎麼申報？"
    whole = stack.ask(question, "mof").json()["choices"][0]["message"]["content"]
    streamed = stack.ask(question, "mof", stream=True).text
    assert content(streamed) == whole
    assert "王小明" in whole


def test_the_official_client_works(stack: Stack) -> None:
    client = OpenAI(base_url=stack.public + "/v1", api_key=stack.endpoints["keys"]["city-1999"])
    assert {"base", *MINISTRIES} <= {model.id for model in client.models.list()}
    said = ""
    for chunk in client.chat.completions.create(
        model="motc", messages=[{"role": "user", "content": "你好，你是誰？"}], stream=True, temperature=0
    ):
        said += chunk.choices[0].delta.content or "" if chunk.choices else ""
    assert said


def test_a_ministry_cannot_call_anothers_adapter(stack: Stack) -> None:
    body = {"model": "mof", "messages": [{"role": "user", "content": "你好"}]}
    refused = stack.client("moi").post("/v1/chat/completions", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "model_not_found")


ENDLESS = {
    "model": "base",
    "prompt": "你好",
    "max_tokens": 900,
    "n": 4,
    "temperature": 0.01,
    "frequency_penalty": -2,
    "presence_penalty": -2,
}


def running(stack: Stack) -> float:
    """How many requests vLLM says it is working on."""
    text = httpx.get(stack.endpoints["engine"]["url"] + "/metrics").text
    lines = [line for line in text.splitlines() if line.startswith("vllm:num_requests_running")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


def generated(stack: Stack) -> float:
    """How many tokens vLLM has made since it started."""
    text = httpx.get(stack.endpoints["engine"]["url"] + "/metrics").text
    lines = [line for line in text.splitlines() if line.startswith("vllm:generation_tokens_total")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_is_aborted_inside_the_engine(stack: Stack, stream: bool) -> None:
    until(lambda: running(stack) == 0, "the engine is idle")
    before = generated(stack)
    body = {**ENDLESS, "stream": stream}
    if stream:
        with stack.client().stream("POST", "/v1/completions", json=body) as response:
            assert response.status_code == 200
            assert next(response.iter_lines()).startswith("data: ")
    else:
        with pytest.raises(httpx.ReadTimeout):
            stack.client().post("/v1/completions", json=body, timeout=httpx.Timeout(30, read=0.5))
    until(lambda: running(stack) == 0, "the engine stopped working for the client that left", 30)
    made = generated(stack) - before
    assert made < ENDLESS["n"] * ENDLESS["max_tokens"]
