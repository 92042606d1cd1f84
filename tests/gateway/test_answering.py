"""What a client of the gateway notices: answers with its own values, streams with their cadence, honest headers."""

from __future__ import annotations

import asyncio
import json

import pytest

from serve.records.accounts import create_key
from serve.records.tenants import TenantChange, update_tenant
from tests.adapter_rows import digest_of
from tests.gateway.conftest import Gateway, content, events

NATIONAL_ID = "A123456789"
PHONE = "0912-345-678"
QUESTION = f"我的身分證字號是{NATIONAL_ID}，電話{PHONE}，請問要帶什麼？"


async def test_the_model_sees_placeholders_and_the_citizen_gets_the_values(gateway: Gateway) -> None:
    response = await gateway.chat(QUESTION)
    answer = await response.json()

    assert response.status == 200
    assert answer["choices"][0]["message"]["content"] == f"您說：{QUESTION}"
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"] == {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    (sent,) = gateway.engine.raw
    assert NATIONAL_ID.encode() not in sent and PHONE.encode() not in sent
    assert "〔身分證號1〕" in gateway.engine.bodies[0]["messages"][0]["content"]


async def test_an_answer_says_that_it_is_from_ai_and_which_adapter(gateway: Gateway) -> None:
    response = await gateway.chat("你好")
    answer = await response.json()

    assert response.headers["x-ai-generated"] == "true"
    assert response.headers["x-bianmin-adapter"] == "moi@1"
    assert answer["model"] == "moi"
    assert answer["bianmin"]["ai_generated"] is True
    assert "人工智慧" in answer["bianmin"]["disclosure"]
    assert answer["bianmin"]["adapter_digest"] == digest_of("moi@1")
    assert gateway.engine.bodies[0]["model"] == "moi-1"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 500])
async def test_a_stream_restores_values_wherever_it_is_cut(gateway: Gateway, size: int) -> None:
    def cut(body: dict) -> list[str]:
        said = "好的，" + body["messages"][0]["content"] + "，完畢"
        return [said[i : i + size] for i in range(0, len(said), size)]

    gateway.engine.answer = cut
    response = await gateway.chat(QUESTION, stream=True, stream_options={"include_usage": True})
    text = await response.text()

    assert response.headers["content-type"].startswith("text/event-stream")
    assert content(text) == f"好的，{QUESTION}，完畢"
    assert text.endswith("data: [DONE]\n\n")
    assert events(text)[-1]["usage"]["total_tokens"] == 18
    assert events(text)[0]["bianmin"]["ai_generated"] is True


async def test_usage_is_streamed_only_when_asked_for(gateway: Gateway) -> None:
    text = await (await gateway.chat("你好", stream=True)).text()
    assert all(event["choices"] for event in events(text))


async def test_chunks_go_on_at_once_while_the_engine_still_works(gateway: Gateway) -> None:
    """The engine stops in the middle of its answer and waits; what it said so far must be here."""
    gateway.engine.answer = lambda body: ["第一段", "第二段", "第三段"]
    gateway.engine.gate_after = 2
    body = {"model": "moi", "messages": [{"role": "user", "content": "說三段"}], "stream": True}
    seen = ""
    async with gateway.http.post(
        gateway.url + "/v1/chat/completions", json=body, headers=gateway.headers()
    ) as response:
        async for piece in response.content.iter_any():
            seen += piece.decode()
            if "第二段" in seen and not gateway.engine.gate.is_set():
                assert "第三段" not in seen
                gateway.engine.gate.set()
    assert content(seen) == "第一段第二段第三段"


async def test_n_answers_are_restored_each(gateway: Gateway) -> None:
    whole = await (await gateway.chat(QUESTION, n=2)).json()
    assert [choice["message"]["content"] for choice in whole["choices"]] == [f"您說：{QUESTION}"] * 2
    streamed = await (await gateway.chat(QUESTION, n=2, stream=True)).text()
    assert content(streamed, 0) == content(streamed, 1) == f"您說：{QUESTION}"


async def test_tool_arguments_are_concealed_and_restored_as_json(gateway: Gateway) -> None:
    gateway.engine.tool_arguments = ['{"id": "〔身', "分證號1", '〕", "n', '": 1}']
    call = {
        "id": "call_0",
        "type": "function",
        "function": {"name": "look_up", "arguments": '{"id": "A123456789"}'},
    }
    messages = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_0", "content": json.dumps({"phone": PHONE})},
    ]
    tools = [{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}]
    body = {"model": "moi", "messages": messages, "tools": tools}

    whole = await (await gateway.post(body)).json()
    arguments = whole["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments) == {"id": NATIONAL_ID, "n": 1}

    text = await (await gateway.post({**body, "stream": True})).text()
    pieces = [
        call["function"].get("arguments", "")
        for event in events(text)
        for choice in event["choices"]
        for call in choice["delta"].get("tool_calls", ())
    ]
    assert json.loads("".join(pieces)) == {"id": NATIONAL_ID, "n": 1}
    for raw in gateway.engine.raw:
        assert NATIONAL_ID.encode() not in raw and PHONE.encode() not in raw


async def test_completions(gateway: Gateway) -> None:
    whole = await gateway.post({"model": "mof", "prompt": QUESTION}, path="/v1/completions")
    assert (await whole.json())["choices"][0]["text"] == f"您說：{QUESTION}"
    streamed = await gateway.post(
        {"model": "mof", "prompt": QUESTION, "stream": True}, path="/v1/completions"
    )
    said = "".join(choice["text"] for event in events(await streamed.text()) for choice in event["choices"])
    assert said == f"您說：{QUESTION}"
    assert NATIONAL_ID.encode() not in b"".join(gateway.engine.raw)


async def test_two_requests_at_once_never_see_each_others_values(gateway: Gateway) -> None:
    phones = [f"0912-{n:03}-{n * 7 % 1000:03}" for n in range(100, 140)]
    answers = await asyncio.gather(*(gateway.chat(f"電話{phone}", stream=True) for phone in phones))
    for phone, answer in zip(phones, answers, strict=True):
        assert content(await answer.text()) == f"您說：電話{phone}"


async def test_models_are_only_what_the_key_may_call(gateway: Gateway) -> None:
    async def names(tenant: str) -> list[str]:
        async with gateway.http.get(gateway.url + "/v1/models", headers=gateway.headers(tenant)) as response:
            return [model["id"] for model in (await response.json())["data"]]

    assert await names("city") == ["auto", "base", "mof", "moi"]
    assert await names("moi") == ["base", "moi"]


async def test_unknown_and_foreign_adapters_are_alike(gateway: Gateway) -> None:
    foreign = await gateway.chat("你好", tenant="moi", model="mof")
    unknown = await gateway.chat("你好", tenant="moi", model="nothing")
    assert foreign.status == unknown.status == 404
    assert await foreign.json() == await unknown.json()
    assert (await foreign.json())["error"]["code"] == "model_not_found"
    assert gateway.engine.raw == []


async def test_the_quota_is_told_and_kept(gateway: Gateway) -> None:
    left = []
    for _ in range(3):
        response = await gateway.chat("你好", tenant="people")
        left.append(int(response.headers["x-ratelimit-remaining-requests"]))
    refused = await gateway.chat("你好", tenant="people")
    assert left == [2, 1, 0]
    assert refused.status == 429
    assert (await refused.json())["error"]["code"] == "quota_exceeded"
    assert int(refused.headers["retry-after"]) > 3500


async def test_what_is_refused_is_not_charged(gateway: Gateway) -> None:
    gateway.engine.fail_status = 500
    assert (await gateway.chat("你好", tenant="people")).status == 503
    gateway.engine.fail_status = 0
    response = await gateway.chat("你好", tenant="people")
    assert response.headers["x-ratelimit-remaining-requests"] == "2"


async def test_a_tenants_prefix_stands_before_every_answer(gateway: Gateway) -> None:
    prefix = "【AI 產生】"
    update_tenant(gateway.database, "city", TenantChange(answer_prefix=prefix), "test")
    gateway.keys["prefixed"] = create_key(gateway.database, "city", "fresh, so not cached", "test")[1]
    whole = await (await gateway.chat("你好", tenant="prefixed")).json()
    streamed = await (await gateway.chat("你好", tenant="prefixed", stream=True)).text()
    assert whole["choices"][0]["message"]["content"] == content(streamed) == f"{prefix}您說：你好"


async def test_escapes_in_descriptions_and_names_are_read_before_concealment(gateway: Gateway) -> None:
    told = json.dumps({"note": f"電話{PHONE}", "我的名字": "王小明"})
    tool = {"type": "function", "function": {"name": "look_up", "description": told}}
    schema = {"name": "form", "description": told, "schema": {"type": "object"}}
    body = {
        "model": "moi",
        "messages": [{"role": "user", "content": "你好", "name": told}],
        "tools": [tool],
        "response_format": {"type": "json_schema", "json_schema": schema},
    }
    assert (await gateway.post(body)).status == 200
    sent = json.dumps(gateway.engine.bodies[0], ensure_ascii=False)
    assert PHONE not in sent and json.dumps("王小明")[1:-1] not in sent and "\\\\u738b" not in sent
    assert sent.count("〔姓名1〕") == 3


async def test_what_a_model_invents_in_a_tool_call_is_not_journaled(gateway: Gateway) -> None:
    gateway.engine.tool_name = f"call_{NATIONAL_ID}"
    gateway.engine.tool_arguments = [json.dumps({"電話": f"電話{PHONE}"})]
    assert (await gateway.chat("你好")).status == 200
    kept = json.dumps(gateway.spooled()[-1]["answer"], ensure_ascii=False)
    assert "tool_calls" in kept and NATIONAL_ID not in kept and PHONE not in kept
