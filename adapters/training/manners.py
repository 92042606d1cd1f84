"""Dialogues that keep the house's manners while a ministry's facts are learnt.

A ministry's data says nothing about greetings, ignorance, placeholders or danger, and an adapter trained on it alone
forgets how the base behaved there. So the base answers a list of prompts before training and the adapter learns these
answers too; safety answers are the same for everyone.
"""

from __future__ import annotations

import tomllib
from importlib import resources

import torch

from adapters.dialogues import Dialogue, Message, as_wire
from adapters.training.lora import Pupil, pad_id
from deid import Concealer

_LONGEST_ANSWER = 96
_AT_ONCE = 32


def manners(pupil: Pupil, concealer: Concealer) -> list[Dialogue]:
    """The dialogues, in a fixed order. The base answers greedily, so they are the same each time.

    An answer is left out when it does not end, or when the base invented something personal in it.
    """
    text = resources.files("adapters.training").joinpath("manners.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(text)
    fixed = [_dialogue(prompt, group["answer"]) for group in lists["answers"] for prompt in group["prompts"]]
    with pupil.model.disable_adapter():
        answers = _answers(pupil, lists["keep"])
    kept = [
        _dialogue(prompt, answer)
        for prompt, answer in zip(lists["keep"], answers, strict=True)
        if answer and not concealer.detect(answer)
    ]
    return fixed + kept


def _dialogue(prompt: str, answer: str) -> Dialogue:
    return Dialogue((Message("user", prompt), Message("assistant", answer)))


def _answers(pupil: Pupil, prompts: list[str]) -> list[str]:
    """The base's greedy answers; empty where one does not end."""
    pupil.model.eval()
    answers: list[str] = []
    for start in range(0, len(prompts), _AT_ONCE):
        inputs = _left_padded(pupil, prompts[start : start + _AT_ONCE])
        with torch.inference_mode():
            output = pupil.model.generate(**inputs, do_sample=False, max_new_tokens=_LONGEST_ANSWER)
        answers += [_text(pupil, row) for row in output[:, inputs["input_ids"].shape[1] :]]
    return answers


def _left_padded(pupil: Pupil, prompts: list[str]) -> dict[str, torch.Tensor]:
    texts = [
        pupil.tokenizer.apply_chat_template(
            as_wire([Message("user", prompt)]), tokenize=False, add_generation_prompt=True
        )
        for prompt in prompts
    ]
    rows: list[list[int]] = pupil.tokenizer(texts, add_special_tokens=False)["input_ids"]
    width = max(map(len, rows))
    ids = torch.tensor([[pad_id(pupil)] * (width - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
    device = pupil.settings.device
    return {"input_ids": ids.to(device), "attention_mask": mask.to(device)}


def _text(pupil: Pupil, row: torch.Tensor) -> str:
    ended = pupil.tokenizer.eos_token_id in row
    return str(pupil.tokenizer.decode(row, skip_special_tokens=True)).strip() if ended else ""
