"""Does an adapter answer differently from its base? vLLM serves the base in silence when an adapter's keys don't match.

Compared are the log probabilities of the next token after fixed prompts, base and adapter asked at the same moment.
The base is asked twice: what differs between its own two answers is noise of this engine at this load, and an
effect must stand out from that as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from serve.controller.engine import NextToken

PROMPTS = ("您好，請問", "申請的時候要帶", "政府機關的電話是", "The office is open from")
_TIMES_NOISE = 3.0


class Asked(Protocol):
    """An engine that can be asked for next tokens."""

    async def next_tokens(self, name: str, prompts: Sequence[str]) -> Sequence[NextToken]:
        """The likeliest next tokens after each prompt."""


async def has_effect(engine: Asked, name: str, base_name: str, tolerance: float) -> bool:
    """Whether the adapter differs from the base by more than the tolerance and the noise. Raises Fault."""
    base, adapter, again = await asyncio.gather(
        *(engine.next_tokens(model, PROMPTS) for model in (base_name, name, base_name))
    )
    return distance(base, adapter) > max(tolerance, _TIMES_NOISE * distance(base, again))


def distance(one: Sequence[NextToken], other: Sequence[NextToken]) -> float:
    """The largest proven difference of a token's log probability; infinite when an answer is missing."""
    if len(one) != len(other):
        return float("inf")
    pairs = list(zip(one, other, strict=True))
    return max((max(_proven(a, b), _proven(b, a)) for a, b in pairs), default=float("inf"))


def _proven(one: NextToken, other: NextToken) -> float:
    """A token that the other doesn't list is at most as likely there as the least of those it lists."""
    least = min(other.values(), default=float("inf"))
    return max(
        (
            abs(value - other[token]) if token in other else max(0.0, value - least)
            for token, value in one.items()
        ),
        default=0.0,
    )
