"""Training an adapter: it learns, is reproducible, and writes exactly what an engine loads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from safetensors import safe_open

from adapters import cards
from adapters.demo import corpus
from adapters.demo.evaluate import DEMO
from adapters.dialogues import Dialogue, Message
from adapters.training.lora import Provenance, train_lora
from adapters.training.settings import TARGET_MODULES, TrainSettings

SAMPLE = [
    Dialogue((Message("user", question), Message("assistant", topic.answer)))
    for topic in corpus.topics("mof")[:2]
    for question in topic.questions[:4]
]
QUICK = TrainSettings(epochs=4, batch_size=8, max_tokens=128, learning_rate=5e-3)


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
