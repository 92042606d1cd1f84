"""The training loop: packs samples into rows, shows them a few times, reports the loss."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import distributed
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from deid.tagger.features import COLUMNS, Floats, Lexicon, features
from deid.training.corpus import Entry
from deid.training.invented import invented
from deid.training.lexicon import UNKNOWN_HAN
from deid.training.network import DILATIONS, Network
from deid.training.samples import Sample, samples

_GAP = max(DILATIONS)
_ROW = 768
_LEARNERS, _LEAVING = 2, 60  # seconds that the other learner may take to end
_FIRST_RATE = 2e-3
_INVENTED_SHARE = 0.35
_AVERAGED = 0.998


@dataclass(frozen=True)
class Encoded:
    """A sample in numbers."""

    ids: Any
    features: Floats
    tags: Any
    weights: Floats


def encode(sample: Sample, lexicon: Lexicon) -> Encoded:
    views, tags, weights = sample.folded()
    ids, table = features(views, 0, len(views.folded), lexicon)
    return Encoded(ids.astype(np.int64), table, tags, weights)


def pack(encoded: Sequence[Encoded]) -> list[Encoded]:
    """Put texts one behind another into rows of one length, gaps between them."""
    rows: list[Encoded] = []
    current: list[Encoded] = []
    used = 0
    for item in encoded:
        for start in range(0, len(item.ids), _ROW - _GAP):
            part = Encoded(*(getattr(item, name)[start : start + _ROW - _GAP] for name in _FIELDS))
            if used + len(part.ids) + _GAP > _ROW:
                rows.append(_row(current))
                current, used = [], 0
            current.append(part)
            used += len(part.ids) + _GAP
    return [*rows, _row(current)] if current else rows


_FIELDS = ("ids", "features", "tags", "weights")


def _row(parts: list[Encoded]) -> Encoded:
    row = Encoded(
        np.zeros(_ROW, dtype=np.int64),
        np.zeros((_ROW, COLUMNS), dtype=np.float32),
        np.zeros(_ROW, dtype=np.int64),
        np.zeros(_ROW, dtype=np.float32),
    )
    at = 0
    for part in parts:
        end = at + len(part.ids)
        for name in _FIELDS:
            getattr(row, name)[at:end] = getattr(part, name)
        at = end + _GAP
    return row


@dataclass(frozen=True)
class Lesson:
    """What all learners are given."""

    entries: Sequence[Entry]
    lexicon: Lexicon
    known: Floats
    passes: int


def train(lesson: Lesson, report: Callable[[str], None]) -> Network:
    """Return a network trained on fresh fillings of the entries, by two processes of one thread each.

    Each learns from its half of every pass; their gradients are averaged at every step.
    """
    with TemporaryDirectory() as folder:
        meeting = (Path(folder) / "learners").as_uri()
        other = get_context("spawn").Process(target=_learn, args=(1, meeting, lesson, _silent))
        other.start()
        try:
            return _learn(0, meeting, lesson, report)
        finally:
            other.join(_LEAVING)
            other.terminate()


def _silent(_line: str) -> None:
    """The first learner reports."""


def _learn(rank: int, meeting: str, lesson: Lesson, report: Callable[[str], None]) -> Network:
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=_LEARNERS)
    try:
        return _taught(rank, lesson, report)
    finally:
        distributed.destroy_process_group()


def _taught(rank: int, lesson: Lesson, report: Callable[[str], None]) -> Network:
    torch.manual_seed(1)
    network = Network(lesson.known)
    torch.manual_seed(2 + rank)
    optimizer = torch.optim.AdamW(network.parameters(), lr=_FIRST_RATE, weight_decay=0.02)
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(_AVERAGED), use_buffers=True)
    steps_done, steps = 0, 0
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        coming = pool.submit(_rows, lesson, 0, rank)
        for index in range(lesson.passes):
            rows = _as_many(coming.result())
            if index + 1 < lesson.passes:
                coming = pool.submit(_rows, lesson, index + 1, rank)
            steps = steps or lesson.passes * len(rows)
            began, losses = time.monotonic(), []
            for row in rows:
                for group in optimizer.param_groups:
                    group["lr"] = _rate(steps_done / steps)
                losses.append(_step(network, optimizer, row))
                averaged.update_parameters(network)
                steps_done += 1
            report(f"pass {index + 1}: loss {np.mean(losses):.4f}, {time.monotonic() - began:.0f} s")
    learned: Network = averaged.module.eval()
    return learned


def _as_many(rows: list[Encoded]) -> list[Encoded]:
    """Return as many rows as every learner has."""
    fewest = torch.tensor(len(rows))
    distributed.all_reduce(fewest, distributed.ReduceOp.MIN)
    return rows[: int(fewest)]


def _share_gradients(network: Network) -> None:
    """Replace each gradient by the mean of all learners'."""
    gradients = [weight.grad for weight in network.parameters()]
    together = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(together)
    together /= _LEARNERS
    position = 0
    for gradient in gradients:
        gradient.copy_(together[position : position + gradient.numel()].view_as(gradient))
        position += gradient.numel()


def _rows(lesson: Lesson, index: int, rank: int) -> list[Encoded]:
    entries = list(lesson.entries)
    random.Random(index).shuffle(entries)  # noqa: S311
    entries = entries[rank::_LEARNERS]
    rng = random.Random(f"{index} {rank}")  # noqa: S311
    drawn = [*samples(entries, rng), *invented(rng, int(len(entries) * _INVENTED_SHARE))]
    rng.shuffle(drawn)
    rows = pack([encode(sample, lesson.lexicon) for sample in drawn if sample.text])
    rng.shuffle(rows)
    return rows


def _rate(done: float) -> float:
    warm = min(1.0, done / 0.04)
    return _FIRST_RATE * warm * (0.02 + 0.98 * max(0.0, 1 - done))


def _step(network: Network, optimizer: Any, row: Encoded) -> float:
    network.train()
    ids, table, tags, weights = (torch.from_numpy(getattr(row, name))[None] for name in _FIELDS)
    shown = ids.clone()
    hidden = torch.rand(ids.shape)
    shown[(hidden < 0.12) & (ids > 0)] = UNKNOWN_HAN
    if torch.rand(1).item() < 0.15:
        table = table * (torch.rand(table.shape[0], table.shape[1], 1) > 0.1)
    # Processors that have no products of this kind take twelve times as long with them as without.
    quick = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=quick):
        logits = network(ids, shown, table)
    losses = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), tags.flatten(), reduction="none")
    loss = (losses * weights.flatten()).sum() / weights.sum().clamp(min=1)
    optimizer.zero_grad()
    loss.backward()
    _share_gradients(network)
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())
