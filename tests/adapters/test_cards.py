"""Cards pin an adapter's bytes: any change of the files or of the card is noticed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from adapters import cards
from adapters.cards import AdapterCard, CardError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "adapter_config.json").write_text('{"r": 8}', encoding="utf-8")
    (tmp_path / "adapter_model.safetensors").write_bytes(b"weights")
    cards.save(_card(cards.content_digest(tmp_path)), tmp_path)
    return tmp_path


def _card(digest: str) -> AdapterCard:
    return AdapterCard(
        name="mof-1",
        ministry="mof",
        version=1,
        base_model="bianmin-demo",
        base_digest="sha256:" + "0" * 64,
        rank=8,
        alpha=16,
        target_modules=("q_proj", "v_proj"),
        data_sha256="0" * 64,
        as_of="2026-11",
        licence="Apache-2.0",
        seed=1,
        settings={"epochs": 3},
        metrics={"last_loss": 0.1},
        digest=digest,
    )


def test_saved_card_loads_equal_and_verifies(folder: Path) -> None:
    assert cards.verify(folder) == cards.load(folder) == _card(cards.content_digest(folder))
    assert [path.name for path in folder.iterdir() if path.name.startswith("tmp")] == []


@pytest.mark.parametrize("name", cards.CONTENT_FILES)
def test_one_changed_byte_is_noticed(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[-1] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(CardError) as caught:
        cards.verify(folder)
    assert caught.value.code == "digest_mismatch"


def test_swapping_the_two_files_contents_is_noticed(folder: Path) -> None:
    first, second = (folder / name for name in cards.CONTENT_FILES)
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)
    with pytest.raises(CardError):
        cards.verify(folder)


def test_digest_is_what_sha256sum_prints(folder: Path) -> None:
    lines = "".join(
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in cards.CONTENT_FILES
    )
    assert cards.content_digest(folder) == "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def test_missing_files_and_cards_have_their_own_codes(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(CardError) as caught:
        cards.load(tmp_path_factory.mktemp("empty"))
    assert caught.value.code == "card_missing"
    (folder / "adapter_model.safetensors").unlink()
    with pytest.raises(CardError) as caught:
        cards.verify(folder)
    assert caught.value.code == "content_missing"


@pytest.mark.parametrize("change", ["not json", "[]", '{"name": "mof-1"}'])
def test_unreadable_card_is_refused(folder: Path, change: str) -> None:
    (folder / cards.CARD_FILE).write_text(change, encoding="utf-8")
    with pytest.raises(CardError) as caught:
        cards.verify(folder)
    assert caught.value.code == "card_invalid"


NESTED = "[" * 100_000
HOSTILE_VALUES = [
    *[
        (name, value)
        for name in ("name", "author", "base_revision", "digest")
        for value in (1, None, ["a"], {})
    ],
    ("name", "x" * 5_000),
    ("name", "\ud800"),
    *[(name, value) for name in ("version", "rank", "seed") for value in ("1", 1.5, True, None, [], 2**64)],
    *[
        (name, value)
        for name in ("target_modules", "lineage")
        for value in ("q_proj", 7, None, {"a": 1}, [1])
    ],
    *[(name, value) for name in ("settings", "metrics") for value in ("x", 3, None, [])],
    ("metrics", {"loss": "low"}),
    ("metrics", {"loss": True}),
    ("sources", "x"),
    ("sources", [1]),
    ("sources", [{"name": "a", "licence": "b"}]),
    ("sources", [{"name": "a", "licence": "b", "as_of": 3}]),
    ("sources", [{"name": "a", "licence": "b", "as_of": "c", "more": "d"}]),
    ("surprise", 1),
]


@pytest.mark.parametrize(("name", "value"), HOSTILE_VALUES)
def test_a_hostile_field_is_refused_by_code(folder: Path, name: str, value: object) -> None:
    content = json.loads((folder / cards.CARD_FILE).read_text(encoding="utf-8"))
    content[name] = value
    (folder / cards.CARD_FILE).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CardError) as caught:
        cards.load(folder)
    assert caught.value.code == "card_invalid"


@pytest.mark.parametrize(
    "settings", ["NaN", "1e999999, Infinity", NESTED, "[" * 40 + "]" * 40, "9" * 5_000, '"\\udfff"']
)
def test_hostile_json_inside_the_settings_is_refused(folder: Path, settings: str) -> None:
    text = (folder / cards.CARD_FILE).read_text(encoding="utf-8")
    changed = text.replace('"epochs": 3', f'"epochs": {settings}')
    assert changed != text
    (folder / cards.CARD_FILE).write_text(changed, encoding="utf-8")
    with pytest.raises(CardError) as caught:
        cards.load(folder)
    assert caught.value.code == "card_invalid"


@pytest.mark.parametrize("content", [b"\xff\xfe{}", b" " * (1 << 20) + b"{}", b""])
def test_bytes_that_are_no_card_are_refused(folder: Path, content: bytes) -> None:
    (folder / cards.CARD_FILE).write_bytes(content)
    with pytest.raises(CardError) as caught:
        cards.load(folder)
    assert caught.value.code == "card_invalid"


@pytest.mark.parametrize("name", ["name", "digest", "metrics"])
def test_a_card_without_a_required_field_is_refused(folder: Path, name: str) -> None:
    content = json.loads((folder / cards.CARD_FILE).read_text(encoding="utf-8"))
    del content[name]
    (folder / cards.CARD_FILE).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CardError) as caught:
        cards.load(folder)
    assert caught.value.code == "card_invalid" and name in str(caught.value)


def test_origin_of_an_adapter_is_kept_and_may_be_absent(folder: Path) -> None:
    card = cards.load(folder)
    told = replace(
        card,
        author="財政部資訊中心",
        base_revision="57bf03633839",
        lineage=("llama-3.1-8b",),
        sources=({"name": "常見問答", "licence": "OGDL-1.0", "as_of": "2026-11"},),
    )
    cards.save(told, folder)
    assert cards.load(folder) == told
    content = json.loads((folder / cards.CARD_FILE).read_text(encoding="utf-8"))
    for name in ("author", "base_revision", "lineage", "sources"):
        del content[name]
    (folder / cards.CARD_FILE).write_text(json.dumps(content), encoding="utf-8")
    assert cards.load(folder) == card


def test_digest_of_another_form_is_refused(folder: Path) -> None:
    cards.save(replace(cards.load(folder), digest="md5:1234"), folder)
    with pytest.raises(CardError) as caught:
        cards.verify(folder)
    assert caught.value.code == "card_invalid"


def test_sharded_and_single_weights_have_digests(tmp_path: Path) -> None:
    (tmp_path / "model-1.safetensors").write_bytes(b"a")
    assert cards.weights_digest(tmp_path) == "sha256:" + hashlib.sha256(b"a").hexdigest()
    (tmp_path / "model-2.safetensors").write_bytes(b"b")
    before = cards.weights_digest(tmp_path)
    (tmp_path / "model-2.safetensors").write_bytes(b"c")
    assert cards.weights_digest(tmp_path) != before


def test_cards_need_no_training_library() -> None:
    probe = "import adapters.cards, sys, json; print(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True, text=True).stdout
    assert not {"torch", "transformers", "peft"} & set(json.loads(output))
