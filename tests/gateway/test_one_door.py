"""`model: "auto"` through a whole gateway: a ministry, the base with a hint, an emergency at once."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import insert

from adapters.auto import train
from serve.callers import Limits
from serve.records.accounts import create_key
from serve.records.adapter_tables import routers
from serve.records.columns import utc_now
from serve.records.database import writing
from serve.records.routing import raise_revision
from serve.records.tenants import TenantSpec, create_tenant
from tests.gateway.conftest import Gateway, content, events
from tests.gateway.upstream import ScriptedEngine

TAX = "綜合所得稅要怎麼申報，我叫王小明，身分證A123456789"
DESPAIR = "我不想活了，想從頂樓跳下去"
WIDE = Limits(requests=1000, window_s=3600, tokens_per_day=10**9, concurrent=100)


async def test_a_question_goes_to_its_ministry(gateway: Gateway, engine: ScriptedEngine) -> None:
    response = await gateway.chat(TAX, model="auto")
    body = await response.json()
    assert engine.bodies[-1]["model"] == "mof-1"
    assert response.headers["x-bianmin-auto"].startswith("mof; confidence=")
    assert (body["model"], body["bianmin"]["adapter"], body["bianmin"]["auto"]["model"]) == (
        "mof",
        "mof@1",
        "mof",
    )
    assert "王小明" in body["choices"][0]["message"]["content"]
    record = gateway.spooled()[-1]
    assert (record["model"], "auto" in record["flags"]) == ("mof", True)


async def test_small_talk_goes_to_the_base_with_what_it_may_be(
    gateway: Gateway, engine: ScriptedEngine
) -> None:
    response = await gateway.chat("今天天氣真好，你會唱歌嗎", model="auto")
    assert engine.bodies[-1]["model"] == "base"
    assert response.headers["x-bianmin-auto"].startswith("base")
    assert isinstance((await response.json())["bianmin"]["auto"]["hint"], list)


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_emergency_is_answered_at_once_and_recorded(
    gateway: Gateway, engine: ScriptedEngine, streamed: bool
) -> None:
    response = await gateway.chat(DESPAIR, model="auto", stream=streamed)
    assert response.status == 200 and not engine.raw
    assert response.headers["x-bianmin-auto"].startswith("emergency; kind=")
    text = await response.text()
    told = events(text)[0] if streamed else json.loads(text)
    said = content(text) if streamed else told["choices"][0]["message"]["content"]
    assert "1925" in said and "1925" in told["bianmin"]["auto"]["numbers"]
    assert told["bianmin"]["ai_generated"] is True and "adapter" not in told["bianmin"]
    assert not streamed or text.rstrip().endswith("data: [DONE]")
    record = gateway.spooled()[-1]
    assert (record["outcome"], record["model"], record["completion_tokens"]) == ("ok", "auto", 0)
    assert "emergency" in record["flags"] and record["entities"] == {}
    assert "張老師" in record["answer"][0]["content"]


async def test_auto_stays_among_what_the_key_may_call(gateway: Gateway, engine: ScriptedEngine) -> None:
    spec = TenantSpec("half", "agency", frozenset({"moi", "auto"}), limits=WIDE)
    create_tenant(gateway.database, spec, "test")
    gateway.keys["half"] = create_key(gateway.database, "half", "test", "test")[1]
    response = await gateway.chat(TAX, "half", model="auto")
    assert response.status == 200 and engine.bodies[-1]["model"] == "base"
    assert "mof" not in response.headers["x-bianmin-auto"]
    assert (await gateway.chat(TAX, "moi", model="auto")).status == 404
    for tenant, listed in (
        ("half", ["auto", "moi"]),
        ("moi", ["base", "moi"]),
        ("city", ["auto", "base", "mof", "moi"]),
    ):
        async with gateway.http.get(gateway.url + "/v1/models", headers=gateway.headers(tenant)) as answer:
            assert [model["id"] for model in (await answer.json())["data"]] == listed
        async with gateway.http.get(
            gateway.url + "/v1/models/auto", headers=gateway.headers(tenant)
        ) as answer:
            assert answer.status == (200 if "auto" in listed else 404)


async def test_auto_is_for_chats(gateway: Gateway) -> None:
    response = await gateway.post({"model": "auto", "prompt": TAX}, path="/v1/completions")
    assert (response.status, (await response.json())["error"]["code"]) == (400, "unsupported_parameter")


async def test_a_new_router_is_taken_and_a_damaged_one_left(
    gateway: Gateway, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    taught = {
        "moi": ["紫色大象要去哪裡登記", "紫色大象怎麼申報"] * 20,
        "mof": ["牌照稅", "所得稅何時繳"] * 20,
    }
    weights = train(taught, ["你好", "謝謝"] * 20).to_bytes()
    question = "紫色大象要去哪裡登記"
    assert (await gateway.chat(question, model="auto")).status == 200 and engine.bodies[-1][
        "model"
    ] != "moi-1"
    for content_, taken in (
        (weights, lambda: engine.bodies[-1]["model"] == "moi-1"),
        (b"damaged", lambda: "is damaged" in caplog.text),
    ):
        with writing(gateway.database) as connection:
            values = {"weights": content_, "trained_on": {}, "created_at": utc_now()}
            connection.execute(insert(routers).values(revision=raise_revision(connection), **values))
        async with asyncio.timeout(20):
            while not taken():
                await gateway.chat(question, model="auto")
                await asyncio.sleep(0.02)
    assert (await gateway.chat(question, model="auto")).headers["x-bianmin-auto"].startswith("moi;")
