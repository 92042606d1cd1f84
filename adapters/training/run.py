"""One training from a ministry's files to a folder that can be submitted."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig

from adapters.cards import AdapterCard, CardError
from adapters.dialogues import Dialogue, DialogueError, dialogues_digest
from adapters.training.checkpoint import Checkpoint
from adapters.training.dataset import Example, TooLong, encode
from adapters.training.errors import TrainingRefused
from adapters.training.loop import Checks
from adapters.training.lora import Provenance, Pupil, learn, loss_per_token, open_pupil
from adapters.training.manners import manners
from adapters.training.outcome import Outcome, write_outcome
from adapters.training.preparation import Order, Prepared, prepare
from adapters.training.settings import TrainSettings, rate_for
from deid import Concealer, load_policy

_STEPS_BETWEEN_CHECKS = 200


@dataclass(frozen=True, slots=True)
class Training:
    """Everything `bianmin adapters train` was asked for."""

    base: Path
    out: Path
    order: Order
    provenance: Provenance
    settings: TrainSettings
    patience: int
    keep_manners: bool


@dataclass(frozen=True, slots=True)
class _Lessons:
    """The prepared data as tokens; `manners` are learnt besides."""

    train: list[Example]
    validation: list[Example]
    heldout: list[Example]
    manners: list[Dialogue]


def rate_for_base(base: Path) -> float:
    """A learning rate that suits the base. Raises TrainingRefused(base_unreadable)."""
    try:
        return rate_for(int(AutoConfig.from_pretrained(base).hidden_size))
    except (OSError, ValueError, AttributeError):
        raise TrainingRefused(
            "base_unreadable", f"{base.name} is not a folder with a model's config.json"
        ) from None


def device(asked: str) -> str:
    """`auto` is the GPU where there is one. Raises TrainingRefused(setting_invalid)."""
    found = "cuda" if torch.cuda.is_available() else "cpu"
    if asked == "auto":
        return found
    if asked not in {"cpu", found}:
        raise TrainingRefused("setting_invalid", f"device {asked} is not there; this machine has {found}")
    return asked


def train(training: Training) -> tuple[AdapterCard, dict[str, Any]]:
    """Train into a folder beside `out` and rename it when all is there; a killed run goes on where it was.

    Returns the card and what `training.json` holds. Raises TrainingRefused with any of its codes.
    """
    if training.out.exists():
        raise TrainingRefused(
            "out_exists", f"{training.out.name} exists already; a result is never overwritten"
        )
    prepared = prepare(training.order)
    pupil = _open(training)
    extra = manners(pupil, Concealer(load_policy(training.order.policy))) if training.keep_manners else []
    lessons = _encode(pupil, prepared, extra)
    work = training.out.with_name(training.out.name + ".partial")
    work.mkdir(parents=True, exist_ok=True)
    checkpoint = Checkpoint(work, _identity(training, prepared, pupil, lessons))
    with pupil.model.disable_adapter():
        of_base = loss_per_token(pupil, lessons.heldout)
    checks = _checks(training, pupil, lessons, checkpoint)
    fitted = learn(pupil, lessons.train, training.provenance.ministry, checks)
    outcome = Outcome(fitted, of_base, loss_per_token(pupil, lessons.heldout), len(lessons.manners))
    card, report = write_outcome(work, pupil, prepared, training.provenance, outcome)
    checkpoint.remove()
    os.replace(work, training.out)
    return card, report


def _open(training: Training) -> Pupil:
    try:
        return open_pupil(training.base, training.settings)
    except (CardError, OSError, ValueError) as exc:
        raise TrainingRefused("base_unreadable", f"{training.base.name}: {type(exc).__name__}") from None


def _encode(pupil: Pupil, prepared: Prepared, extra: list[Dialogue]) -> _Lessons:
    """Raises TrainingRefused(dialogue_too_long), naming every row that is."""
    limit = pupil.settings.max_tokens
    own = len(prepared.split.train)
    encoded: list[Example] = []
    long: list[str] = []
    rows = (*prepared.train[:own], *prepared.validation, *prepared.heldout)
    for number, dialogue in enumerate(rows, 1):
        try:
            encoded.append(encode(dialogue, pupil.tokenizer, limit, number))
        except TooLong as exc:
            long.append(f"{prepared.where(number)} ({exc.reason})")
        except DialogueError as exc:
            raise TrainingRefused("base_unreadable", f"{pupil.base_name}: {exc.reason}") from None
    if long:
        more = f"; and {len(long) - 5} more" if len(long) > 5 else ""
        raise TrainingRefused("dialogue_too_long", "; ".join(long[:5]) + more)
    besides = [encode(dialogue, pupil.tokenizer, limit) for dialogue in (*prepared.train[own:], *extra)]
    end = own + len(prepared.validation)
    return _Lessons(encoded[:own] + besides, encoded[own:end], encoded[end:], extra)


def _checks(training: Training, pupil: Pupil, lessons: _Lessons, checkpoint: Checkpoint) -> Checks:
    """Validate and save after each epoch, and more often when an epoch is long."""
    an_epoch = -(-len(lessons.train) // training.settings.batch_size)
    return Checks(
        every=min(an_epoch, _STEPS_BETWEEN_CHECKS),
        validation_loss=lambda: loss_per_token(pupil, lessons.validation),
        patience=training.patience,
        save=checkpoint.save,
        restored=checkpoint.load(),
    )


def _identity(training: Training, prepared: Prepared, pupil: Pupil, lessons: _Lessons) -> str:
    """Whatever decides the weights; a checkpoint of anything else is not gone on from."""
    decides = {
        "base": pupil.base_digest,
        "data": prepared.digest,
        "manners": dialogues_digest(lessons.manners),
        "settings": asdict(training.settings),
        "patience": training.patience,
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
