"""Artifacts in a folder: kept by digest, whole or not at all, and checked when they are read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from adapters import cards
from adapters.store import Store, StoreError


def test_what_is_put_can_be_fetched_and_read(store: Store, folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    assert not store.holds(digest)
    store.put(folder, digest)
    assert store.holds(digest)
    fetched = store.fetch(digest, tmp_path / "cache")
    assert fetched == tmp_path / "cache" / digest.removeprefix("sha256:")
    assert cards.verify(fetched).digest == digest
    assert store.read(digest, "questions.jsonl") == (folder / "questions.jsonl").read_bytes()


def test_only_known_files_are_kept_and_training_data_is_not_fetched(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    with pytest.raises(StoreError) as caught:
        store.read(digest, "optimizer.bin")
    assert caught.value.code == "artifact_missing"
    assert {path.name for path in store.fetch(digest, tmp_path / "cache").iterdir()} == {
        *cards.CONTENT_FILES,
        cards.CARD_FILE,
    }
    assert not list((tmp_path / "store").rglob("optimizer.bin"))


def test_a_file_url_means_the_same_as_a_path(folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    Store(f"file://{tmp_path / 'store'}").put(folder, digest)
    assert Store(str(tmp_path / "store")).holds(digest)


def test_the_same_digest_twice_is_no_change(store: Store, folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    before = {path: path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file()}
    (folder / "questions.jsonl").write_text("{}\n", encoding="utf-8")
    store.put(folder, digest)
    assert before == {path: path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file()}


def test_content_that_is_not_what_its_digest_says_is_not_kept(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    digest = cards.content_digest(folder)
    with (folder / "adapter_model.safetensors").open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(StoreError) as caught:
        store.put(folder, digest)
    assert caught.value.code == "artifact_damaged" and not store.holds(digest)
    assert list((tmp_path / "store").iterdir()) == [], "nothing was written before the digest was checked"


def test_a_stored_file_that_grew_by_whole_pieces_is_noticed(
    store: Store, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    (stored,) = (tmp_path / "store").rglob("adapter_model.safetensors")
    monkeypatch.setattr("adapters.store.place._CHUNK_BYTES", stored.stat().st_size)
    with stored.open("ab") as stream:
        stream.write(b"more")
    with pytest.raises(StoreError) as caught:
        store.fetch(digest, tmp_path / "cache")
    assert caught.value.code == "artifact_damaged"


def test_unknown_and_malformed_digests_are_missing(store: Store, tmp_path: Path) -> None:
    for digest in ("sha256:" + "0" * 64, "sha256:../../etc", "", "sha256:" + "0" * 64 + "\n"):
        assert not store.holds(digest)
        with pytest.raises(StoreError) as caught:
            store.fetch(digest, tmp_path / "cache")
        assert caught.value.code == "artifact_missing"


def test_a_deleted_artifact_is_gone_and_can_be_put_again(store: Store, folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    store.delete(digest)
    store.delete(digest)
    assert not store.holds(digest) and not list((tmp_path / "store").rglob("*.json"))
    store.put(folder, digest)
    assert store.holds(digest)


@pytest.mark.parametrize("name", [*cards.CONTENT_FILES, cards.CARD_FILE])
def test_a_flipped_bit_in_the_store_is_noticed(store: Store, folder: Path, tmp_path: Path, name: str) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    (stored,) = (tmp_path / "store").rglob(name)
    content = bytearray(stored.read_bytes())
    content[len(content) // 2] ^= 1
    stored.write_bytes(content)
    for attempt in (lambda: store.fetch(digest, tmp_path / "cache"), lambda: store.read(digest, name)):
        with pytest.raises(StoreError) as caught:
            attempt()
        assert caught.value.code == "artifact_damaged"
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_store_that_lost_a_file_takes_the_artifact_again(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    (stored,) = (tmp_path / "store").rglob("adapter_model.safetensors")
    os.truncate(stored, 100)
    assert not store.holds(digest)
    store.put(folder, digest)
    assert cards.verify(store.fetch(digest, tmp_path / "cache")).digest == digest


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[" * 100_000, b'{"digest": 1, "generation": 2, "files": 3}']
)
def test_a_ruined_manifest_is_damage_and_not_a_crash(
    store: Store, folder: Path, tmp_path: Path, content: bytes
) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    (manifest,) = (tmp_path / "store").rglob("manifest.json")
    manifest.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        store.read(digest, "card.json")
    assert caught.value.code == "artifact_damaged"


def test_a_manifest_cannot_point_outside_the_store(store: Store, folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    (manifest,) = (tmp_path / "store").rglob("manifest.json")
    content = json.loads(manifest.read_bytes())
    content["generation"] = "../mof"
    manifest.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        store.read(digest, "card.json")
    assert caught.value.code == "artifact_damaged"
