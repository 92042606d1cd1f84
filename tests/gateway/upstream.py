"""A scripted OpenAI upstream on a real loopback socket: it records every byte it gets and fails on demand.

It stands in for vLLM where a test needs an answer or a failure that a real model can't be asked for; the tests in
tests/e2e talk to the real engine.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Pieces = Sequence[str]


def echo(body: dict[str, Any]) -> Pieces:
    """Say back what the last message or the prompt held, two characters a piece."""
    text = body["messages"][-1]["content"] if "messages" in body else body["prompt"][0]
    said = f"您說：{text}"
    return [said[i : i + 2] for i in range(0, len(said), 2)]


@dataclass
class ScriptedEngine:
    """What the upstream does, and what it has seen."""

    url: str = ""
    answer: Callable[[dict[str, Any]], Pieces] = echo
    tool_arguments: Pieces = ()
    tool_name: str = "look_up"
    held: list[str] = field(default_factory=lambda: ["base", "moi-1", "mof-1"])
    fail_status: int = 0
    fail_body: str = "{}"
    break_after: int | None = None
    error_after: int | None = None
    raw_after: tuple[int, bytes] | None = None
    ending: bool = True
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    gate_after: int | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)
    client_gone: asyncio.Event = field(default_factory=asyncio.Event)
    raw: list[bytes] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    gone: int = 0
    usage: tuple[int, int] = (11, 7)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """Every body received, parsed."""
        return [json.loads(raw) for raw in self.raw]

    async def completions(self, request: web.Request) -> web.StreamResponse:
        """Both endpoints."""
        raw = await request.read()
        self.raw.append(raw)
        self.heads.append(b"\r\n".join((request.path_qs.encode(), *map(b": ".join, request.raw_headers))))
        body = json.loads(raw)
        self.started.set()
        try:
            if self.fail_status:
                return web.Response(status=self.fail_status, text=self.fail_body)
            chat = request.path.endswith("/chat/completions")
            if body.get("stream"):
                return await self._stream(request, body, chat)
            if self.gate_after is not None:
                await self.gate.wait()
            return web.json_response(self._whole(body, chat))
        except (asyncio.CancelledError, ConnectionResetError):
            self.client_gone.set()
            self.gone += 1
            raise

    def _whole(self, body: dict[str, Any], chat: bool) -> dict[str, Any]:
        choices = []
        for index in range(body.get("n") or 1):
            text = "".join(self.answer(body))
            message: dict[str, Any] = {"role": "assistant", "content": text}
            if self.tool_arguments:
                message = {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [self._call("".join(self.tool_arguments))],
                }
            choice: dict[str, Any] = {"index": index, "finish_reason": "stop", "logprobs": None}
            choices.append(choice | ({"message": message} if chat else {"text": text}))
        prompt, completion = self.usage
        return {
            "id": "x", "object": "o", "created": 1, "model": body["model"], "choices": choices,
            "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
        }  # fmt: skip

    def _call(self, arguments: str) -> dict[str, Any]:
        return {
            "id": "call_1",
            "type": "function",
            "function": {"name": self.tool_name, "arguments": arguments},
        }

    async def _stream(self, request: web.Request, body: dict[str, Any], chat: bool) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)

        async def say(choices: list[dict[str, Any]], **more: Any) -> None:
            chunk = {
                "id": "x",
                "object": "o",
                "created": 1,
                "model": body["model"],
                "choices": choices,
                **more,
            }
            await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")

        count = body.get("n") or 1
        if chat:
            for index in range(count):
                await say(
                    [{"index": index, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]
                )
        pieces = list(self.tool_arguments or self.answer(body))
        for place, piece in enumerate(pieces):
            if await self._fails_at(place, request, response):
                return response
            for index in range(count):
                await say([{"index": index, "finish_reason": None, **self._delta(piece, place, chat)}])
        if not self.ending:
            return response
        for index in range(count):
            end: dict[str, Any] = {"delta": {}} if chat else {"text": ""}
            await say([{"index": index, "finish_reason": "stop", **end}])
        prompt, completion = self.usage
        await say([], usage={"prompt_tokens": prompt, "completion_tokens": completion})
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _fails_at(self, place: int, request: web.Request, response: web.StreamResponse) -> bool:
        """Wait, send what was scripted or break off before a piece; whether the stream is over."""
        if self.gate_after == place:
            await self.gate.wait()
        if self.raw_after is not None and self.raw_after[0] == place:
            await response.write(self.raw_after[1])
        if self.break_after == place:
            assert request.transport is not None
            request.transport.close()
        if self.error_after == place:
            await response.write(b'data: {"error": {"message": "boom", "code": 500}}\n\n')
        return place in (self.break_after, self.error_after)

    def _delta(self, piece: str, place: int, chat: bool) -> dict[str, Any]:
        if not chat:
            return {"text": piece}
        if not self.tool_arguments:
            return {"delta": {"content": piece}}
        call: dict[str, Any] = {"index": 0, "function": {"arguments": piece}}
        if place == 0:
            call |= {
                "id": "call_1",
                "type": "function",
                "function": {"name": self.tool_name, "arguments": piece},
            }
        return {"delta": {"tool_calls": [call]}}

    async def models(self, _: web.Request) -> web.Response:
        """What it holds."""
        return web.json_response(
            {"object": "list", "data": [{"id": name, "object": "model"} for name in self.held]}
        )


@asynccontextmanager
async def running_engine() -> AsyncIterator[ScriptedEngine]:
    """Start the upstream on a free loopback port; it notices clients that leave."""
    engine = ScriptedEngine()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", engine.completions)
    app.router.add_post("/v1/completions", engine.completions)
    app.router.add_get("/v1/models", engine.models)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    engine.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield engine
    finally:
        engine.gate.set()
        await runner.cleanup()
