"""The only door to vLLM. It takes concealed bodies only and speaks vLLM's OpenAI dialect."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from serve.catalog import Target
from serve.errors import EngineUnavailable, InvalidRequest
from serve.gateway.clean import CleanBody
from serve.settings import EngineSettings

log = logging.getLogger("bianmin.engine")

_CONTEXT = re.compile(rb"maximum context length is (\d{1,7})|max_model_len")
_LONGEST_EVENT_BYTES = 4 * 2**20
_LISTING_S = 2.0


class ContextTooLong(InvalidRequest):
    """The conversation doesn't fit the model."""

    code = "context_length_exceeded"
    message = "The conversation is longer than the model can read."


class TargetGone(EngineUnavailable):
    """This replica can't be reached, fails, or doesn't know the name; nothing of an answer has come from it."""


class EngineRefused(InvalidRequest):
    """vLLM refused the request; its own words may quote the text, so they aren't passed on."""

    code = "engine_refused"
    message = "The model server can't serve this combination of parameters."


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to an engine: which endpoint, how urgent, under which id, and the concealed body."""

    path: str
    priority: int
    request_id: str
    body: CleanBody = field(repr=False)


class Engine:
    """HTTP client of all vLLM replicas. A cancelled call closes its connection, which aborts it inside vLLM."""

    def __init__(self, settings: EngineSettings) -> None:
        key = settings.api_key.get_secret_value()
        self._headers = {"content-type": "application/json"}
        if key:
            self._headers["authorization"] = f"Bearer {key}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=settings.max_connections, keepalive_timeout=30),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(
                total=settings.request_timeout_s, sock_connect=settings.connect_timeout_s
            ),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def complete(self, ask: Ask, target: Target) -> dict[str, Any]:
        """One whole answer, parsed. Raises TargetGone, EngineUnavailable, ContextTooLong or EngineRefused."""
        async with self._post(ask, target, streamed=False) as response:
            try:
                return _object(await response.read())
            except ValueError:
                raise EngineUnavailable from None

    async def stream(self, ask: Ask, target: Target) -> AsyncGenerator[dict[str, Any]]:
        """The answer's chunks as vLLM sends them, each as soon as it is here; ends after `[DONE]`.

        Raises as `complete` does, and EngineUnavailable when the stream breaks off, holds an error, or can't be read.
        """
        async with self._post(ask, target, streamed=True) as response:
            async for data in _events(response):
                if data == b"[DONE]":
                    return
                try:
                    chunk = _object(data)
                except ValueError:
                    raise EngineUnavailable from None
                if "error" in chunk:
                    raise EngineUnavailable
                yield chunk
        raise EngineUnavailable

    async def models(self, url: str) -> frozenset[str]:
        """Names that the replica at this address holds right now. Raises EngineUnavailable."""
        try:
            async with self._session.get(
                f"{url}/v1/models",
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=_LISTING_S),
            ) as response:
                if response.status != 200:
                    raise EngineUnavailable
                listed = orjson.loads(await response.read())
                return frozenset(model["id"] for model in listed["data"])
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError):
            raise EngineUnavailable from None

    @asynccontextmanager
    async def _post(
        self, ask: Ask, target: Target, *, streamed: bool
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        body: dict[str, Any] = {**ask.body, "model": target.engine_name, "priority": ask.priority}
        if streamed:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        headers = {**self._headers, "x-request-id": ask.request_id}
        data = _encoded(body)
        answering = False
        try:
            async with self._session.post(target.url + ask.path, data=data, headers=headers) as response:
                if response.status != 200:
                    _refuse(response.status, await response.read())
                answering = True
                yield response
        except (aiohttp.ClientError, TimeoutError) as exc:
            log.warning("engine call failed: %s", type(exc).__name__)
            unanswered = isinstance(exc, (aiohttp.ClientConnectionError, aiohttp.ConnectionTimeoutError))
            raise (TargetGone if unanswered and not answering else EngineUnavailable) from None


def _encoded(body: dict[str, Any]) -> bytes:
    """The body as JSON. Raises InvalidRequest for a number beyond 64 bits or half of a surrogate pair in a schema
    or in a tool's arguments; the encoder's own error isn't chained, it may hold the text."""
    try:
        return orjson.dumps(body)
    except TypeError:
        pass
    raise InvalidRequest("A number or a character in the body can't be sent on.")


def _object(data: bytes) -> dict[str, Any]:
    """Parse a JSON object. Raises ValueError for anything else."""
    parsed = orjson.loads(data)
    if not isinstance(parsed, dict):
        raise ValueError("not an object")
    return parsed


def _refuse(status: int, body: bytes) -> None:
    if status in (400, 413, 422):
        raise ContextTooLong if _CONTEXT.search(body) else EngineRefused
    log.warning("engine answered %d", status)
    raise TargetGone


async def _events(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The data of each server-sent event (WHATWG HTML, section 9.2); comments and other fields are skipped."""
    pending = b""
    async for piece in response.content.iter_any():
        pending += piece
        if len(pending) > _LONGEST_EVENT_BYTES:
            raise EngineUnavailable
        *events, pending = pending.replace(b"\r\n", b"\n").split(b"\n\n")
        for event in events:
            lines = [line[5:].lstrip() for line in event.split(b"\n") if line.startswith(b"data:")]
            if lines:
                yield b"\n".join(lines)


def usage_of(chunk: Mapping[str, Any]) -> tuple[int, int] | None:
    """Prompt and completion tokens, where the chunk or answer tells them. Raises EngineUnavailable for nonsense."""
    usage = chunk.get("usage")
    if not usage:
        return None
    try:
        return int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
    except (AttributeError, TypeError, ValueError):
        raise EngineUnavailable from None
