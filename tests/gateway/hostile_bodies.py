"""Bodies that a gateway must refuse. Whatever a caller made up in them holds the word MARKED or a marked value."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.gateway.marks import Marks

MARKS = Marks(7)
MARK = MARKS.one("email", "field name")
DEEP = 10_000
USER = {"role": "user", "content": "MARKED content"}


def body(**more: Any) -> dict[str, Any]:
    """A good chat request with something else in it."""
    return {"model": "moi", "messages": [USER], **more}


def raw(part: str) -> bytes:
    """A good chat request with raw JSON members added."""
    return b'{"model": "moi", "messages": [{"role": "user", "content": "MARKED"}], ' + part.encode() + b"}"


def message(**fields: Any) -> dict[str, Any]:
    """A chat request of one message."""
    return body(messages=[{**USER, **fields}])


def assistant(**fields: Any) -> dict[str, Any]:
    """A chat request whose history holds an assistant's message."""
    return body(messages=[{"role": "assistant", "content": None, **fields}, USER])


def call(arguments: Any, **fields: Any) -> dict[str, Any]:
    """A chat request whose history holds a tool call."""
    function = {"name": "look_up", "arguments": arguments}
    return assistant(tool_calls=[{"id": "call_1", "type": "function", "function": function, **fields}])


def tool(**fields: Any) -> dict[str, Any]:
    """A chat request with a tool."""
    return body(tools=[{"type": "function", "function": {"name": "look_up", **fields}}])


def nested(depth: int) -> Any:
    """A schema so deep."""
    inner: Any = "MARKED leaf"
    for _ in range(depth):
        inner = {"properties": inner}
    return inner


