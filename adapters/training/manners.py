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
from adapters.training.lora import Pupil

_LONGEST_ANSWER = 96


def manners(pupil: Pupil) -> list[Dialogue]:
    """The dialogues, in a fixed order. The base answers greedily, so they are the same each time."""
    text = resources.files("adapters.training").joinpath("manners.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(text)
    fixed = [_dialogue(prompt, group["answer"]) for group in lists["answers"] for prompt in group["prompts"]]
    with pupil.model.disable_adapter():
        kept = [(prompt, _answer(pupil, prompt)) for prompt in lists["keep"]]
    return fixed + [_dialogue(prompt, answer) for prompt, answer in kept if answer.strip()]


def _dialogue(prompt: str, answer: str) -> Dialogue:
    return Dialogue((Message("user", prompt), Message("assistant", answer)))


def _answer(pupil: Pupil, prompt: str) -> str:
    """The base's greedy answer; empty when it does not end."""
    tokenizer = pupil.tokenizer
    text = tokenizer.apply_chat_template(
        as_wire([Message("user", prompt)]), tokenize=False, add_generation_prompt=True
    )
    inputs = tokenizer(text, return_tensors="pt", add_special_tokens=False).to(pupil.settings.device)
    pupil.model.eval()
    with torch.inference_mode():
        output = pupil.model.generate(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            do_sample=False,
            max_new_tokens=_LONGEST_ANSWER,
        )
    said = output[0, inputs["input_ids"].shape[1] :]
    ended = len(said) < _LONGEST_ANSWER or tokenizer.eos_token_id in said
    return str(tokenizer.decode(said, skip_special_tokens=True)) if ended else ""
