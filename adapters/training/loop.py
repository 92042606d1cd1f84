"""The one optimisation loop, used for adapters and for the demonstration model; it can be set down and taken up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from tqdm import tqdm

from adapters.training.dataset import Batch

CLIP_NORM = 1.0
SMOOTHING = 0.95
VOCABULARY_ROWS = 4096


@dataclass(frozen=True, slots=True)
class FitPlan:
    """How long and how fast to learn: warm up linearly, hold, then decay linearly to zero."""

    steps: int
    learning_rate: float
    warmup_fraction: float = 0.05
    decay_fraction: float = 0.5
    weight_decay: float = 0.01
    bf16: bool = True
    matrix_rate: float = 0.0

    def rate_factor(self, step: int) -> float:
        done = (step + 1) / self.steps
        rising = done / self.warmup_fraction if self.warmup_fraction else 1.0
        falling = (1 - step / self.steps) / self.decay_fraction if self.decay_fraction else 1.0
        return min(1.0, rising, falling)


@dataclass(frozen=True, slots=True)
class FitReport:
    """Loss per token of the first step and its running mean at the end; what validation said, if it was asked.

    `curve` holds step, running mean and validation loss at each check; `best_step` is the one whose weights are kept.
    """

    first_loss: float
    last_loss: float
    steps: int = 0
    best_step: int = 0
    validation_loss: float | None = None
    curve: tuple[tuple[int, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Checks:
    """What happens every so many steps: validation, stopping early, and setting the state down.

    Training stops when `patience` validations in a row were no better than the best; 0 never stops. `save` gets
    everything that `restored` needs to go on as if nothing had happened.
    """

    every: int = 0
    validation_loss: Callable[[], float] | None = None
    patience: int = 0
    save: Callable[[dict[str, Any]], None] | None = None
    restored: dict[str, Any] | None = None


def fit(
    parameters: list[torch.nn.Parameter],
    loss_of: Callable[[Batch], torch.Tensor],
    batches: Iterator[Batch],
    plan: FitPlan,
    label: str,
) -> FitReport:
    """Train the parameters in place, showing loss, rate and time left."""
    return Course(parameters, loss_of, plan).follow(batches, label, Checks())


class Course:
    """One training from its first step to its last, also over several processes.

    bfloat16 autocast uses the CPU's matrix unit where there is one (1.5 times float32 with AMX).
    """

    def __init__(
        self,
        parameters: list[torch.nn.Parameter],
        loss_of: Callable[[Batch], torch.Tensor],
        plan: FitPlan,
    ) -> None:
        self._parameters, self._loss_of, self._plan = parameters, loss_of, plan
        self._optimisers = _optimisers(parameters, plan)
        self._schedules = [
            torch.optim.lr_scheduler.LambdaLR(one, plan.rate_factor) for one in self._optimisers
        ]
        self._step = 0
        self._stopped = False
        self._first = self._smooth = 0.0
        self._curve: list[tuple[int, float, float]] = []
        self._best: tuple[int, float, list[torch.Tensor]] | None = None

    def follow(self, batches: Iterator[Batch], label: str, checks: Checks) -> FitReport:
        """Train to the end or until validation says stop; keeps the weights that validated best."""
        if checks.restored:
            self._load(checks.restored)
        rest = islice(batches, self._step, self._step if self._stopped else self._plan.steps)
        bar = tqdm(rest, total=self._plan.steps, initial=self._step, desc=label, unit="step", mininterval=2)
        with bar:
            for batch in bar:
                self._learn(batch)
                bar.set_postfix(loss=f"{self._smooth:.4f}", refresh=False)
                if checks.every and (self._step % checks.every == 0 or self._step == self._plan.steps):
                    self._check(checks)
                    if self._stopped:
                        break
        self._keep_best()
        return self._report()

    def _learn(self, batch: Batch) -> None:
        with torch.autocast(self._parameters[0].device.type, dtype=torch.bfloat16, enabled=self._plan.bf16):
            loss = self._loss_of(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters, CLIP_NORM)
        for optimiser, schedule in zip(self._optimisers, self._schedules, strict=True):
            optimiser.step()
            schedule.step()
            optimiser.zero_grad(set_to_none=True)
        value = loss.item()
        self._first = self._first if self._step else value
        self._smooth = SMOOTHING * self._smooth + (1 - SMOOTHING) * value if self._step else value
        self._step += 1

    def _check(self, checks: Checks) -> None:
        """Validate, decide whether to stop, and save."""
        if checks.validation_loss:
            loss = checks.validation_loss()
            self._curve.append((self._step, self._smooth, loss))
            if self._best is None or loss < self._best[1]:
                self._best = (self._step, loss, [one.detach().clone() for one in self._parameters])
            since = sum(step > self._best[0] for step, _, _ in self._curve)
            self._stopped = bool(checks.patience) and since >= checks.patience
        if checks.save:
            checks.save(self._state())

    def _keep_best(self) -> None:
        if self._best:
            with torch.no_grad():
                for parameter, kept in zip(self._parameters, self._best[2], strict=True):
                    parameter.copy_(kept)

    def _report(self) -> FitReport:
        step, loss = self._best[:2] if self._best else (self._step, None)
        return FitReport(self._first, self._smooth, self._step, step, loss, tuple(self._curve))

    def _state(self) -> dict[str, Any]:
        return {
            "step": self._step,
            "stopped": self._stopped,
            "losses": [self._first, self._smooth],
            "curve": [list(point) for point in self._curve],
            "best": list(self._best) if self._best else None,
            "parameters": [one.detach() for one in self._parameters],
            "optimisers": [one.state_dict() for one in self._optimisers],
            "schedules": [one.state_dict() for one in self._schedules],
        }

    def _load(self, state: dict[str, Any]) -> None:
        self._step, self._stopped = state["step"], state["stopped"]
        self._first, self._smooth = state["losses"]
        self._curve = [(int(step), train, validated) for step, train, validated in state["curve"]]
        self._best = tuple(state["best"]) if state["best"] else None
        with torch.no_grad():
            for parameter, kept in zip(self._parameters, state["parameters"], strict=True):
                parameter.copy_(kept)
        for one, kept in zip(self._optimisers, state["optimisers"], strict=True):
            one.load_state_dict(kept)
        for one, kept in zip(self._schedules, state["schedules"], strict=True):
            one.load_state_dict(kept)


def _optimisers(parameters: list[torch.nn.Parameter], plan: FitPlan) -> list[torch.optim.Optimizer]:
    """AdamW for all; with a matrix rate, Muon for the hidden matrices (it needs about half the steps)."""
    is_hidden = [bool(plan.matrix_rate) and p.ndim == 2 and p.shape[0] < VOCABULARY_ROWS for p in parameters]
    rest = [p for p, hidden in zip(parameters, is_hidden, strict=True) if not hidden]
    matrices = [p for p, hidden in zip(parameters, is_hidden, strict=True) if hidden]
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(
            rest, lr=plan.learning_rate, betas=(0.9, 0.98), weight_decay=plan.weight_decay, fused=True
        )
    ]
    if matrices:
        optimisers.append(
            torch.optim.Muon(
                matrices, lr=plan.matrix_rate, weight_decay=plan.weight_decay, adjust_lr_fn="match_rms_adamw"
            )
        )
    return optimisers
