"""The training loop: packs samples into rows, shows them a few times, reports the loss."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from deid.tagger.features import COLUMNS, Floats, Lexicon, features
from deid.training.corpus import Entry
from deid.training.invented import invented
from deid.training.lexicon import UNKNOWN_HAN
from deid.training.network import DILATIONS, Network
from deid.training.samples import Sample, samples

_GAP = max(DILATIONS)
_ROW = 768
_ROWS = 2
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


def train(
    entries: Sequence[Entry], lexicon: Lexicon, known: Floats, passes: int, report: Callable[[str], None]
) -> Network:
    """Return a network trained on ``passes`` fresh fillings of the entries."""
    torch.manual_seed(1)
    network = Network(known)
    optimizer = torch.optim.AdamW(network.parameters(), lr=_FIRST_RATE, weight_decay=0.02)
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(_AVERAGED), use_buffers=True)
    steps_done, steps = 0, None
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        coming = pool.submit(_rows, entries, lexicon, 0)
        for index in range(passes):
            rows = coming.result()
            if index + 1 < passes:
                coming = pool.submit(_rows, entries, lexicon, index + 1)
            steps = steps or passes * (len(rows) // _ROWS + 1)
            began, losses = time.monotonic(), []
            for start in range(0, len(rows), _ROWS):
                for group in optimizer.param_groups:
                    group["lr"] = _rate(steps_done / steps)
                losses.append(_step(network, optimizer, rows[start : start + _ROWS]))
                averaged.update_parameters(network)
                steps_done += 1
            report(f"pass {index + 1}: loss {np.mean(losses):.4f}, {time.monotonic() - began:.0f} s")
    learned: Network = averaged.module.eval()
    return learned


def _rows(entries: Sequence[Entry], lexicon: Lexicon, index: int) -> list[Encoded]:
    rng = random.Random(index)  # noqa: S311
    drawn = [*samples(entries, rng), *invented(rng, int(len(entries) * _INVENTED_SHARE))]
    rng.shuffle(drawn)
    rows = pack([encode(sample, lexicon) for sample in drawn if sample.text])
    rng.shuffle(rows)
    return rows


def _rate(done: float) -> float:
    warm = min(1.0, done / 0.04)
    return _FIRST_RATE * warm * (0.02 + 0.98 * max(0.0, 1 - done))


def _step(network: Network, optimizer: Any, rows: Sequence[Encoded]) -> float:
    network.train()
    ids, table, tags, weights = (
        torch.from_numpy(np.stack([getattr(row, name) for row in rows])) for name in _FIELDS
    )
    shown = ids.clone()
    hidden = torch.rand(ids.shape)
    shown[(hidden < 0.12) & (ids > 0)] = UNKNOWN_HAN
    if torch.rand(1).item() < 0.15:
        table = table * (torch.rand(table.shape[0], table.shape[1], 1) > 0.1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network(ids, shown, table)
    losses = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), tags.flatten(), reduction="none")
    loss = (losses * weights.flatten()).sum() / weights.sum().clamp(min=1)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())
