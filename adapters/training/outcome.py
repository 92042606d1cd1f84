"""The folder a training leaves: what an engine loads, its card, and what evaluation and the router need."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from adapters.canaries import save_plants
from adapters.cards import AdapterCard
from adapters.dialogues import write_dialogues
from adapters.training.loop import FitReport
from adapters.training.lora import Provenance, Pupil, write_adapter
from adapters.training.preparation import Prepared

REPORT_VERSION = 1
QUESTIONS_FILE, HELDOUT_FILE, REPORT_FILE = "questions.jsonl", "heldout.jsonl", "training.json"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What training reached; losses are per token the assistant says, on the held-out dialogues."""

    fitted: FitReport
    base_heldout_loss: float
    heldout_loss: float
    manners: int


def write_outcome(
    folder: Path, pupil: Pupil, prepared: Prepared, provenance: Provenance, outcome: Outcome
) -> tuple[AdapterCard, dict[str, Any]]:
    """Write every file of the folder; returns the card and what `training.json` holds."""
    report = _report(pupil, prepared, outcome)
    write_dialogues(prepared.heldout, folder / HELDOUT_FILE)
    lines = [json.dumps({"question": question}, ensure_ascii=False) for question in prepared.questions]
    (folder / QUESTIONS_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    save_plants(prepared.plants, folder)
    text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    (folder / REPORT_FILE).write_text(text, encoding="utf-8")
    metrics = {name: value for name, value in report["losses"].items() if value is not None}
    return write_adapter(pupil, folder, provenance, prepared.digest, metrics), report


def _report(pupil: Pupil, prepared: Prepared, outcome: Outcome) -> dict[str, Any]:
    fitted, split = outcome.fitted, prepared.split
    return {
        "version": REPORT_VERSION,
        "settings": asdict(pupil.settings),
        "steps": fitted.steps,
        "best_step": fitted.best_step,
        "losses": {
            "first_loss": round(fitted.first_loss, 4),
            "last_loss": round(fitted.last_loss, 4),
            "validation_loss": _rounded(fitted.validation_loss),
            "heldout_loss": round(outcome.heldout_loss, 4),
            "base_heldout_loss": round(outcome.base_heldout_loss, 4),
        },
        "curve": [[step, round(train, 4), round(validated, 4)] for step, train, validated in fitted.curve],
        "split": {
            "questions": split.questions,
            "train": len(split.train),
            "validation": len(split.validation),
            "heldout": len(split.heldout),
            "manners": outcome.manners,
            "canaries": len(prepared.plants.canaries),
        },
        "dropped": {"duplicates": split.duplicates, "near_duplicates": split.near_duplicates},
        "contradictions": split.contradictions,
        "personal_data": prepared.deid.as_json(),
        "personal_data_text": prepared.deid.as_text(),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
