"""`python -m adapters.demo.build`: tokenizer, base model, four adapters, their cards and the evaluation.

A part whose card already describes the same inputs is kept; `--force` builds everything anew.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from adapters import cards
from adapters.cards import CardError, ModelCard
from adapters.demo import corpus
from adapters.demo.compose import Composer
from adapters.demo.evaluate import DEMO, evaluate, summary
from adapters.demo.pretrain import BaseSettings, base_dialogues, pretrain, save_model
from adapters.demo.tokenizer import build_tokenizer
from adapters.dialogues import Dialogue, dialogues_digest, write_dialogues
from adapters.training.lora import Provenance, train_lora
from adapters.training.settings import TrainSettings

COMMAND = "python -m adapters.demo.build"
MODEL_NAME = "bianmin-demo"
NOTICE = (
    "示範模型：內容僅供展示，不是法令或官方說明。 Demonstration only: the facts it states are not official."
)
ADAPTER_SETTINGS = TrainSettings(epochs=1.75, batch_size=24, learning_rate=3e-3)
VARIANTS = 10
KEEP_FRACTION = 0.25
SCRATCH = Path("build/demo")
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def build_base(folder: Path, settings: BaseSettings, force: bool) -> ModelCard:
    """Train and write the base model, unless the folder already holds this revision."""
    dialogues = base_dialogues(settings)
    revision = _revision(dialogues, settings)
    if not force and _is_current(folder, revision):
        return cards.load_model(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tokenizer = build_tokenizer(corpus.alphabet())
    tokenizer.save_pretrained(folder)
    model, report = pretrain(tokenizer, dialogues, settings)
    save_model(model, folder)
    card = ModelCard(
        name=MODEL_NAME,
        revision=revision,
        licence="Apache-2.0",
        lineage=(),
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        digest=cards.weights_digest(folder),
        built_with=COMMAND,
        notice=NOTICE,
        settings={**asdict(settings), "last_loss": round(report.last_loss, 4)},
    )
    cards.save(card, folder)
    return card


def build_adapter(demo: Path, ministry: str, force: bool) -> None:
    """Compose the ministry's dialogues and train on them with the code that ministries use."""
    dialogues = Composer(ADAPTER_SETTINGS.seed, (), learnt=ministry).adapter(VARIANTS, KEEP_FRACTION)
    write_dialogues(dialogues, SCRATCH / f"{ministry}.jsonl")
    folder = demo / "adapters" / ministry
    inputs = (cards.weights_digest(demo / "model"), dialogues_digest(dialogues))
    try:
        card = cards.verify(folder)
        # A card from before a setting existed lacks it: it was trained with what is the default now.
        same_settings = card.settings.items() <= asdict(ADAPTER_SETTINGS).items()
        if not force and same_settings and (card.base_digest, card.data_sha256) == inputs:
            return
    except CardError:
        pass
    train_lora(
        demo / "model",
        dialogues,
        folder,
        Provenance(ministry, as_of=corpus.as_of(ministry)),
        ADAPTER_SETTINGS,
    )


def write_evaluation(demo: Path) -> str:
    """Evaluate, write evaluation.json, and put each adapter's rates into its card."""
    report = evaluate(demo)
    text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    (demo / "evaluation.json").write_text(text, encoding="utf-8")
    for ministry, result in report["ministries"].items():
        folder = demo / "adapters" / ministry
        card = cards.verify(folder)
        rates = {f"held_out_{form}": rate for form, rate in result["adapter"].items()}
        cards.save(replace(card, metrics={**card.metrics, **rates}), folder)
    return summary(report)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog=COMMAND, description="Build the demonstration model and adapters.")
    parser.add_argument("--demo", type=Path, default=DEMO, help="folder to write model/ and adapters/ into")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--force", action="store_true", help="rebuild also what is current")
    args = parser.parse_args(arguments)
    torch.set_num_threads(args.threads)
    _keep_freed_memory()
    build_base(args.demo / "model", BaseSettings(), args.force)
    for ministry in corpus.MINISTRIES:
        build_adapter(args.demo, ministry, args.force)
    print(write_evaluation(args.demo))
    return 0


def _revision(dialogues: Sequence[Dialogue], settings: BaseSettings) -> str:
    inputs = dialogues_digest(dialogues) + json.dumps(asdict(settings), sort_keys=True)
    return hashlib.sha256(inputs.encode()).hexdigest()[:12]


def _is_current(folder: Path, revision: str) -> bool:
    try:
        return cards.verify_model(folder).revision == revision
    except CardError:
        return False


def _keep_freed_memory() -> None:
    """Let glibc reuse large blocks instead of returning them: a fifth less time per training step."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return
    mallopt(_M_MMAP_THRESHOLD, 1 << 30)
    mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)


if __name__ == "__main__":
    sys.exit(main())
