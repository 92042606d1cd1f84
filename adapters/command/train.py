"""`bianmin adapters train`: from a ministry's own files to a folder that can be submitted."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click

from adapters.training.errors import TrainingRefused
from adapters.training.preparation import Order
from adapters.training.settings import PRESETS, TrainSettings
from adapters.training.split import Shares

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_EPOCHS, _BATCH, _PATIENCE, _CANARIES = 20.0, 16, 4, 2
_SHARE = click.FloatRange(0, 0.4)


class TrainError(click.ClickException):
    """Shown as one line that begins with the stable code."""

    def __init__(self, refused: TrainingRefused) -> None:
        super().__init__(f"{refused.code}: {refused}")


@click.command()
@click.option("--ministry", required=True, help="Public name of the adapter, such as mof.")
@click.option(
    "--data", type=_FILE, multiple=True, help="Dialogues (.jsonl) or a table of questions and answers."
)
@click.option("--regulations", type=_FOLDER, help="Folder of regulations as .txt or .md.")
@click.option("--base", type=_FOLDER, required=True, help="Folder of the base model (safetensors).")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to make; must not exist.")
@click.option("--preset", type=click.Choice(list(PRESETS)), default="standard", show_default=True)
@click.option("--rank", type=click.IntRange(1, 512), help="Instead of the preset's.")
@click.option("--targets", help="all, attention, or modules with commas; instead of the preset's.")
@click.option("--epochs", type=click.FloatRange(0, min_open=True), default=_EPOCHS, show_default=True)
@click.option("--batch-size", type=click.IntRange(1), default=_BATCH, show_default=True)
@click.option("--learning-rate", type=float, help="Default: by the width of the base.")
@click.option(
    "--max-tokens", type=click.IntRange(16), default=512, show_default=True, help="Of one dialogue."
)
@click.option(
    "--patience", type=click.IntRange(0), default=_PATIENCE, show_default=True, help="Epochs; 0: to the end."
)
@click.option("--validation", type=_SHARE, default=0.1, show_default=True, help="Share of the questions.")
@click.option("--heldout", type=_SHARE, default=0.1, show_default=True, help="Share of the questions.")
@click.option(
    "--canaries", type=click.IntRange(0, 16), default=_CANARIES, show_default=True, help="Of each kind."
)
@click.option("--manners/--no-manners", default=True, help="Also keep the base's manners; on by default.")
@click.option("--policy", default="default", show_default=True, help="De-identification policy or its file.")
@click.option("--author", default="", help="Unit that answers for the data, for the card.")
@click.option("--as-of", default="", help="Date of the facts, for the card.")
@click.option("--licence", default="Apache-2.0", show_default=True, help="Of the adapter.")
@click.option("--data-licence", default="", help="Of the data, for the card.")
@click.option("--seed", type=int, default=TrainSettings().seed, show_default=True)
@click.option("--device", default="auto", show_default=True, help="cpu, cuda, or auto.")
def train(**options: Any) -> None:
    """Train a LoRA adapter on a ministry's data.

    Personal data is replaced by placeholders before anything learns from it. The same command again goes on after a
    kill. The result holds the adapter, its card, the held-out dialogues, the router's questions, the canaries of the
    privacy audit, and training.json.
    """
    try:
        # The only import of torch: `bianmin adapters --help` and the other commands do without it.
        run = importlib.import_module("adapters.training.run")
        card, report = run.train(_training(run, options))
    except TrainingRefused as refused:
        raise TrainError(refused) from None
    _tell(card.name, card.digest, report)


def _training(run: Any, options: dict[str, Any]) -> Any:
    if not options["data"] and not options["regulations"]:
        raise click.UsageError("give --data, --regulations, or both")
    lora = importlib.import_module("adapters.training.lora")
    preset = PRESETS[options["preset"]]
    rank = options["rank"] or preset.rank
    settings = TrainSettings(
        rank=rank,
        alpha=2 * rank,
        epochs=options["epochs"],
        batch_size=options["batch_size"],
        learning_rate=options["learning_rate"] or run.rate_for_base(options["base"]),
        max_tokens=options["max_tokens"],
        seed=options["seed"],
        device=run.device(options["device"]),
        targets=options["targets"] or preset.targets,
    )
    names = [path.name for path in (*options["data"], *filter(None, [options["regulations"]]))]
    sources = tuple(
        {"name": name, "licence": options["data_licence"], "as_of": options["as_of"]} for name in names
    )
    provenance = lora.Provenance(
        options["ministry"],
        as_of=options["as_of"],
        licence=options["licence"],
        author=options["author"],
        sources=sources,
    )
    return run.Training(
        base=options["base"],
        out=options["out"],
        order=_order(options),
        provenance=provenance,
        settings=settings,
        patience=options["patience"],
        keep_manners=options["manners"],
    )


def _order(options: dict[str, Any]) -> Order:
    return Order(
        files=options["data"],
        regulations=options["regulations"],
        policy=options["policy"],
        canaries_per_kind=options["canaries"],
        shares=Shares(options["validation"], options["heldout"]),
        # A character is at most about two tokens, and the question needs room as well.
        longest_article=max(32, options["max_tokens"] // 3),
        seed=options["seed"],
    )


def _tell(name: str, digest: str, report: dict[str, Any]) -> None:
    split, losses = report["split"], report["losses"]
    click.echo(report["personal_data_text"])
    click.echo(
        f"questions: {split['questions']} ({split['train']} rows learnt, {split['validation']} to stop by, "
        f"{split['heldout']} held out); repeated rows dropped: {sum(report['dropped'].values())}"
    )
    click.echo(
        f"held-out loss per token: base {losses['base_heldout_loss']}, adapter {losses['heldout_loss']}"
    )
    click.echo(f"{name} {digest}")
