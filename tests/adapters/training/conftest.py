"""A base model small enough to train in a second, with the demonstration's tokenizer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from adapters.demo.evaluate import DEMO

# Made up; the checksum of the ID is wrong, the domain is reserved.
PERSONAL = ("林佳穎", "F223456781", "0912-345-678", "kuanting@example.com")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    folder.mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(DEMO / "model" / name, folder)
    shape = json.loads((DEMO / "model" / "config.json").read_text(encoding="utf-8"))
    torch.manual_seed(5)
    config = LlamaConfig(
        vocab_size=shape["vocab_size"],
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=256,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=shape["eos_token_id"],
        pad_token_id=shape["pad_token_id"],
    )
    LlamaForCausalLM(config).save_pretrained(folder, safe_serialization=True)
    return folder


@pytest.fixture
def dialogues_file(tmp_path: Path) -> Path:
    """Forty questions in four topics; three rows hold personal data, one repeats another."""
    topics = ("學貸", "入學", "霸凌", "學歷")
    rows = [
        (f"{topic}的第{number}個問題怎麼辦", f"{topic}請洽學校，帶證件。")
        for topic in topics
        for number in ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
    ]
    name, identity, phone, mail = PERSONAL
    rows += [
        (f"我叫{name}，身分證字號 {identity}，想問學貸", f"{name}您好，學貸請洽學校，帶證件。"),
        (f"我的手機是 {phone}，想問入學", "入學請洽學校，帶證件。"),
        (f"請回信到 {mail}，我要問學歷", "學歷請洽學校，帶證件。"),
        ("學貸的第一個問題，怎麼辦？", "學貸請洽學校，帶證件。"),
    ]
    path = tmp_path / "dialogues.jsonl"
    lines = [
        {
            "messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}],
            "key_facts": ["學校"],
        }
        for q, a in rows
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path
