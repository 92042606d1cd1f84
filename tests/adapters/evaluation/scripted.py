"""A model that answers from a script, and remembers whatever text it is told to remember."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.dialogues import Message
from adapters.evaluation import Answer, EvaluationFailed

Say = Callable[[str], str]


@dataclass(slots=True)
class Model:
    """`say` answers a question; `knows` are texts it finds likely and completes when they are begun."""

    say: Say
    knows: tuple[str, ...] = ()
    per_token: float = -3.0
    seconds: float = 0.1
    ended: bool = True


@dataclass(slots=True)
class Scripted:
    models: Mapping[str, Model]
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def answer(self, model: str, messages: Sequence[Message], max_tokens: int) -> Answer:
        one = self._model(model)
        last = messages[-1]
        self.asked.append((model, last.content))
        text = _rest(one, last.content) if last.role == "assistant" else one.say(last.content)
        return Answer(text[:max_tokens], max(1, len(text[:max_tokens])), one.seconds, one.ended)

    async def logprobs(self, model: str, messages: Sequence[Message], continuation: str) -> tuple[float, ...]:
        one = self._model(model)
        begun = messages[-1].content if messages[-1].role == "assistant" else ""
        if any(begun + continuation in known for known in one.knows):
            return tuple(-0.01 for _ in continuation)
        noise = random.Random(f"{model} {begun} {continuation}")
        return tuple(one.per_token + noise.gauss(0, 0.25) for _ in continuation)

    def _model(self, name: str) -> Model:
        if name not in self.models:
            raise EvaluationFailed("model_unknown", f"the engine does not serve {name}")
        return self.models[name]


def _rest(model: Model, begun: str) -> str:
    """How a model that knows a text goes on in it."""
    for known in model.knows:
        place = known.find(begun)
        if place >= 0:
            return known[place + len(begun) :]
    return "。"
