"""From a client's request to the body that the engine may see: every text-bearing field goes through concealment.

Only `clean_chat` and `clean_completion` build a `CleanBody`, and the engine takes nothing else. Each field of
`serve.gateway.wire` is either concealed here, checked to hold no personal data (names of functions), known to hold
no text (numbers, flags), or left out (`user`, `metadata`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NewType

from deid import Session
from serve.errors import InvalidRequest
from serve.gateway.wire import (
    SAMPLING_FIELDS,
    AssistantMessage,
    ChatRequest,
    CompletionRequest,
    Content,
    Message,
    NamedTool,
    ResponseFormat,
    Sampling,
    Tool,
    ToolCall,
    ToolMessage,
)

Body = dict[str, Any]
CleanBody = NewType("CleanBody", Body)


class PersonalDataInName(InvalidRequest):
    """A name that must stay as it is (of a function or a schema's key) holds personal data."""

    code = "personal_data_in_name"
    message = "A function's name or a schema's key holds personal data; it can't be concealed faithfully."


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What goes to the engine and what the journal keeps of it: placeholders only."""

    body: CleanBody
    prompt: list[Body]
    characters: int


def clean_chat(request: ChatRequest, session: Session) -> Cleaned:
    """Conceal a chat request. Raises deid.ConcealmentError or PersonalDataInName; then nothing may be sent."""
    messages = _clean_messages(request.messages, session)
    body: Body = {"messages": messages, **_clean_sampling(request, session)}
    limit = request.max_completion_tokens or request.max_tokens
    if limit is not None:
        body["max_tokens"] = limit
    if request.tools:
        body["tools"] = [_clean_tool(tool, session) for tool in request.tools]
        if request.parallel_tool_calls is not None:
            body["parallel_tool_calls"] = request.parallel_tool_calls
    if isinstance(request.tool_choice, NamedTool):
        _check_name(request.tool_choice.function.name, session)
        body["tool_choice"] = request.tool_choice.model_dump()
    elif request.tool_choice is not None:
        body["tool_choice"] = request.tool_choice
    if request.response_format is not None:
        body["response_format"] = _clean_format(request.response_format, session)
    return Cleaned(CleanBody(body), _for_journal(body), sum(map(_characters, messages)))


def clean_completion(request: CompletionRequest, session: Session) -> Cleaned:
    """Conceal a plain completion request, under the same promise as `clean_chat`."""
    prompts = [request.prompt] if isinstance(request.prompt, str) else request.prompt
    texts = [_clean_text(text, session) for text in prompts]
    body: Body = {"prompt": texts, **_clean_sampling(request, session)}
    if request.max_tokens is not None:
        body["max_tokens"] = request.max_tokens
    return Cleaned(CleanBody(body), [{"prompt": text} for text in texts], sum(map(len, texts)))


def _clean_sampling(request: Sampling, session: Session) -> Body:
    body: Body = {name: value for name in SAMPLING_FIELDS if (value := getattr(request, name)) is not None}
    if request.stop:
        stops = [request.stop] if isinstance(request.stop, str) else request.stop
        body["stop"] = [_clean_text(text, session) for text in stops]
    return body


def _clean_messages(messages: Sequence[Message], session: Session) -> list[Body]:
    """Conceal a conversation. What was said before a message is a cue for it: 「請問大名？」「王小明」."""
    cleaned: list[Body] = []
    before = ""
    for message in messages:
        cleaned.append(_clean_message(message, session, before))
        before = _joined(message.content) if message.content is not None else ""
    return cleaned


def _clean_message(message: Message, session: Session, before: str) -> Body:
    body: Body = {"role": "system" if message.role == "developer" else message.role}
    body["content"] = None
    if message.content is not None:
        text = _joined(message.content)
        json_like = isinstance(message, ToolMessage) or "\\u" in text
        body["content"] = (
            session.conceal_json_text(text) if json_like else session.conceal(text, after=before)
        )
    if message.name:
        body["name"] = _clean_text(message.name, session)
    if isinstance(message, ToolMessage):
        body["tool_call_id"] = _clean_text(message.tool_call_id, session)
    if isinstance(message, AssistantMessage):
        if message.refusal:
            body["content"] = (body["content"] or "") + _clean_text(message.refusal, session)
        if message.tool_calls:
            body["tool_calls"] = [_clean_call(call, session) for call in message.tool_calls]
    return body


def _joined(content: Content) -> str:
    """A content as one text: a value may have been cut between two parts."""
    return content if isinstance(content, str) else "".join(part.text for part in content)


def _clean_text(text: str, session: Session) -> str:
    """Conceal a text. One that holds JSON's escapes is read as a model would read it."""
    return session.conceal_json_text(text) if "\\u" in text else session.conceal(text)


def _clean_call(call: ToolCall, session: Session) -> Body:
    _check_name(call.function.name, session)
    return {
        "id": _clean_text(call.id, session),
        "type": "function",
        "function": {
            "name": call.function.name,
            "arguments": session.conceal_json_text(call.function.arguments),
        },
    }


def _clean_tool(tool: Tool, session: Session) -> Body:
    spec = tool.function
    _check_name(spec.name, session)
    function: Body = {"name": spec.name}
    if spec.description:
        function["description"] = _clean_text(spec.description, session)
    if spec.parameters is not None:
        function["parameters"] = session.conceal_tree(spec.parameters)
    if spec.strict is not None:
        function["strict"] = spec.strict
    return {"type": "function", "function": function}


def _clean_format(wanted: ResponseFormat, session: Session) -> Body:
    if wanted.json_schema is None:
        return {"type": wanted.type}
    schema = wanted.json_schema
    _check_name(schema.name, session)
    body: Body = {"name": schema.name}
    if schema.description:
        body["description"] = _clean_text(schema.description, session)
    if schema.schema_ is not None:
        body["schema"] = session.conceal_tree(schema.schema_)
    if schema.strict is not None:
        body["strict"] = schema.strict
    return {"type": wanted.type, "json_schema": body}


def _check_name(name: str, session: Session) -> None:
    if session.conceal(name) != name:
        raise PersonalDataInName


def _for_journal(body: Body) -> list[Body]:
    kept: list[Body] = list(body["messages"])
    kept.extend({key: body[key]} for key in ("tools", "response_format", "stop") if key in body)
    return kept


def _characters(message: Body) -> int:
    calls: Sequence[Body] = message.get("tool_calls", ())
    return len(message["content"] or "") + sum(len(call["function"]["arguments"]) for call in calls)
