"""Train a LoRA adapter: the same code for the demonstration set and for a ministry's own data."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from adapters import cards
from adapters.cards import AdapterCard
from adapters.dialogues import Dialogue, dialogues_digest
from adapters.training.dataset import IGNORED, Batch, Example, collate, encode_all, shuffled_batches
from adapters.training.loop import Checks, Course, FitPlan, FitReport
from adapters.training.settings import TrainSettings, target_modules


@dataclass(frozen=True, slots=True)
class Provenance:
    """Whose adapter it is and under which terms; copied into the card."""

    ministry: str
    version: int = 1
    as_of: str = ""
    licence: str = "Apache-2.0"
    author: str = ""
    sources: tuple[Mapping[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Pupil:
    """A base model that wears a fresh adapter, and what names it."""

    tokenizer: Any
    model: Any
    base_name: str
    base_revision: str
    base_lineage: tuple[str, ...]
    base_digest: str
    settings: TrainSettings


def train_lora(
    base_dir: Path,
    dialogues: Sequence[Dialogue],
    out_dir: Path,
    provenance: Provenance,
    settings: TrainSettings,
) -> AdapterCard:
    """Train, then write adapter_config.json, adapter_model.safetensors and card.json into `out_dir`.

    Deterministic on one machine with the same thread count. Raises DialogueError for a dialogue
    that is too long, CardError when the base model's weights are not safetensors.
    """
    pupil = open_pupil(base_dir, settings)
    examples = encode_all(dialogues, pupil.tokenizer, pupil.settings.max_tokens)
    report = learn(pupil, examples, f"adapter {provenance.ministry}", Checks())
    metrics = {"first_loss": round(report.first_loss, 4), "last_loss": round(report.last_loss, 4)}
    return write_adapter(pupil, out_dir, provenance, dialogues_digest(dialogues), metrics)


def open_pupil(base_dir: Path, settings: TrainSettings) -> Pupil:
    """Load the base and lay a new adapter over it; what is random comes from the settings' seed."""
    name, revision, lineage = _base_identity(base_dir)
    digest = cards.weights_digest(base_dir)
    torch.manual_seed(settings.seed)
    tokenizer = AutoTokenizer.from_pretrained(base_dir)
    return Pupil(tokenizer, _with_lora(base_dir, settings), name, revision, lineage, digest, settings)


def learn(pupil: Pupil, examples: Sequence[Example], label: str, checks: Checks) -> FitReport:
    """Train the adapter in place."""
    settings = pupil.settings
    batches = shuffled_batches(examples, settings.batch_size, pad_id(pupil), settings.seed)
    steps = max(1, round(settings.epochs * len(examples) / settings.batch_size))
    plan = FitPlan(steps, settings.learning_rate, weight_decay=0.0, bf16=settings.bf16)

    def loss_of(batch: Batch) -> torch.Tensor:
        return _loss(pupil, batch)

    pupil.model.train()
    return Course([p for p in pupil.model.parameters() if p.requires_grad], loss_of, plan).follow(
        batches, label, checks
    )


def loss_per_token(pupil: Pupil, examples: Sequence[Example]) -> float:
    """Mean loss over the tokens that the assistant says, in float32."""
    pupil.model.eval()
    total, count = 0.0, 0
    with torch.inference_mode():
        for start in range(0, len(examples), pupil.settings.batch_size):
            batch = collate(examples[start : start + pupil.settings.batch_size], pad_id(pupil))
            tokens = int((batch.labels != IGNORED).sum())
            total += float(_loss(pupil, batch)) * tokens
            count += tokens
    pupil.model.train()
    return total / count


def pad_id(pupil: Pupil) -> int:
    tokenizer = pupil.tokenizer
    return int(tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id)


def write_adapter(
    pupil: Pupil, out_dir: Path, provenance: Provenance, data_sha256: str, metrics: Mapping[str, float]
) -> AdapterCard:
    """Write the adapter's two files and its card."""
    _save(pupil.model, out_dir, pupil.base_name)
    settings = pupil.settings
    card = AdapterCard(
        name=f"{provenance.ministry}-{provenance.version}",
        ministry=provenance.ministry,
        version=provenance.version,
        base_model=pupil.base_name,
        base_digest=pupil.base_digest,
        rank=settings.rank,
        alpha=settings.alpha,
        target_modules=target_modules(settings.targets),
        data_sha256=data_sha256,
        as_of=provenance.as_of,
        licence=provenance.licence,
        seed=settings.seed,
        settings=asdict(settings),
        metrics=metrics,
        digest=cards.content_digest(out_dir),
        author=provenance.author,
        base_revision=pupil.base_revision,
        lineage=pupil.base_lineage,
        sources=provenance.sources,
    )
    cards.save(card, out_dir)
    return card


def _loss(pupil: Pupil, batch: Batch) -> torch.Tensor:
    ids, mask, labels = (part.to(pupil.settings.device) for part in (batch.ids, batch.mask, batch.labels))
    loss: torch.Tensor = pupil.model(input_ids=ids, attention_mask=mask, labels=labels).loss
    return loss


def _with_lora(base_dir: Path, settings: TrainSettings) -> Any:
    # On a GPU the frozen base fits in half the memory; PEFT keeps the adapter's own weights in float32.
    dtype = torch.bfloat16 if settings.bf16 and settings.device != "cpu" else torch.float32
    base = AutoModelForCausalLM.from_pretrained(base_dir, dtype=dtype, use_safetensors=True)
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=0.0,
        target_modules=list(target_modules(settings.targets)),
    )
    return get_peft_model(base, config).to(settings.device)


def _base_identity(base_dir: Path) -> tuple[str, str, tuple[str, ...]]:
    """The base model's public name, never a path of the machine that trained; its revision and lineage."""
    if (base_dir / cards.CARD_FILE).exists():
        card = cards.load_model(base_dir)
        return card.name, card.revision, card.lineage
    return base_dir.resolve().name, "", ()


def _save(model: Any, out_dir: Path, base_name: str) -> None:
    """Write PEFT's two files, weights in bfloat16, without PEFT's README and without local paths."""
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        model.save_pretrained(scratch, safe_serialization=True)
        weights = load_file(Path(scratch) / "adapter_model.safetensors")
        config = json.loads((Path(scratch) / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = base_name
    config["target_modules"] = sorted(config["target_modules"])
    stored = {name: weights[name].to(torch.bfloat16).contiguous() for name in sorted(weights)}
    target = out_dir / "adapter_model.safetensors"
    save_file(stored, target, metadata={"format": "pt"})
    target.chmod(0o644)
    text = json.dumps(config, indent=2, sort_keys=True) + "\n"
    (out_dir / "adapter_config.json").write_text(text, encoding="utf-8")
