"""The one optimisation loop, used for adapters and for the demonstration model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

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
    """Loss per token of the first step, and its running mean at the end."""

    first_loss: float
    last_loss: float


def fit(
    parameters: list[torch.nn.Parameter],
    loss_of: Callable[[Batch], torch.Tensor],
    batches: Iterator[Batch],
    plan: FitPlan,
    label: str,
) -> FitReport:
    """Train the parameters in place, showing loss, rate and time left.

    bfloat16 autocast uses the CPU's matrix unit where there is one (1.5 times float32 with AMX).
    """
    optimisers = _optimisers(parameters, plan)
    schedules = [torch.optim.lr_scheduler.LambdaLR(optimiser, plan.rate_factor) for optimiser in optimisers]
    device = parameters[0].device.type
    first = smooth = 0.0
    bar = tqdm(islice(batches, plan.steps), total=plan.steps, desc=label, unit="step", mininterval=2)
    for step, batch in enumerate(bar):
        with torch.autocast(device, dtype=torch.bfloat16, enabled=plan.bf16):
            loss = loss_of(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP_NORM)
        for optimiser, schedule in zip(optimisers, schedules, strict=True):
            optimiser.step()
            schedule.step()
            optimiser.zero_grad(set_to_none=True)
        value = loss.item()
        first = first if step else value
        smooth = SMOOTHING * smooth + (1 - SMOOTHING) * value if step else value
        bar.set_postfix(loss=f"{smooth:.4f}", refresh=False)
    return FitReport(first, smooth)


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
