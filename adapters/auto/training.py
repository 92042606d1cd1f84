"""Trains a router: softmax regression by stochastic gradient steps, in numpy, with the same result every time.

No BLAS and no random numbers of the operating system take part, and the weights are rounded to eight bits, so that a
router can be rebuilt to the byte. An occasional last bit of `exp` that differs between processors does not get through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adapters.auto.ngrams import LONGEST, folded, grams
from adapters.auto.questions import (
    demonstration_questions,
    shipped_dangers,
    shipped_no_dangers,
    shipped_nothing,
    shipped_questions,
)
from adapters.auto.router import Router, RouterError

# A ministry with very many dialogues neither slows training down nor drowns the others.
MOST_QUESTIONS = 600

_PASSES = 6
_RATE = 3.0
_BIAS_RATE = 0.01
_LEAST_TEXTS = 2
# A run counts by how rare it is; single characters and pairs say more about a question's subject than threes.
_RARITY_POWER = 2.0
_BY_LENGTH = (1.4, 1.0, 0.5)
assert len(_BY_LENGTH) == LONGEST
Doubles = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Example:
    rows: Rows
    values: Doubles
    column: int
    weight: float


def train(questions: Mapping[str, Sequence[str]], nothing: Sequence[str], *, balanced: bool = True) -> Router:
    """Train on the questions of each public name and on what belongs to none; `balanced` gives names with few
    questions the weight of the others.

    Deterministic in the content, whatever the order of the names. Raises RouterError when there are fewer than two
    names or one has no usable question.
    """
    names = sorted(questions)
    texts = [_usable(questions[name]) for name in names]
    if len(names) < 2 or not all(texts) or any(not name or "\n" in name for name in names):
        raise RouterError("a router needs two names or more, each with questions")
    seen = [(grams(text), column) for column, said in enumerate([*texts, _usable(nothing)]) for text in said]
    counts = Counter(run for runs, _ in seen for run in runs)
    kept = sorted(run for run, texts_with_it in counts.items() if texts_with_it >= _LEAST_TEXTS)
    if not kept:
        raise RouterError("the questions have nothing in common")
    rarity = [_BY_LENGTH[len(run) - 1] * np.log(len(seen) / counts[run]) ** _RARITY_POWER for run in kept]
    importance = np.asarray(rarity, dtype=np.float32)
    runs = {run: row for row, run in enumerate(kept)}
    examples = _examples(seen, runs, importance.astype(np.float64), balanced)
    weights, bias = _descend(examples, (len(kept), len(names) + 1))
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    return Router(
        names=tuple(names),
        runs=runs,
        importance=importance,
        weights=np.rint(weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=bias.astype(np.float32),
    )


def train_for(serving: Mapping[str, Sequence[str]]) -> Router:
    """Train on the shipped questions and those of the adapters now serving, by public name; names may be new."""
    shipped = shipped_questions()
    merged = {
        name: [*shipped.get(name, ()), *_spread(serving.get(name, ()))] for name in {*shipped, *serving}
    }
    return train(merged, shipped_nothing())


def train_dangers() -> Router:
    """Train what tells cries for help from everything that is asked; its names are the kinds of emergencies."""
    ordinary = [
        text
        for texts in (*shipped_questions().values(), *demonstration_questions().values())
        for text in texts
    ]
    return train(shipped_dangers(), [*ordinary, *shipped_nothing(), *shipped_no_dangers()], balanced=False)


def _spread(questions: Sequence[str]) -> Iterable[str]:
    """At most MOST_QUESTIONS, taken evenly from the whole."""
    distinct = list(dict.fromkeys(questions))
    step = max(1.0, len(distinct) / MOST_QUESTIONS)
    return (distinct[int(place * step)] for place in range(min(len(distinct), MOST_QUESTIONS)))


def _usable(questions: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(map(folded, questions)) if text]


def _examples(
    seen: Sequence[tuple[list[str], int]], runs: Mapping[str, int], importance: Doubles, balanced: bool
) -> list[_Example]:
    sizes = Counter(column for _, column in seen)
    usual = len(seen) / len(sizes)
    examples = []
    for found, column in seen:
        rows = np.asarray([row for run in found if (row := runs.get(run)) is not None], dtype=np.int64)
        if len(rows):
            weight = usual / sizes[column] if balanced else 1.0
            values = importance[rows]
            values = values / np.sqrt(np.square(values).sum())
            examples.append(_Example(rows, values[:, None], column, weight))
    return examples


def _descend(examples: Sequence[_Example], shape: tuple[int, int]) -> tuple[Doubles, Doubles]:
    weights, bias = np.zeros(shape), np.zeros(shape[1])
    order = np.random.Generator(np.random.PCG64(0))
    for turn in range(_PASSES):
        rate = _RATE * (1 - turn / _PASSES)
        for place in order.permutation(len(examples)):
            example = examples[place]
            step = (example.values * weights[example.rows]).sum(axis=0) + bias
            step -= step.max()
            np.exp(step, out=step)
            step /= step.sum()
            step[example.column] -= 1
            step *= rate * example.weight
            weights[example.rows] -= example.values * step
            bias -= _BIAS_RATE * step
    return weights, bias
