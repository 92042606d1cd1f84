"""What an evaluation asks of an engine: greedy answers, and how likely a given answer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from adapters.dialogues import Message


@dataclass(frozen=True, slots=True)
class Answer:
    """One greedy answer. `ended` is false when it was cut at the limit."""

    text: str = field(repr=False)
    tokens: int
    seconds: float
    ended: bool = True


class Answerer(Protocol):
    """Both methods raise EvaluationFailed; neither samples, so asking twice gives the same."""

    async def answer(self, model: str, messages: Sequence[Message], max_tokens: int) -> Answer:
        """Answer the last message; when it is the assistant's, go on where it stops."""
        ...

    async def logprobs(self, model: str, messages: Sequence[Message], continuation: str) -> tuple[float, ...]:
        """The log probability of each token of this answer, its end included.

        When the last message is the assistant's, of what follows it there, without an end.
        """
        ...
