"""Training an adapter: it learns, is reproducible, and writes exactly what an engine loads."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from adapters import cards
from adapters.demo import corpus
from adapters.demo.evaluate import DEMO
from adapters.dialogues import Dialogue, Message, write_dialogues
from adapters.training.lora import Provenance, train_lora
from adapters.training.settings import TARGET_MODULES, TrainSettings

SAMPLE = [
    Dialogue((Message("user", question), Message("assistant", topic.answer)))
    for topic in corpus.topics("mof")[:2]
    for question in topic.questions[:4]
]
QUICK = TrainSettings(epochs=4, batch_size=8, max_tokens=128, learning_rate=5e-3)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def test_training_lowers_the_loss_and_pins_what_it_wrote(tmp_path: Path) -> None:
    card = train_lora(DEMO / "model", SAMPLE, tmp_path, Provenance("mof", version=3, as_of="2026-11"), QUICK)
    assert card.metrics["last_loss"] < card.metrics["first_loss"]
    assert cards.verify(tmp_path) == card
    assert (card.name, card.base_model, card.base_digest) == (
        "mof-3",
        "bianmin-demo",
        cards.weights_digest(DEMO / "model"),
    )
    assert {path.name for path in tmp_path.iterdir()} == {*cards.CONTENT_FILES, cards.CARD_FILE}
    config = json.loads((tmp_path / "adapter_config.json").read_text(encoding="utf-8"))
    assert config["base_model_name_or_path"] == "bianmin-demo"
    assert config["target_modules"] == sorted(TARGET_MODULES)
    with safe_open(tmp_path / "adapter_model.safetensors", "pt") as weights:
        assert all(".lora_A." in name or ".lora_B." in name for name in weights.keys())  # noqa: SIM118
        assert {name.split(".")[-3] for name in weights.keys()} == set(TARGET_MODULES)  # noqa: SIM118


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    digests = [
        train_lora(
            DEMO / "model", SAMPLE, tmp_path / name, Provenance("mof"), replace(QUICK, epochs=2, seed=seed)
        ).digest
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    assert digests[0] == digests[1] != digests[2]


def test_command_line_names_the_bad_line_and_stops(tmp_path: Path) -> None:
    data = tmp_path / "dialogues.jsonl"
    write_dialogues(SAMPLE, data)
    with data.open("a", encoding="utf-8") as stream:
        stream.write('{"messages": "秘密"}\n')
    arguments = [
        "--base",
        str(DEMO / "model"),
        "--data",
        str(data),
        "--ministry",
        "mof",
        "--out",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "adapters.training", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "line 9:" in done.stderr and "秘密" not in done.stderr + done.stdout
    assert not (tmp_path / "out").exists()
