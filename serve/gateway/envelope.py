"""The outer form of answers and of events in a stream: OpenAI's fields, plus what this service must tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from serve.dispatch.engine import usage_of
from serve.errors import EngineUnavailable, ServeError
from serve.gateway.exchange import Exchange
from serve.rendering import error_object

DISCLOSURE = "本回答由人工智慧（AI）產生，僅供參考，請以主管機關公告為準。"
_NOT_UNDERSTOOD = (AttributeError, KeyError, TypeError, ValueError)
DONE_EVENT = b"data: [DONE]\n\n"


def restored_answer(exchange: Exchange, whole: Mapping[str, Any]) -> bytes:
    """A whole answer as the citizen gets it. Raises EngineUnavailable when the engine's can't be understood."""
    dialect = exchange.inquiry.dialect
    try:
        exchange.usage = usage_of(whole)
        choices = [dialect.restore_choice(exchange.answers, choice) for choice in whole["choices"]]
    except _NOT_UNDERSTOOD:
        raise EngineUnavailable from None
    body = _outer(exchange, dialect.whole_object) | {"choices": choices, "usage": _usage_body(exchange)}
    return orjson.dumps(body | _told(exchange))


def restored_event(exchange: Exchange, chunk: Mapping[str, Any]) -> bytes | None:
    """One chunk as the citizen gets it; None when all of it is held back or it is of no concern to the client.

    Marks the first piece of the answer. Raises EngineUnavailable when the chunk can't be understood.
    """
    dialect = exchange.inquiry.dialect
    try:
        exchange.usage = usage_of(chunk) or exchange.usage
        restored = [dialect.restore_delta(exchange.answers, choice) for choice in chunk["choices"]]
    except _NOT_UNDERSTOOD:
        raise EngineUnavailable from None
    choices = [choice for choice in restored if choice is not None]
    event = _outer(exchange, dialect.chunk_object) | {"choices": choices}
    if not chunk["choices"]:
        options = exchange.inquiry.request.stream_options
        if exchange.usage is None or options is None or not options.include_usage:
            return None
        event["usage"] = _usage_body(exchange)
    elif not choices:
        return None
    if not exchange.answering:
        event |= _told(exchange)
        if any(_says_something(choice) for choice in choices):
            exchange.first_token()
    return b"data: " + orjson.dumps(event) + b"\n\n"


def error_event(error: ServeError) -> bytes:
    """The event that ends a stream which failed after its status was sent."""
    return b"data: " + orjson.dumps(error_object(error)) + b"\n\n"


def _says_something(choice: Mapping[str, Any]) -> bool:
    delta = choice.get("delta", choice)
    return bool(
        delta.get("content") or delta.get("text") or delta.get("tool_calls") or choice.get("finish_reason")
    )


def _outer(exchange: Exchange, object_name: str) -> dict[str, Any]:
    return {
        "id": exchange.inquiry.dialect.id_prefix + exchange.inquiry.request_id,
        "object": object_name,
        "created": int(exchange.at.timestamp()),
        "model": exchange.model,
    }


def _told(exchange: Exchange) -> dict[str, Any]:
    """That a machine wrote it, and which version (Gen-AI guideline, point 6)."""
    told: dict[str, Any] = {"ai_generated": True, "disclosure": DISCLOSURE}
    if exchange.route is not None:
        told |= {"adapter": exchange.route.version, "adapter_digest": exchange.route.digest}
    if exchange.auto is not None:
        told["auto"] = exchange.auto.field()
    return {"bianmin": told}


def _usage_body(exchange: Exchange) -> dict[str, int]:
    prompt, completion = exchange.tokens
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