NOT_JSON = {
    "empty": b"",
    "no JSON": b"MARKED",
    "an array": b'["MARKED"]',
    "a string": b'"MARKED"',
    "torn": json.dumps(body()).encode()[:-1],
    "two documents": json.dumps(body()).encode() * 2,
    "bad UTF-8": json.dumps(body(), ensure_ascii=False).encode().replace(b"MARKED", b"MARKED\xff\xfe"),
    "NUL in a string": json.dumps(body()).encode().replace(b"MARKED", b"MARKED\x00"),
    "NUL outside": b"\x00" + json.dumps(body()).encode(),
    "UTF-16": json.dumps(body()).encode("utf-16"),
    "lone high surrogate": raw(r'"user": "MARKED \ud83d"'),
    "lone low surrogate": raw(r'"user": "MARKED \udc00 MARKED"'),
    "surrogate in a key": raw(r'"\ud800 MARKED": 1'),
    "deep arrays": raw('"metadata": ' + "[" * DEEP + "]" * DEEP),
    "deep objects": raw('"metadata": ' + '{"MARKED":' * DEEP + "1" + "}" * DEEP),
    "deep and open": b'{"messages":' + b"[" * DEEP,
}
WRONG_TYPES = {
    f"{field} is {json.dumps(value)[:20]}": body(**{field: value})
    for field, values in {
        "model": [None, 5, [], "x" * 257],
        "messages": [None, 5, "MARKED text", {}, [], [None], ["MARKED"], [[USER]]],
        "stream": ["MARKED", 2], "stream_options": ["MARKED", {"include_usage": "MARKED"}],
        "max_tokens": [0, -1, 1.5, "MARKED", 10**9], "max_completion_tokens": [0, "MARKED"],
        "n": [0, 9, "MARKED"], "stop": [5, [5], ["x"] * 17], "temperature": [-1, 3, "MARKED"],
        "top_p": [0, 2, "MARKED"], "presence_penalty": [9], "frequency_penalty": ["MARKED"],
        "seed": [2**63, "MARKED"], "user": [5, "MARKED" * 999], "metadata": ["MARKED", 5],
        "tools": ["MARKED", [5], [{}]],
        "tool_choice": ["MARKED", {"type": "MARKED"}], "parallel_tool_calls": ["MARKED"],
        "response_format": ["MARKED", {"type": "MARKED"}], "store": [True], "service_tier": ["MARKED"],
    }.items()
    for value in values
}  # fmt: skip
UNUSABLE = {
    "no messages": {"model": "moi"},
    "no model": {"messages": [USER]},
    "unknown role": message(role="MARKED role"),
    "no role": body(messages=[{"content": "MARKED"}]),
    "image": message(content=[{"type": "image_url", "image_url": {"url": "https://MARKED.example"}}]),
    "audio": message(content=[{"type": "input_audio", "input_audio": {"data": "MARKED", "format": "wav"}}]),
    "file": message(content=[{"type": "file", "file": {"file_data": "MARKED"}}]),
    "part without text": message(content=[{"type": "text"}]),
    "content is a number": message(content=912345678),
    "too many parts": message(content=[{"type": "text", "text": "MARKED"}] * 257),
    "function role": message(role="function", name="MARKED"),
    "annotations": assistant(content="x", annotations=[{"MARKED": "MARKED"}]),
    "arguments are an object": call({"MARKED": "MARKED"}),
    "deep arguments": call("[" * DEEP + "]" * DEEP),
    "rather deep arguments": call('{"MARKED":' * 150 + "1" + "}" * 150),
    "deep tool result": body(
        messages=[{"role": "tool", "tool_call_id": "x", "content": '{"MARKED":' * DEEP + "1" + "}" * DEEP}]
    ),
    "arguments with surrogate": call(r'{"a": "\ud800", "b": "A123456789"}'),
    "function name with space": tool(name="MARKED name"),
    "deep schema": tool(parameters=nested(150)),
    "deep format": body(
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": nested(150)}}
    ),
    "huge number in schema": tool(parameters={"default": 10**30}),
    "schema is a list": tool(parameters=["MARKED"]),
    "name in a schema's key": tool(parameters={"properties": {"A123456789": {}}}),
}
REFUSED = {
    "logprobs": True, "top_logprobs": 5, "logit_bias": {"1": 100}, "functions": [{"name": "MARKED"}],
    "function_call": "auto", "modalities": ["audio"], "audio": {"voice": "MARKED"}, "prediction": {"content": "MARKED"},
    "web_search_options": {}, "echo": True, "best_of": 2, "suffix": "MARKED", "prompt": "MARKED prompt",
    "extra_body": {"MARKED": 1}, "chat_template": "MARKED", "prompt_logprobs": 1, "guided_regex": "MARKED",
    "priority": -99, "documents": [{"MARKED": "MARKED"}], "add_generation_prompt": False, MARK: "MARKED",
}  # fmt: skip
COMPLETIONS = {
    "token ids": {"prompt": [1, 2, 3]},
    "lists of token ids": {"prompt": [[1, 2], [3]]},
    "no prompt": {},
    "null": {"prompt": None},
    "no prompts": {"prompt": []},
    "too many": {"prompt": ["MARKED"] * 65},
    "echo": {"prompt": "MARKED", "echo": True},
    "best_of": {"prompt": "MARKED", "best_of": 2},
    "suffix": {"prompt": "MARKED", "suffix": "MARKED"},
    "logprobs": {"prompt": "MARKED", "logprobs": 5},
    "messages": {"prompt": "MARKED", "messages": [USER]},
}
UNKNOWN_FIELDS: dict[str, Callable[[], Any]] = {
    "body": lambda: body(**{MARK: 1}),
    "message": lambda: message(**{MARK: "MARKED"}),
    "part": lambda: message(content=[{"type": "text", "text": "x", MARK: 1}]),
    "tool call": lambda: call("{}", **{MARK: 1}),
    "tool": lambda: body(tools=[{"type": "function", "function": {"name": "x"}, MARK: 1}]),
    "function": lambda: tool(**{MARK: 1}),
    "tool choice": lambda: body(tool_choice={"type": "function", "function": {"name": "x", MARK: 1}}),
    "format": lambda: body(response_format={"type": "text", MARK: 1}),
    "schema": lambda: body(response_format={"type": "json_schema", "json_schema": {"name": "x", MARK: 1}}),
    "stream options": lambda: body(stream_options={MARK: True}),
}
