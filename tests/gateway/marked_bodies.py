"""Requests with marked personal data in every field that can hold text."""

from __future__ import annotations

import json
from typing import Any

from tests.gateway.marks import SURE, Marks, escaped, full_width

Body = dict[str, Any]


def chat(marks: Marks, **more: Any) -> Body:
    """A chat request, every field of which is marked."""
    return {
        "model": "moi",
        "messages": messages(marks),
        "tools": [tool(marks)],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "response_format": response_format(marks),
        "stop": [marks.one(kind, "stop") for kind in SURE] + [marks.said("name", "stop")],
        "user": marks.sentence("user"),
        "metadata": {marks.one(kind, "metadata key"): marks.said(kind, "metadata value") for kind in SURE},
        "max_tokens": 64,
        **more,
    }


def completion(marks: Marks, **more: Any) -> Body:
    """A plain completion, every field of which is marked."""
    prompts = [marks.sentence("prompt"), full_width(marks.sentence("prompt, full width", SURE))]
    return {
        "model": "moi",
        "prompt": prompts,
        "stop": marks.one("phone", "stop"),
        "user": marks.sentence("user"),
        **more,
    }


def messages(marks: Marks) -> list[Body]:
    """A history with every role."""
    call_id = f"call_{marks.one('national_id', 'tool_call_id')}"
    return [
        {"role": "system", "content": marks.sentence("system"), "name": marks.one("name", "system name")},
        {"role": "developer", "content": [{"type": "text", "text": marks.sentence("developer part")}]},
        {"role": "user", "content": marks.sentence("history"), "name": marks.one("email", "user name")},
        {"role": "user", "content": "你好", "name": marks.one("name", "user name")},
        {
            "role": "assistant",
            "content": marks.sentence("assistant"),
            "name": marks.one("phone", "assistant name"),
            "refusal": marks.sentence("refusal"),
            "tool_calls": [call(call_id, text) for text in arguments(marks)],
        },
        {
            "role": "tool",
            "tool_call_id": call_id,
            "content": json.dumps(values(marks, "tool result")),
            "name": "look_up",
        },
        {"role": "tool", "tool_call_id": call_id, "content": escaped(marks.sentence("escaped tool result"))},
        {"role": "user", "content": [{"type": "text", "text": part} for part in cut(marks)]},
        {"role": "user", "content": full_width(marks.sentence("full width", SURE))},
        {"role": "user", "content": marks.sentence("last question")},
    ]


def call(call_id: str, text: str) -> Body:
    """An earlier tool call."""
    return {"id": call_id, "type": "function", "function": {"name": "look_up", "arguments": text}}


def arguments(marks: Marks) -> list[str]:
    """A tool call's arguments: plain, escaped, with numbers, cut off, and not JSON at all."""
    hidden = {"a": marks.sentence("escaped arguments")}
    return [
        json.dumps(values(marks, "arguments"), ensure_ascii=False),
        '{"a": "' + escaped(hidden["a"]) + '"}',
        json.dumps({"mobile": int(marks.one("number", "arguments"))}),
        '{"a": "' + escaped(marks.sentence("cut arguments"))[:-3],
        '{"a": "' + marks.sentence("torn arguments"),
        marks.sentence("arguments that are no JSON"),
    ]


def values(marks: Marks, place: str) -> Body:
    """JSON with marks as values, in lists and deeper."""
    return {
        "text": marks.sentence(place),
        "list": [marks.one(kind, place) for kind in SURE],
        "deep": {"phone": marks.one("phone", place), "姓名": marks.one("name", place)},
    }


def cut(marks: Marks) -> list[str]:
    """Text parts; every value is cut between two of them."""
    said = [marks.said(kind, "cut between parts") for kind in (*SURE, "name", "address")]
    pieces = [""]
    for text in said:
        pieces[-1] += text[:-4]
        pieces.append(text[-4:] + "。")
    return pieces


def schema(marks: Marks, place: str) -> Body:
    """A JSON schema with marks where schemas hold text."""
    marked = {
        "type": "string",
        "title": marks.said("name", place),
        "description": marks.sentence(place),
        "enum": [marks.one(kind, place) for kind in SURE],
        "default": marks.one("phone", place),
        "examples": [marks.one("national_id", place), int(marks.one("number", place))],
        "pattern": marks.one("email", place),
    }
    return {"type": "object", "properties": {"phone": marked}, "$comment": marks.sentence(place)}


def tool(marks: Marks) -> Body:
    """A function with marks in its description and parameters."""
    function = {
        "name": "look_up",
        "description": marks.sentence("function description"),
        "parameters": schema(marks, "function parameters"),
    }
    return {"type": "function", "function": function}


def response_format(marks: Marks) -> Body:
    """A wanted form of the answer, with marks."""
    wanted = {
        "name": "form",
        "description": marks.sentence("format"),
        "schema": schema(marks, "format schema"),
    }
    return {"type": "json_schema", "json_schema": wanted}
