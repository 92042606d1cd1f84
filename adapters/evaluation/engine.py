"""Answers from a real vLLM through its OpenAI API.

How likely a given answer is, is asked token by token: `/tokenize` gives the answer's tokens under the engine's own chat
template, and `/v1/completions` the probability of each after those before it. vLLM's `prompt_logprobs` would do it at
once, but with LoRA it uses the wrong adapter mapping: beside other requests it ends the engine, alone it may be wrong
(https://github.com/vllm-project/vllm/issues/16668, seen with 0.32).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import aiohttp

from adapters.dialogues import Message, as_wire
from adapters.evaluation.answering import Answer
from adapters.evaluation.errors import EvaluationFailed

_AT_ONCE = 8
_POSITIONS = 64
_TIMEOUT = aiohttp.ClientTimeout(total=180, connect=10)


class EngineAnswerer:
    """One engine, asked by a few requests at once: citizens may be asking it too. An async context manager."""

    def __init__(self, url: str, api_key: str = "") -> None:
        self._url = url.rstrip("/").removesuffix("/v1")
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._known: dict[tuple[tuple[Message, ...], bool], list[int]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> EngineAnswerer:
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=_TIMEOUT)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

    async def answer(self, model: str, messages: Sequence[Message], max_tokens: int) -> Answer:
        goes_on = messages[-1].role == "assistant"
        started = time.perf_counter()
        body = await self._post(
            "/v1/chat/completions",
            {
                "model": model,
                "messages": as_wire(messages),
                "max_tokens": max_tokens,
                "temperature": 0,
                "add_generation_prompt": not goes_on,
                "continue_final_message": goes_on,
            },
        )
        seconds = time.perf_counter() - started
        choice = body["choices"][0]
        text = choice["message"].get("content") or ""
        return Answer(text, body["usage"]["completion_tokens"], seconds, choice["finish_reason"] != "length")

    async def logprobs(self, model: str, messages: Sequence[Message], continuation: str) -> tuple[float, ...]:
        prompt = await self._tokens(model, messages, ends=False)
        if messages[-1].role == "assistant":
            begun = Message("assistant", messages[-1].content + continuation)
            whole = await self._tokens(model, [*messages[:-1], begun], ends=False)
            start = _shared(prompt, whole)
        else:
            whole = await self._tokens(model, [*messages, Message("assistant", continuation)], ends=True)
            start = len(prompt)
            if whole[:start] != prompt or len(whole) == start:
                raise EvaluationFailed(
                    "template_unsupported", "the chat template does not keep earlier turns unchanged"
                )
        pieces = [
            range(one, min(one + _POSITIONS, len(whole))) for one in range(start, len(whole), _POSITIONS)
        ]
        return tuple([value for piece in pieces for value in await self._next_logprobs(model, whole, piece)])

    async def _next_logprobs(self, model: str, tokens: list[int], places: range) -> list[float]:
        """The log probability of the token at each place after all that stand before it."""
        body = await self._post(
            "/v1/completions",
            {
                "model": model,
                "prompt": [tokens[:place] for place in places],
                "max_tokens": 1,
                "temperature": 0,
                "logprobs": 1,
                "logprob_token_ids": sorted({tokens[place] for place in places}),
                "return_tokens_as_token_ids": True,
            },
        )
        choices = sorted(body["choices"], key=lambda choice: int(choice["index"]))
        tops = [choice["logprobs"]["top_logprobs"][0] for choice in choices]
        return [float(top[f"token_id:{tokens[place]}"]) for top, place in zip(tops, places, strict=True)]

    async def _tokens(self, model: str, messages: Sequence[Message], *, ends: bool) -> list[int]:
        """The conversation as tokens: with the last answer's end, or just before what the assistant says next."""
        key = (tuple(messages), ends)
        if key not in self._known:
            goes_on = not ends and messages[-1].role == "assistant"
            asked = {
                "model": model,
                "messages": as_wire(messages),
                "add_generation_prompt": not ends and not goes_on,
                "continue_final_message": goes_on,
            }
            self._known[key] = (await self._post("/tokenize", asked))["tokens"]
        return self._known[key]

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if self._session is None:
            raise RuntimeError("EngineAnswerer is used outside its context")
        try:
            async with self._gate, self._session.post(self._url + path, json=body) as response:
                if response.status == 404:
                    raise EvaluationFailed("model_unknown", f"the engine does not serve {body['model']}")
                if response.status != 200:
                    raise EvaluationFailed(
                        "engine_refused", f"the engine answered {path} with {response.status}"
                    )
                answered: dict[str, Any] = await response.json()
                return answered
        except (aiohttp.ClientError, TimeoutError, ValueError) as exc:
            raise EvaluationFailed("engine_unreachable", f"{path}: {type(exc).__name__}") from None


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two lists begin with alike."""
    alike = 0
    while alike < min(len(one), len(other)) and one[alike] == other[alike]:
        alike += 1
    return alike
