"""From dialogues to token tensors: the loss counts assistant answers only, their end token included."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from adapters.dialogues import Dialogue, DialogueError, as_wire

IGNORED = -100
LENGTH_JITTER = 24
WIDTH_MULTIPLE = 8


class TooLong(DialogueError):
    """A dialogue has more tokens than are allowed."""


@dataclass(frozen=True, slots=True)
class Example:
    """One dialogue as token ids; `labels` equal the ids where the assistant speaks, else IGNORED."""

    ids: tuple[int, ...] = field(repr=False)
    labels: tuple[int, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    ids: torch.Tensor
    labels: torch.Tensor
    mask: torch.Tensor


def encode(dialogue: Dialogue, tokenizer: Any, max_tokens: int, row: int = 0) -> Example:
    """Tokenise through the model's own chat template; `row` is the number that errors name.

    Raises TooLong when the dialogue is longer than `max_tokens`, and DialogueError when the template does not
    render a conversation as a prefix of its continuation (then the answer's tokens can't be told apart).
    """
    messages = as_wire(dialogue.messages)
    ids = _render(tokenizer, messages, prompt=False)
    labels = [IGNORED] * len(ids)
    for place, message in enumerate(dialogue.messages):
        if message.role != "assistant":
            continue
        before = _render(tokenizer, messages[:place], prompt=True)
        after = _render(tokenizer, messages[: place + 1], prompt=False)
        if ids[: len(after)] != after or after[: len(before)] != before:
            raise DialogueError(row, "the chat template does not keep earlier turns unchanged")
        labels[len(before) : len(after)] = after[len(before) :]
    if len(ids) > max_tokens:
        raise TooLong(row, f"{len(ids)} tokens, more than the {max_tokens} allowed")
    return Example(tuple(ids), tuple(labels))


def encode_all(dialogues: Iterable[Dialogue], tokenizer: Any, max_tokens: int) -> list[Example]:
    """Encode every dialogue, numbering rows from 1 for errors."""
    return [encode(dialogue, tokenizer, max_tokens, row) for row, dialogue in enumerate(dialogues, start=1)]


def shuffled_batches(examples: Sequence[Example], size: int, pad_id: int, seed: int) -> Iterator[Batch]:
    """Endless batches, a new order each epoch; rows of similar length share a batch to save padding."""
    order = random.Random(seed)  # noqa: S311 - reproducible order, no secret
    while True:
        keyed = sorted(examples, key=lambda example: len(example.ids) + order.random() * LENGTH_JITTER)
        batches = [keyed[start : start + size] for start in range(0, len(keyed), size)]
        order.shuffle(batches)
        for rows in batches:
            yield collate(rows, pad_id)


def collate(rows: Sequence[Example], pad_id: int) -> Batch:
    """Right-padded tensors of one batch; few different widths let memory blocks be reused."""
    width = -(-max(len(row.ids) for row in rows) // WIDTH_MULTIPLE) * WIDTH_MULTIPLE
    ids = torch.full((len(rows), width), pad_id, dtype=torch.long)
    labels = torch.full((len(rows), width), IGNORED, dtype=torch.long)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row.ids)] = torch.tensor(row.ids)
        labels[place, : len(row.ids)] = torch.tensor(row.labels)
        mask[place, : len(row.ids)] = 1
    return Batch(ids, labels, mask)


def _render(tokenizer: Any, messages: list[dict[str, str]], prompt: bool) -> list[int]:
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt)
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids
