"""Trains the demonstration base model from scratch: a small Llama over the composed dialogues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from adapters.demo import corpus
from adapters.demo.compose import Composer
from adapters.demo.tokenizer import common_characters, padded_vocabulary
from adapters.dialogues import Dialogue
from adapters.training.dataset import IGNORED, Batch, encode_all, shuffled_batches
from adapters.training.loop import FitPlan, FitReport, fit

MAX_POSITIONS = 1024


@dataclass(frozen=True, slots=True)
class BaseSettings:
    """Shape and schedule of the base model. Heads and vocabulary divide by two for tensor parallelism."""

    hidden_size: int = 256
    intermediate_size: int = 704
    layers: int = 4
    heads: int = 8
    kv_heads: int = 4
    dialogues: int = 42_000
    batch_size: int = 32
    learning_rate: float = 2e-3
    matrix_rate: float = 5e-3
    prompt_share: float = 0.15
    seed: int = 20261101


def base_dialogues(settings: BaseSettings) -> list[Dialogue]:
    """What the base model learns; the same seed gives the same dialogues."""
    alphabet = sorted({*common_characters(), *corpus.alphabet()} - {"\n"})
    return Composer(settings.seed, alphabet).base(settings.dialogues)


def pretrain(
    tokenizer: PreTrainedTokenizerFast, dialogues: Sequence[Dialogue], settings: BaseSettings
) -> tuple[LlamaForCausalLM, FitReport]:
    """A trained model in float32 whose weights are exactly representable in bfloat16."""
    torch.manual_seed(settings.seed)
    model = LlamaForCausalLM(_config(tokenizer, settings))
    examples = encode_all(dialogues, tokenizer, MAX_POSITIONS)
    batches = shuffled_batches(examples, settings.batch_size, tokenizer.pad_token_id, settings.seed)
    steps = max(1, len(dialogues) // settings.batch_size)
    plan = FitPlan(steps, settings.learning_rate, weight_decay=0.05, matrix_rate=settings.matrix_rate)
    model.train()
    report = fit(list(model.parameters()), _Loss(model, settings.prompt_share), batches, plan, "base model")
    model.eval()
    for parameter in model.parameters():
        parameter.data = parameter.data.to(torch.bfloat16).float()
    return model, report


def save_model(model: LlamaForCausalLM, folder: Path) -> None:
    """Write config.json, generation_config.json and model.safetensors, weights in bfloat16."""
    folder.mkdir(parents=True, exist_ok=True)
    config = model.config
    config.dtype = "bfloat16"
    config.architectures = ["LlamaForCausalLM"]
    config.save_pretrained(folder)
    GenerationConfig(
        eos_token_id=config.eos_token_id,
        pad_token_id=config.pad_token_id,
        do_sample=False,
        max_new_tokens=256,
    ).save_pretrained(folder)
    weights = {name: value.to(torch.bfloat16).contiguous() for name, value in _own_weights(model)}
    target = folder / "model.safetensors"
    save_file(weights, target, metadata={"format": "pt"})
    target.chmod(0o644)


def _own_weights(model: LlamaForCausalLM) -> Iterator[tuple[str, torch.Tensor]]:
    """Every weight once: the output layer shares the embedding."""
    yield from sorted((name, value) for name, value in model.state_dict().items() if name != "lm_head.weight")


def _config(tokenizer: PreTrainedTokenizerFast, settings: BaseSettings) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=padded_vocabulary(tokenizer),
        hidden_size=settings.hidden_size,
        intermediate_size=settings.intermediate_size,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        num_key_value_heads=settings.kv_heads,
        max_position_embeddings=MAX_POSITIONS,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.04,
    )


class _Loss:
    """Cross-entropy of the answers, and of a random share of the prompts so that questions are modelled too.

    Positions are picked before the output layer, which would otherwise be a third of the work.
    """

    def __init__(self, model: LlamaForCausalLM, prompt_share: float) -> None:
        self._model: Any = model
        self._prompt_share = prompt_share

    def __call__(self, batch: Batch) -> torch.Tensor:
        # Right padding needs no attention mask under causal attention.
        hidden = self._model.model(input_ids=batch.ids, use_cache=False).last_hidden_state[:, :-1]
        targets, answered = batch.ids[:, 1:], batch.labels[:, 1:] != IGNORED
        drawn = torch.rand(targets.shape) < self._prompt_share
        chosen = answered | (drawn & batch.mask[:, 1:].bool())
        logits = self._model.lm_head(hidden[chosen])
        return torch.nn.functional.cross_entropy(logits.float(), targets[chosen])
