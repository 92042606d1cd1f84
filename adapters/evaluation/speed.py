"""How fast the candidate answers beside the base, in the same run and in turns."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from adapters.dialogues import Message
from adapters.evaluation.answering import Answerer
from adapters.evaluation.asking import Progress
from adapters.evaluation.material import Subject
from adapters.evaluation.report import Measured

_PROMPTS = 8
_LONGEST = 64


async def measure_speed(
    subject: Subject, prompts: Sequence[Sequence[Message]], answerer: Answerer, progress: Progress
) -> dict[str, Measured]:
    """Tokens per second and seconds to the first token, one request at a time, candidate and base by turns.

    `speed_ratio` and `latency_ratio` are candidate over base; they hold on another machine, the rest doesn't.
    """
    models = {role: model for role, model in subject.names().items()}
    tokens, seconds = dict.fromkeys(models, 0), dict.fromkeys(models, 0.0)
    first: dict[str, list[float]] = {role: [] for role in models}
    chosen = prompts[:_PROMPTS]
    for model in models.values():
        await answerer.answer(model, chosen[0], 1)
    for done, prompt in enumerate(chosen, 1):
        for role, model in models.items():
            first[role].append((await answerer.answer(model, prompt, 1)).seconds)
            answer = await answerer.answer(model, prompt, _LONGEST)
            tokens[role] += answer.tokens
            seconds[role] += answer.seconds
        progress("speed", done, len(chosen))
    rate = {role: tokens[role] / seconds[role] for role in models if seconds[role] > 0}
    wait = {role: statistics.median(times) for role, times in first.items()}
    measures = {"tokens_per_s": _rounded(rate, 1), "first_token_s": _rounded(wait, 4)}
    if rate.get("base") and rate.get("candidate"):
        measures["speed_ratio"] = Measured(round(rate["candidate"] / rate["base"], 3))
    if wait["base"] > 0:
        measures["latency_ratio"] = Measured(round(wait["candidate"] / wait["base"], 3))
    return measures


def _rounded(figures: dict[str, float], digits: int) -> Measured:
    return Measured(**{role: round(figure, digits) for role, figure in figures.items()})
