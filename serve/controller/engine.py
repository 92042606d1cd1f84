"""The controller's door to an engine: what it holds, how busy it is, load, unload, and next tokens for the probe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from prometheus_client.parser import text_string_to_metric_families

from serve.controller.faults import ENGINE_REFUSED, ENGINE_UNAVAILABLE, Fault, Silent
from serve.settings import ControllerSettings, EngineSettings

_RUNNING, _WAITING = "vllm:num_requests_running", "vllm:num_requests_waiting"
_CACHE_USED, _ADAPTERS = "vllm:kv_cache_usage_perc", "vllm:lora_requests_info"
_BUSY_LABELS = ("running_lora_adapters", "waiting_lora_adapters")
_TOP_LOGPROBS = 5


@dataclass(frozen=True, slots=True)
class Usage:
    """How much an engine has to do, and for which adapters."""

    running: float
    waiting: float
    cache_used: float
    adapters: frozenset[str]


NextToken = Mapping[str, float]
"""The likeliest next tokens with their log probabilities."""


class EngineDoor:
    """One engine's server. Every method raises Fault, and Silent where the engine took too long."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, engine: EngineSettings, settings: ControllerSettings
    ) -> None:
        key = engine.api_key.get_secret_value()
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._session, self._url = session, url
        connect_s = engine.connect_timeout_s
        self._quick = aiohttp.ClientTimeout(total=settings.answer_timeout_s, sock_connect=connect_s)
        self._patient = aiohttp.ClientTimeout(total=settings.load_timeout_s, sock_connect=connect_s)

    async def models(self) -> Mapping[str, str]:
        """Every model it lists with its path, if it is healthy."""
        _, body = await asyncio.gather(self._get("/health"), self._get("/v1/models"))
        try:
            return {str(model["id"]): str(model.get("root")) for model in orjson.loads(body)["data"]}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Fault(ENGINE_UNAVAILABLE) from None

    async def usage(self) -> Usage:
        """Its own count of running and waiting requests."""
        return read_usage((await self._get("/metrics")).decode(errors="replace"))

    async def load(self, name: str, folder: str) -> None:
        """Let it load the folder under the name; done when it answers."""
        await self._post("/v1/load_lora_adapter", {"lora_name": name, "lora_path": folder})

    async def unload(self, name: str) -> None:
        """Let it forget the name."""
        await self._post("/v1/unload_lora_adapter", {"lora_name": name})

    async def next_tokens(self, name: str, prompts: Sequence[str]) -> Sequence[NextToken]:
        """What the model of this name would say next to each prompt."""
        body = {
            "model": name, "prompt": list(prompts), "max_tokens": 1, "temperature": 0,
            "logprobs": _TOP_LOGPROBS, "return_tokens_as_token_ids": True,
        }  # fmt: skip
        answer = await self._post("/v1/completions", body)
        try:
            choices = sorted(orjson.loads(answer)["choices"], key=lambda choice: int(choice["index"]))
            return [dict(choice["logprobs"]["top_logprobs"][0]) for choice in choices]
        except (ValueError, KeyError, TypeError, IndexError):
            raise Fault(ENGINE_REFUSED) from None

    async def _get(self, path: str) -> bytes:
        async with (
            self._errors(),
            self._session.get(self._url + path, headers=self._headers, timeout=self._quick) as response,
        ):
            body = await response.read()
            if response.status != 200:
                raise Fault(ENGINE_UNAVAILABLE)
            return body

    async def _post(self, path: str, body: Mapping[str, Any]) -> bytes:
        async with (
            self._errors(),
            self._session.post(
                self._url + path, json=body, headers=self._headers, timeout=self._patient
            ) as response,
        ):
            answer = await response.read()
            if response.status != 200:
                raise Fault(ENGINE_REFUSED)
            return answer

    @asynccontextmanager
    async def _errors(self) -> AsyncIterator[None]:
        try:
            yield
        except TimeoutError:
            raise Silent from None
        except (aiohttp.ClientError, OSError):
            raise Fault(ENGINE_UNAVAILABLE) from None


def read_usage(exposition: str) -> Usage:
    """vLLM's saturation. Queues add up over engine processes; for the cache the fullest one counts.

    Each combination of busy adapters is a series of its own whose value is when it was seen: the newest one holds.
    """
    load = {_RUNNING: 0.0, _WAITING: 0.0, _CACHE_USED: 0.0}
    newest, adapters = 0.0, frozenset[str]()
    for name, labels, value in _samples(exposition):
        if name == _ADAPTERS and value >= newest:
            newest = value
            adapters = frozenset(
                one for label in _BUSY_LABELS for one in labels.get(label, "").split(",") if one
            )
        elif name == _CACHE_USED:
            load[name] = max(load[name], value)
        elif name in load:
            load[name] += value
    is_idle = not load[_RUNNING] + load[_WAITING]
    return Usage(load[_RUNNING], load[_WAITING], load[_CACHE_USED], frozenset() if is_idle else adapters)


def _samples(exposition: str) -> Iterable[tuple[str, Mapping[str, str], float]]:
    names = (_RUNNING, _WAITING, _CACHE_USED, _ADAPTERS)  # the rest, some thousand lines, isn't worth parsing
    lines = "\n".join(line for line in exposition.splitlines() if line.startswith(names))
    for family in text_string_to_metric_families(lines + "\n"):
        for sample in family.samples:
            if sample.name in names:
                yield sample.name, sample.labels, sample.value
