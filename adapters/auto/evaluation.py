"""How well questions are routed: answered, rightly answered, and whether the confidence can be believed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from adapters.auto.router import THRESHOLD, Router
from adapters.auto.training import train

FOLDS = 4
_BINS = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """One question's outcome. `wanted` is None where the router should abstain."""

    wanted: str | None
    best: str
    confidence: float
    wanted_share: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Rates over a set. `top_1` counts the best name of every ministry's question, abstained or not."""

    questions: int
    top_1: float
    abstained: float
    right_when_answered: float
    by_name: Mapping[str, tuple[int, int, int]]
    others: int
    others_left: float
    calibration_error: float


def judge(
    router: Router, questions: Mapping[str, Iterable[str]], nothing: Iterable[str] = ()
) -> list[Judged]:
    """Ask the router every question; all its names are allowed."""
    rows = [(name, text) for name, texts in questions.items() for text in texts]
    return [_judge(router, wanted, text) for wanted, text in [*rows, *((None, text) for text in nothing)]]


def figures(judged: Collection[Judged], threshold: float = THRESHOLD) -> Figures:
    """Return the rates at a threshold. Needs a question of a ministry."""
    named = [row for row in judged if row.wanted is not None]
    others = [row for row in judged if row.wanted is None]
    answered = [row for row in named if row.confidence >= threshold]
    left = sum(row.confidence < threshold for row in others)
    return Figures(
        questions=len(named),
        top_1=_share(sum(map(_right, named)), len(named)),
        abstained=1 - _share(len(answered), len(named)),
        right_when_answered=_share(sum(map(_right, answered)), len(answered)),
        by_name={
            name: _counts(named, name, threshold) for name in sorted({str(row.wanted) for row in named})
        },
        others=len(others),
        others_left=_share(left, len(others)),
        calibration_error=_calibration_error(judged),
    )


def cross_validate(
    questions: Mapping[str, Sequence[str]], nothing: Sequence[str], always: Mapping[str, Sequence[str]]
) -> list[Judged]:
    """Judge every question by a router that has not seen it; `always` is learned from and never judged."""
    judged: list[Judged] = []
    for fold in range(FOLDS):
        learned = {name: [*_rest(texts, fold), *always.get(name, ())] for name, texts in questions.items()}
        router = train(learned, _rest(nothing, fold))
        held = {name: texts[fold::FOLDS] for name, texts in questions.items()}
        judged += judge(router, held, nothing[fold::FOLDS])
    return judged


def log_loss(judged: Collection[Judged]) -> float:
    """Mean of -log of the share that the right name got, over the questions of ministries."""
    losses = [-log(max(row.wanted_share, 1e-6)) for row in judged if row.wanted is not None]
    return sum(losses) / len(losses)


def _judge(router: Router, wanted: str | None, text: str) -> Judged:
    shares = router.shares(text)
    best = max(shares, key=shares.__getitem__)
    return Judged(wanted, best, shares[best], shares.get(wanted, 0.0) if wanted else 0.0)


def _right(row: Judged) -> bool:
    return row.best == row.wanted


def _counts(named: Iterable[Judged], name: str, threshold: float) -> tuple[int, int, int]:
    """Questions of a name, how many have it as the best, and how many were abstained from."""
    rows = [row for row in named if row.wanted == name]
    return len(rows), sum(map(_right, rows)), sum(row.confidence < threshold for row in rows)


def _calibration_error(judged: Collection[Judged]) -> float:
    """The mean distance between confidence and rightness in five bins, weighted by their sizes."""
    bins: dict[int, list[Judged]] = {}
    for row in judged:
        bins.setdefault(min(int(row.confidence * _BINS), _BINS - 1), []).append(row)
    total = sum(abs(sum(row.confidence for row in rows) - sum(map(_right, rows))) for rows in bins.values())
    return _share(total, len(judged))


def _rest(texts: Sequence[str], fold: int) -> list[str]:
    return [text for place, text in enumerate(texts) if place % FOLDS != fold]


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
