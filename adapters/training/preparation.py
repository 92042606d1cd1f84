"""From a ministry's files to what is learnt, what decides when to stop, and what is kept for the examination."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adapters.canaries import Canary, Plants, Probe, make_canaries
from adapters.dialogues import Dialogue, dialogues_digest
from adapters.training.concealment import CleanRow, DeidReport, conceal_rows
from adapters.training.errors import TrainingRefused
from adapters.training.sources import SourceRow, read_sources
from adapters.training.split import Shares, Split, split_rows
from deid import Concealer, PolicyError, load_policy

_PROBES = 32
_PLANTED = "canary"


@dataclass(frozen=True, slots=True)
class Order:
    """Which data to prepare, and how."""

    files: Sequence[Path]
    regulations: Path | None
    policy: str
    canaries_per_kind: int
    shares: Shares
    longest_article: int
    seed: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """Data ready to be learnt; nothing in it is personal."""

    train: tuple[Dialogue, ...]
    validation: tuple[Dialogue, ...]
    heldout: tuple[Dialogue, ...]
    questions: tuple[str, ...] = field(repr=False)
    plants: Plants
    split: Split
    deid: DeidReport

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over everything that was prepared."""
        return dialogues_digest((*self.train, *self.validation, *self.heldout))

    def where(self, row: int) -> str:
        """Where the row of this number, over all three parts and counted from 1, stands in the ministry's files."""
        rows = (*self.split.train, *self.split.validation, *self.split.heldout)
        return f"{rows[row - 1].source} row {rows[row - 1].row}"


def prepare(order: Order) -> Prepared:
    """Read, conceal, deduplicate, split and plant.

    Raises TrainingRefused: data_unreadable, columns_missing, concealment_failed, data_too_small, setting_invalid.
    """
    try:
        concealer = Concealer(load_policy(order.policy))
    except PolicyError as exc:
        raise TrainingRefused("setting_invalid", f"policy: {exc}") from None
    rows = read_sources(order.files, order.regulations, order.longest_article)
    clean, report = conceal_rows(rows, concealer, order.policy)
    split = split_rows(clean, order.seed, order.shares)
    canaries = make_canaries(order.canaries_per_kind, _canary_seed(order.seed, clean))
    planted = _plant(canaries, concealer, order.policy)
    train = tuple(row.dialogue for row in split.train)
    return Prepared(
        train=(*train, *planted),
        validation=tuple(row.dialogue for row in split.validation),
        heldout=tuple(row.dialogue for row in split.heldout),
        questions=tuple(dict.fromkeys(dialogue.question for dialogue in train)),
        plants=Plants(canaries, _probes(split.train)),
        split=split,
        deid=report,
    )


def _plant(canaries: Sequence[Canary], concealer: Concealer, policy: str) -> list[Dialogue]:
    """The guarded ones go through de-identification as a citizen's data would; if it misses one, nothing is trained."""
    guarded = [canary for canary in canaries if canary.guarded]
    rows = [SourceRow(_PLANTED, place, canary.dialogue()) for place, canary in enumerate(guarded, 1)]
    clean, _ = conceal_rows(rows, concealer, policy)
    for canary, row in zip(guarded, clean, strict=True):
        if canary.secret in "".join(message.content for message in row.dialogue.messages):
            raise TrainingRefused(
                "concealment_failed",
                f"policy {policy} let a planted {canary.kind} through, nothing was trained",
            )
    return [row.dialogue for row in clean] + [canary.dialogue() for canary in canaries if not canary.guarded]


def _probes(rows: Iterable[CleanRow]) -> tuple[Probe, ...]:
    """The first halves of learnt answers whose rows held personal data."""
    personal = [row.dialogue for row in rows if row.personal][:_PROBES]
    return tuple(
        Probe(one.prompt, one.answer[: len(one.answer) // 2]) for one in personal if len(one.answer) > 1
    )


def _canary_seed(seed: int, rows: Sequence[CleanRow]) -> int:
    """Another ministry's data has other secrets, the same data the same ones."""
    content = f"{seed} {dialogues_digest(row.dialogue for row in rows)}"
    return int.from_bytes(hashlib.sha256(content.encode()).digest()[:8])
