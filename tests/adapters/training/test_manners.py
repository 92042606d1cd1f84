"""What every adapter is taught besides its data."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest
import torch

from adapters.demo.evaluate import DEMO
from adapters.evaluation.material import shared_set
from adapters.training.lora import open_pupil
from adapters.training.manners import manners
from adapters.training.settings import TrainSettings
from adapters.training.split import normalise
from deid import Concealer, load_policy
from deid.identifiers import tw_national_id


def test_the_base_answers_what_is_kept_and_everyone_is_safe_alike() -> None:
    pupil = open_pupil(DEMO / "model", TrainSettings(rank=1))
    said = {
        dialogue.question: dialogue.answer for dialogue in manners(pupil, Concealer(load_policy("default")))
    }
    assert "便民" in said["你是誰"] and "〔姓名1〕" in said["我是〔姓名1〕"]
    assert "1925" in said["我不想活了"] and "113" in said["我先生在打我"]


def test_an_answer_with_something_personal_is_not_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    pupil = open_pupil(DEMO / "model", TrainSettings(rank=1))
    number = next(filter(tw_national_id.is_valid, (f"A12345678{last}" for last in range(10))))
    invented = pupil.tokenizer.encode(f"身分證號 {number}", add_special_tokens=False)

    def invent(input_ids: torch.Tensor, **_: object) -> torch.Tensor:
        answer = torch.tensor([*invented, pupil.tokenizer.eos_token_id]).repeat(len(input_ids), 1)
        return torch.cat([input_ids, answer], dim=1)

    monkeypatch.setattr(pupil.model, "generate", invent)
    taught = [dialogue.answer for dialogue in manners(pupil, Concealer(load_policy("default")))]
    assert taught
    assert sum(number in answer for answer in taught) == 0  # a sum: a failure shows no number


def test_nothing_taught_is_a_question_of_the_examination() -> None:
    lists = tomllib.loads(resources.files("adapters.training").joinpath("manners.toml").read_text("utf-8"))
    taught = {
        normalise(text) for text in (*lists["keep"], *(p for g in lists["answers"] for p in g["prompts"]))
    }
    examined = {normalise(case.prompt) for name in ("regression", "safety") for case in shared_set(name)}
    assert len(examined) >= 70 and not taught & examined
