"""A conversation stays on the version it began with, also when another one is promoted meanwhile.

Chat clients send the whole history at each turn and no name for it. What tells a conversation from others is how it
began: the citizen's first words and the first answer, both with placeholders. Redis keeps the version under a keyed
hash of them (with the tenant and the public name) for some hours; a client may send `x-bianmin-conversation` instead.
A new conversation falls among the weights by a hash of its first words.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from serve.background import Background
from serve.catalog import WHOLE

REMEMBERED_S = 4 * 3600
_TIMEOUT_S = 0.25
_FAULTS = (RedisError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Conversation:
    """`point`, of 0 to 99, places it among weights; `opening` is what it began with, `continued` whether an answer
    came before."""

    point: int
    opening: str
    named: bool
    continued: bool


def conversation_of(
    tenant: str, model: str, prompt: Sequence[Mapping[str, Any]], name: str = ""
) -> Conversation:
    """The conversation that these concealed messages belong to; `name` is what the client calls it, if anything."""
    first = next(
        (message for message in prompt if message.get("role") == "user"), prompt[0] if prompt else {}
    )
    answer = next((message for message in prompt if message.get("role") == "assistant"), None)
    words = name or str(first.get("content") or first.get("prompt") or "")
    opening = _hash(tenant, model, words)
    told = answer is not None and not name
    key = _hash(opening, str(answer["content"] or "").strip()) if told and answer is not None else opening
    return Conversation(int(opening[:8], 16) % WHOLE, key, bool(name), answer is not None)


class Conversations:
    """Remembers versions by conversation. Redis away: the weights decide alone."""

    def __init__(self, redis: Redis, secret: bytes) -> None:
        """`secret` is the deployment's: a client may name a conversation by a number that a plain hash tells."""
        self._redis = redis
        self._secret = secret
        self._background = Background()

    async def version_of(self, conversation: Conversation) -> str | None:
        """The version that the conversation had, if it is remembered."""
        if not (conversation.named or conversation.continued) or self._is_unsafe(conversation):
            return None
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                found = await self._redis.getex(self._key(conversation.opening), ex=REMEMBERED_S)
        except _FAULTS:
            return None
        return found.decode() if isinstance(found, bytes) else found

    def remember(self, conversation: Conversation, version: str, answer: str) -> None:
        """Keep the version of a conversation whose first answer this is; does not wait for Redis."""
        if (conversation.continued and not conversation.named) or self._is_unsafe(conversation):
            return
        opening = conversation.opening if conversation.named else _hash(conversation.opening, answer.strip())
        self._background.spawn(self._write(self._key(opening), version))

    async def close(self) -> None:
        """Wait until everything is written."""
        await self._background.close()

    async def _write(self, key: str, version: str) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await self._redis.set(key, version, ex=REMEMBERED_S)
        except _FAULTS:
            pass

    def _is_unsafe(self, conversation: Conversation) -> bool:
        """Without a secret a client's own name could be found again by trying: it isn't kept."""
        return conversation.named and not self._secret

    def _key(self, opening: str) -> str:
        return f"conversation:{hmac.digest(self._secret, opening.encode(), 'sha256').hex()}"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
