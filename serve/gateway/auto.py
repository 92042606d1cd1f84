"""`model: "auto"`: one door for all ministries. Which adapter a conversation goes to, and emergencies before all else.

Pure functions over the concealed messages of `serve.gateway.clean`; nothing here talks to the engine. An emergency's
answer has the engine's own shape, whole or as chunks, so that it is restored, told, and recorded as any other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.auto import Emergency, Router, emergency
from serve.catalog import BASE_MODEL

AUTO_MODEL = "auto"
AUTO_HEADER = "x-bianmin-auto"

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AutoChoice:
    """The public name to route to, how sure the router is, and what else it may be; an emergency goes to none."""

    model: str
    confidence: float
    hint: tuple[str, ...] = ()
    emergency: Emergency | None = None

    @property
    def abstained(self) -> bool:
        """Whether the base model answers because no ministry was likely enough."""
        return self.model == BASE_MODEL

    def header(self) -> str:
        """The value of `x-bianmin-auto`: `mof; confidence=0.93`, `base; hint=mof,moi` or `emergency; kind=fire`."""
        if self.emergency is not None:
            return f"emergency; kind={self.emergency.kind}"
        if not self.abstained:
            return f"{self.model}; confidence={self.confidence:.2f}"
        return f"{self.model}; hint={','.join(self.hint)}" if self.hint else self.model

    def field(self) -> Body:
        """What stands under `bianmin.auto` in the answer's body and in a stream's first event."""
        told: Body = {"model": self.model, "confidence": self.confidence, "hint": list(self.hint)}
        if self.emergency is not None:
            told |= {"emergency": self.emergency.kind, "numbers": list(self.emergency.numbers)}
        return told


def choose_model(
    messages: Sequence[Mapping[str, Any]], allowed: Collection[str], router: Router
) -> AutoChoice:
    """Choose for a conversation by its last user message, and by the one before where the last is short.

    `messages` are concealed ones (`Cleaned.body["messages"]`); `allowed` are the public names that this caller may
    call and that are served now. The base model is never chosen as a ministry; it is what abstaining leads to.
    """
    last, before = _said(messages)
    if (found := emergency(last)) is not None:
        return AutoChoice(BASE_MODEL, 1.0, emergency=found)
    choice = router.choose(last, [name for name in allowed if name not in (BASE_MODEL, AUTO_MODEL)], before)
    return AutoChoice(choice.domain or BASE_MODEL, choice.confidence, choice.hint)


def emergency_answer(found: Emergency, answers: int) -> Body:
    """The whole answer in an emergency, in the shape of the engine's. It costs the caller no tokens."""
    message = {"role": "assistant", "content": found.text}
    choices = [{"index": index, "message": message, "finish_reason": "stop"} for index in range(answers)]
    return {"choices": choices, "usage": _NO_TOKENS}


def emergency_chunks(found: Emergency, answers: int) -> Iterator[Body]:
    """The same as chunks of a stream: the text, its end, and the usage."""
    for index in range(answers):
        delta = {"role": "assistant", "content": found.text}
        yield {"choices": [{"index": index, "delta": delta, "finish_reason": None}]}
    for index in range(answers):
        yield {"choices": [{"index": index, "delta": {}, "finish_reason": "stop"}]}
    yield {"choices": [], "usage": _NO_TOKENS}


_NO_TOKENS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def _said(messages: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The user's last message and the one before it; empty where there is none."""
    texts = [message["content"] or "" for message in messages if message["role"] == "user"]
    return (texts[-1] if texts else ""), (texts[-2] if len(texts) > 1 else "")
