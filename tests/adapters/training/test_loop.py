"""Stopping early keeps the best weights, and a state set down says everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from adapters.training.dataset import Batch
from adapters.training.loop import Checks, Course, FitPlan


def _course() -> tuple[torch.nn.Parameter, Course]:
    weight = torch.nn.Parameter(torch.zeros(3))
    plan = FitPlan(steps=40, learning_rate=0.1, bf16=False)
    return weight, Course([weight], lambda batch: ((weight - batch.ids) ** 2).sum(), plan)


def _batches() -> Iterator[Batch]:
    place = 0
    while True:
        place += 1
        yield Batch(torch.tensor([1.0, 2.0, place % 3]), torch.empty(0), torch.empty(0))


def test_stops_when_validation_no_longer_improves_and_keeps_the_best() -> None:
    weight, course = _course()
    said = iter([3.0, 2.0, 1.0, 1.5, 1.2, 0.5])
    seen: list[torch.Tensor] = []

    def validation_loss() -> float:
        seen.append(weight.detach().clone())
        return next(said)

    report = course.follow(_batches(), "test", Checks(every=4, validation_loss=validation_loss, patience=2))
    assert (report.steps, report.best_step, report.validation_loss) == (20, 12, 1.0)
    assert torch.equal(weight, seen[2]) and not torch.equal(weight, seen[4])


def test_state_set_down_at_any_check_leads_to_the_same_end() -> None:
    states: list[dict[str, Any]] = []
    weight, course = _course()
    keep = Checks(
        every=8, validation_loss=lambda: float(weight.detach().sum()), save=lambda s: states.append(_copy(s))
    )
    whole = course.follow(_batches(), "test", keep)
    assert len(states) == 5
    for state in states:
        again, resumed = _course()
        checks = Checks(every=8, validation_loss=lambda w=again: float(w.detach().sum()), restored=state)
        assert resumed.follow(_batches(), "test", checks) == whole
        assert torch.equal(again, weight)


def _copy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.clone()
    if isinstance(value, dict):
        return {key: _copy(one) for key, one in value.items()}
    return [_copy(one) for one in value] if isinstance(value, list) else value
