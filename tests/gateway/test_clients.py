"""The clients that agencies use, unchanged: OpenAI's own and LangChain's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI

from tests.gateway.conftest import Gateway

NATIONAL_ID = "A123456789"
QUESTION = f"身分證字號{NATIONAL_ID}要帶什麼？"
MESSAGES: Any = [{"role": "system", "content": "你是助理。"}, {"role": "user", "content": QUESTION}]
TOOLS: Any = [
    {
        "type": "function",
        "function": {
            "name": "look_up",
            "description": "查詢",
            "parameters": {"type": "object", "properties": {}},
        },
    }
]


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[openai.AsyncOpenAI]:
    """OpenAI's client as its documentation says."""
    async with openai.AsyncOpenAI(
        base_url=gateway.url + "/v1", api_key=gateway.keys["city"], max_retries=0
    ) as opened:
        yield opened


async def test_an_answer(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="moi", messages=MESSAGES, max_completion_tokens=50, user="42"
    )
    assert answer.choices[0].message.content == f"您說：{QUESTION}"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None and answer.usage.total_tokens == 18
    assert answer.model_extra is not None and answer.model_extra["bianmin"]["ai_generated"] is True


async def test_a_stream(client: openai.AsyncOpenAI) -> None:
    said, usage = "", None
    stream = await client.chat.completions.create(
        model="moi", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    async for chunk in stream:
        said += "".join(choice.delta.content or "" for choice in chunk.choices)
        usage = chunk.usage or usage
    assert said == f"您說：{QUESTION}"
    assert usage is not None and usage.completion_tokens == 7


async def test_tools_in_two_turns(client: openai.AsyncOpenAI, gateway: Gateway) -> None:
    gateway.engine.tool_arguments = ['{"id": "〔身分', "證號1〕", '"}']
    first = await client.chat.completions.create(
        model="moi", messages=MESSAGES, tools=TOOLS, tool_choice="auto"
    )
    message = first.choices[0].message
    assert message.tool_calls is not None
    called: Any = message.tool_calls[0]
    assert called.function.arguments == f'{{"id": "{NATIONAL_ID}"}}'

    gateway.engine.tool_arguments = []
    result = {
        "role": "tool",
        "tool_call_id": called.id,
        "content": f'{{"id": "{NATIONAL_ID}", "found": true}}',
    }
    history = [*MESSAGES, message.model_dump(exclude_none=True), result]
    second = await client.chat.completions.create(model="moi", messages=history, tools=TOOLS)
    assert NATIONAL_ID in (second.choices[0].message.content or "")
    assert all(NATIONAL_ID.encode() not in raw for raw in gateway.engine.raw)


async def test_streamed_tools(client: openai.AsyncOpenAI, gateway: Gateway) -> None:
    gateway.engine.tool_arguments = ['{"id": "〔身分', "證號1〕", '"}']
    async with client.chat.completions.stream(model="moi", messages=MESSAGES, tools=TOOLS) as stream:
        final = await stream.get_final_completion()
    called: Any = (final.choices[0].message.tool_calls or [None])[0]
    assert called.function.arguments == f'{{"id": "{NATIONAL_ID}"}}'


async def test_a_completion(client: openai.AsyncOpenAI) -> None:
    answer = await client.completions.create(model="mof", prompt=QUESTION)
    assert answer.choices[0].text == f"您說：{QUESTION}"


async def test_models(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["auto", "base", "mof", "moi"]
    assert (await client.models.retrieve("moi")).id == "moi"


async def test_errors_are_the_classes_that_programs_catch(
    client: openai.AsyncOpenAI, gateway: Gateway
) -> None:
    async def code(error: type[openai.APIStatusError], key: str = "city", **more: Any) -> str | None:
        asked = {"model": "moi", "messages": MESSAGES, **more}
        with pytest.raises(error) as caught:
            await client.with_options(api_key=gateway.keys.get(key, key)).chat.completions.create(**asked)
        return caught.value.code

    assert await code(openai.AuthenticationError, key="bm_" + "x" * 43) == "invalid_api_key"
    assert await code(openai.NotFoundError, model="nothing") == "model_not_found"
    assert await code(openai.BadRequestError, logprobs=True) == "unsupported_parameter"
    assert await code(openai.BadRequestError, temperature=9) == "invalid_request"
    for _ in range(3):
        await gateway.chat("你好", tenant="people")
    assert await code(openai.RateLimitError, key="people") == "quota_exceeded"
    gateway.engine.fail_status = 500
    assert await code(openai.InternalServerError) == "engine_unavailable"


async def test_a_stream_that_breaks_raises(client: openai.AsyncOpenAI, gateway: Gateway) -> None:
    gateway.engine.break_after = 3
    stream = await client.chat.completions.create(model="moi", messages=MESSAGES, stream=True)
    with pytest.raises(openai.APIError) as caught:
        async for _ in stream:
            pass
    assert caught.value.code == "engine_unavailable"


@pytest.fixture
def chain(gateway: Gateway) -> ChatOpenAI:
    """LangChain's chat model."""
    return ChatOpenAI(model="moi", base_url=gateway.url + "/v1", api_key=gateway.keys["city"], max_retries=0)  # type: ignore[arg-type]


async def test_langchain(chain: ChatOpenAI) -> None:
    messages = [SystemMessage("你是助理。"), HumanMessage(QUESTION)]
    answer = await chain.ainvoke(messages)
    assert answer.content == f"您說：{QUESTION}"
    assert answer.usage_metadata is not None and answer.usage_metadata["total_tokens"] == 18
    assert "".join([str(chunk.content) async for chunk in chain.astream(messages)]) == f"您說：{QUESTION}"


async def test_langchain_tools(chain: ChatOpenAI, gateway: Gateway) -> None:
    gateway.engine.tool_arguments = ['{"id": "〔身分', "證號1〕", '"}']
    answer = await chain.bind_tools(TOOLS).ainvoke(QUESTION)
    assert answer.tool_calls[0]["args"] == {"id": NATIONAL_ID}
    streamed = [chunk async for chunk in chain.bind_tools(TOOLS).astream(QUESTION)]
    whole = streamed[0]
    for chunk in streamed[1:]:
        whole = whole + chunk
    assert whole.tool_calls[0]["args"] == {"id": NATIONAL_ID}
