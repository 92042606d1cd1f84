"""Cards that lie, adapters for another base, origins on the deny-list, and bases that can't be read."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from adapters.intake import BaseSpec, IntakeRefused, deny_by
from tests.adapters import hostile

LIST = tomllib.loads(
    (Path(__file__).parents[3] / "deploy" / "profiles" / "denylist.toml").read_text(encoding="utf-8")
)
DENY = deny_by({entry["name"]: re.compile(entry["pattern"], re.IGNORECASE) for entry in LIST["family"]})

DENIED = [
    "Qwen/Qwen2.5-7B",
    "/models/deepseek-r1",
    "ＱＷＥＮ３",
    "Q\u200bwen2",
    "Ｄeep\u00adSeek",
    "01-ai/Yi-34B",
]


@pytest.mark.parametrize("name", DENIED)
def test_a_denied_base_in_the_configuration(base: BaseSpec, adapter: Path, name: str) -> None:
    (adapter / "card.json").unlink()
    hostile.edit_config(adapter, base_model_name_or_path=name)
    assert hostile.refusal(adapter, base, deny=DENY).code == "lineage_denied"


@pytest.mark.parametrize("name", DENIED)
@pytest.mark.parametrize("place", ["base_model", "lineage", "sources"])
def test_a_denied_name_in_the_card(base: BaseSpec, adapter: Path, place: str, name: str) -> None:
    source = {"name": f"answers of {name}", "licence": "MIT", "as_of": "2026-11"}
    value: Any = {"lineage": ("tiny-seed", name), "sources": (source,)}.get(place, name)
    hostile.edit_card(adapter, **{place: value})
    answer = hostile.refusal(adapter, base, deny=DENY)
    assert answer.code == "lineage_denied" and "card.json" in answer.message


def test_a_denied_name_in_the_weights_metadata(base: BaseSpec, adapter: Path) -> None:
    hostile.edit_header(adapter, lambda header: header.__setitem__("__metadata__", {"base": "Qwen3-8B"}))
    assert hostile.refusal(adapter, base, deny=DENY).code == "lineage_denied"


def test_an_allowed_origin_passes_the_same_list(base: BaseSpec, adapter: Path) -> None:
    from adapters.intake import inspect

    assert inspect(adapter, base, DENY).base_name == "tiny"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("digest", "sha256:" + "0" * 64),
        ("rank", 8),
        ("alpha", 7),
        ("target_modules", ("q_proj",)),
    ],
)
def test_a_card_that_says_something_else_than_the_files(
    base: BaseSpec, adapter: Path, field: str, value: Any
) -> None:
    hostile.edit_card(adapter, **{field: value})
    answer = hostile.refusal(adapter, base)
    assert answer.code == "card_mismatch" and field in answer.message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_digest", "sha256:" + "0" * 64),
        ("base_digest", "\x1b[2J"),
        ("base_model", "other"),
        ("base_revision", "r2"),
    ],
)
def test_a_card_for_another_base(base: BaseSpec, adapter: Path, field: str, value: str) -> None:
    hostile.edit_card(adapter, **{field: value})
    assert hostile.refusal(adapter, base).code == "base_mismatch"


def test_card_and_configuration_that_contradict_each_other(base: BaseSpec, adapter: Path) -> None:
    hostile.edit_config(adapter, base_model_name_or_path="another-model")
    assert hostile.refusal(adapter, base).code == "base_mismatch"


@pytest.mark.parametrize("name", ["", None, "other/model", "tiny2", "/", "tiny/.."])
def test_without_a_card_the_base_must_be_named(base: BaseSpec, adapter: Path, name: Any) -> None:
    (adapter / "card.json").unlink()
    hostile.edit_config(adapter, base_model_name_or_path=name)
    assert hostile.refusal(adapter, base).code == "base_mismatch"


def test_the_adapter_of_another_base_of_the_same_shape(adapter: Path, tmp_path: Path) -> None:
    folder = hostile.write_base(tmp_path / "tiny")
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "model.safetensors").write_bytes(content)
    (folder / "card.json").unlink()
    other = BaseSpec.from_folder(folder, max_rank=8)
    assert hostile.refusal(adapter, other).code == "base_mismatch"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"[" * 100_000, b'{"name": 1}'])
def test_cards_that_are_none(base: BaseSpec, adapter: Path, content: bytes) -> None:
    (adapter / "card.json").write_bytes(content)
    assert hostile.refusal(adapter, base).code == "card_invalid"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("questions.jsonl", b"not json\n"),
        ("questions.jsonl", b"[1]\n"),
        ("questions.jsonl", b'{"a": 1, "a": 2}\n'),
        ("heldout.jsonl", b"\x80\x04\x95\n"),
        ("heldout.jsonl", b'{"a": "' + b"x" * 2_000_000 + b'"}\n'),
        ("canaries.json", b"[" * 100_000),
        ("report.json", b"\xff"),
        ("training.json", b'{"loss": NaN}'),
    ],
    ids=range(8),
)
def test_extra_files_that_no_reader_could_read(
    base: BaseSpec, adapter: Path, name: str, content: bytes
) -> None:
    (adapter / name).write_bytes(content)
    answer = hostile.refusal(adapter, base)
    assert answer.code == "extra_invalid" and name in answer.message


def test_inspecting_trusts_no_folder_either(base: BaseSpec, adapter: Path) -> None:
    (adapter / "adapter_model.bin").write_bytes(b"\x80\x04")
    assert hostile.refusal(adapter, base).code == "file_pickle"
    (adapter / "adapter_model.bin").unlink()
    (adapter / "card.json").rename(adapter.parent / "elsewhere.json")
    (adapter / "card.json").symlink_to(adapter.parent / "elsewhere.json")
    assert hostile.refusal(adapter, base).code == "file_linked"
    (adapter / "card.json").unlink()
    (adapter / hostile.WEIGHTS).unlink()
    assert hostile.refusal(adapter, base).code == "file_missing"
    os.mkfifo(adapter / hostile.WEIGHTS)
    assert hostile.refusal(adapter, base).code == "file_special"


@pytest.mark.parametrize(
    ("config", "code"),
    [
        (b"{", "base_unreadable"),
        (b"[]", "base_unreadable"),
        (b"{}", "base_unsupported"),
        (b'{"architectures": ["BloomForCausalLM"]}', "base_unsupported"),
        (b'{"architectures": ["Gemma3ForConditionalGeneration"]}', "base_unsupported"),
    ],
)
def test_bases_that_take_no_adapter(tmp_path: Path, config: bytes, code: str) -> None:
    folder = hostile.write_base(tmp_path / "tiny")
    (folder / "config.json").write_bytes(config)
    with pytest.raises(IntakeRefused) as caught:
        BaseSpec.from_folder(folder, max_rank=8)
    assert caught.value.code == code


def test_a_base_whose_card_or_weights_are_ruined(tmp_path: Path) -> None:
    folder = hostile.write_base(tmp_path / "tiny")
    (folder / "card.json").write_text(json.dumps({"name": 1}), encoding="utf-8")
    with pytest.raises(IntakeRefused) as caught:
        BaseSpec.from_folder(folder, max_rank=8)
    assert caught.value.code == "base_unreadable"
    (folder / "card.json").unlink()
    (folder / "model.safetensors").write_bytes(b"")
    with pytest.raises(IntakeRefused) as caught:
        BaseSpec.from_folder(folder, max_rank=8)
    assert caught.value.code == "header_invalid"
