"""Train a LoRA adapter: the same code for the demonstration set and for a ministry's own data."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from adapters import cards
from adapters.cards import AdapterCard
from adapters.dialogues import Dialogue, dialogues_digest
from adapters.training.dataset import Batch, Example, encode_all, shuffled_batches
from adapters.training.loop import FitPlan, FitReport, fit

TARGET_MODULES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """Everything that decides the weights besides base model and data."""

    rank: int = 8
    alpha: int = 16
    epochs: float = 6.0
    batch_size: int = 32
    learning_rate: float = 2e-3
    max_tokens: int = 512
    seed: int = 20261101
    bf16: bool = True
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Whose adapter it is and under which terms; copied into the card."""

    ministry: str
    version: int = 1
    as_of: str = ""
    licence: str = "Apache-2.0"


def train_lora(
    base_dir: Path,
    dialogues: Sequence[Dialogue],
    out_dir: Path,
    provenance: Provenance,
    settings: TrainSettings | None = None,
) -> AdapterCard:
    """Train, then write adapter_config.json, adapter_model.safetensors and card.json into `out_dir`.

    Deterministic on one machine with the same thread count. Raises DialogueError for a dialogue
    that is too long, CardError when the base model's weights are not safetensors.
    """
    settings = settings or TrainSettings()
    base_name, base_digest = _base_name(base_dir), cards.weights_digest(base_dir)
    torch.manual_seed(settings.seed)
    tokenizer = AutoTokenizer.from_pretrained(base_dir)
    examples = encode_all(dialogues, tokenizer, settings.max_tokens)
    model = _with_lora(base_dir, settings)
    report = _fit(model, tokenizer, examples, settings, f"adapter {provenance.ministry}")
    _save(model, out_dir, base_name)
    card = AdapterCard(
        name=f"{provenance.ministry}-{provenance.version}",
        ministry=provenance.ministry,
        version=provenance.version,
        base_model=base_name,
        base_digest=base_digest,
        rank=settings.rank,
        alpha=settings.alpha,
        target_modules=TARGET_MODULES,
        data_sha256=dialogues_digest(dialogues),
        as_of=provenance.as_of,
        licence=provenance.licence,
        seed=settings.seed,
        settings=asdict(settings),
        metrics={"first_loss": round(report.first_loss, 4), "last_loss": round(report.last_loss, 4)},
        digest=cards.content_digest(out_dir),
    )
    cards.save(card, out_dir)
    return card


def _fit(
    model: Any, tokenizer: Any, examples: Sequence[Example], settings: TrainSettings, label: str
) -> FitReport:
    pad_id = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    batches = shuffled_batches(examples, settings.batch_size, pad_id, settings.seed)
    steps = max(1, round(settings.epochs * len(examples) / settings.batch_size))
    plan = FitPlan(steps, settings.learning_rate, weight_decay=0.0, bf16=settings.bf16)

    def loss_of(batch: Batch) -> torch.Tensor:
        ids, mask, labels = (part.to(settings.device) for part in (batch.ids, batch.mask, batch.labels))
        loss: torch.Tensor = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        return loss

    model.train()
    return fit([p for p in model.parameters() if p.requires_grad], loss_of, batches, plan, label)


def _with_lora(base_dir: Path, settings: TrainSettings) -> Any:
    base = AutoModelForCausalLM.from_pretrained(base_dir, dtype=torch.float32, use_safetensors=True)
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=0.0,
        target_modules=list(TARGET_MODULES),
    )
    return get_peft_model(base, config).to(settings.device)


def _base_name(base_dir: Path) -> str:
    """The base model's public name, never a path of the machine that trained."""
    if (base_dir / cards.CARD_FILE).exists():
        return cards.load_model(base_dir).name
    return base_dir.name


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
