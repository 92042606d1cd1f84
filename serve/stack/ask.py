"""`bianmin ask`: what the citizen typed, what the model saw, what the citizen got."""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import click

from serve.commands import settings_or_exit
from serve.stack.citizens import Citizen, citizens
from serve.stack.home import read_endpoints
from serve.stack.probes import NoAnswer, get_json

_TENANT = "city-1999"
_TIMEOUT_S = 300.0
_JOURNAL_TIMEOUT_S = 5.0
_POLL_S = 0.1
_LONGEST_ANSWER_TOKENS = 256


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over the wire."""

    text: str
    request_id: str
    adapter: str
    first_token_s: float
    whole_s: float


@click.command()
@click.argument("question", required=False)
@click.option("--model", default="moi", show_default=True, help="Public model name.")
def ask(question: str | None, model: str) -> None:
    """Ask the running stack QUESTION; without one, six invented citizens ask."""
    endpoints = read_endpoints(settings_or_exit().home)
    if not endpoints.get("pid") or _TENANT not in endpoints.get("keys", {}):
        raise click.ClickException("No demonstration is running here: start it with `make up`.")
    asked = [Citizen(model, question)] if question else citizens(random.Random())  # noqa: S311 - invented people
    for citizen in asked:
        reply = _send(endpoints, citizen)
        _show(citizen, reply, _journal_record(endpoints, reply.request_id))


def _send(endpoints: dict[str, Any], citizen: Citizen) -> Reply:
    """Stream one answer. Raises ClickException with the gateway's own words when there is none."""
    body = {
        "model": citizen.model,
        "messages": [{"role": "user", "content": citizen.question}],
        "max_tokens": _LONGEST_ANSWER_TOKENS,
        "temperature": 0,
        "stream": True,
    }
    headers = {
        "authorization": f"Bearer {endpoints['keys'][_TENANT]}",
        "content-type": "application/json",
    }
    address = urlsplit(endpoints["public"])
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT_S)
    began_at = time.monotonic()
    try:
        connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise click.ClickException(_error_text(response.read()))
        first_at, pieces = 0.0, []
        for piece in _pieces(response):
            first_at = first_at or time.monotonic()
            pieces.append(piece)
        ended_at = time.monotonic()
    except (OSError, http.client.HTTPException) as exc:
        raise click.ClickException(f"{endpoints['public']} does not answer ({type(exc).__name__}).") from None
    finally:
        connection.close()
    return Reply(
        text="".join(pieces),
        request_id=response.getheader("x-request-id", ""),
        adapter=" ← ".join(filter(None, map(response.getheader, ("x-bianmin-adapter", "x-bianmin-auto")))),
        first_token_s=(first_at or ended_at) - began_at,
        whole_s=ended_at - began_at,
    )


def _pieces(response: http.client.HTTPResponse) -> Iterator[str]:
    """The text deltas of a server-sent event stream."""
    for raw in response:
        line = raw.decode().strip()
        if not line.startswith("data: ") or line == "data: [DONE]":
            continue
        event = json.loads(line.removeprefix("data: "))
        if "error" in event:
            raise click.ClickException(event["error"]["message"])
        for choice in event.get("choices", ()):
            if content := choice.get("delta", {}).get("content"):
                yield content


def _error_text(body: bytes) -> str:
    try:
        error = json.loads(body)["error"]
        return f"{error['message']} ({error['code']})"
    except (ValueError, KeyError, TypeError):
        return "The gateway answered with an error that can't be read."


def _journal_record(endpoints: dict[str, Any], request_id: str) -> dict[str, Any]:
    """The request's record, which is shipped a moment after the answer; empty when it doesn't come."""
    deadline = time.monotonic() + _JOURNAL_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            record = get_json(f"{endpoints['admin']}/admin/journal/{request_id}", endpoints["admin_token"])
        except NoAnswer:
            time.sleep(_POLL_S)
            continue
        return record if isinstance(record, dict) else {}
    return {}


def _show(citizen: Citizen, reply: Reply, record: dict[str, Any]) -> None:
    seen = _texts(record.get("prompt")) or "（紀錄尚未送達）"
    for label, text in (("民眾輸入", citizen.question), ("模型看到", seen), ("民眾收到", reply.text)):
        click.echo(f"{click.style(f'「{label}」', bold=True)} {text}")
    digest = str(record.get("adapter_digest") or "")[:19]
    tokens = f"{record.get('prompt_tokens', '?')} + {record.get('completion_tokens', '?')} tokens"
    concealed = ", ".join(f"{kind} {count}" for kind, count in (record.get("entities") or {}).items())
    click.echo(
        f"  {reply.adapter} {digest}  {tokens}  first token {reply.first_token_s * 1000:.0f} ms, "
        f"whole answer {reply.whole_s * 1000:.0f} ms"
    )
    click.echo(f"  concealed: {concealed or 'nothing'}\n")


def _texts(prompt: Any) -> str:
    """The contents of the journal's messages, as the engine received them."""
    messages = prompt if isinstance(prompt, list) else []
    contents = [message.get("content") for message in messages if isinstance(message, dict)]
    return "\n".join(content for content in contents if isinstance(content, str))
