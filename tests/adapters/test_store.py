"""Artifacts in a folder: kept by digest, whole or not at all, and checked when they are read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pytest

from adapters import cards
from adapters.store import Store, StoreError
from tests.adapters.storage_faults import FullDisk

DEMO = Path(__file__).parents[2] / "deploy" / "demo" / "adapters"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "mof"
    shutil.copytree(DEMO / "mof", copy)
    (copy / "questions.jsonl").write_text('{"question": "地價稅何時繳？"}\n', encoding="utf-8")
    (copy / "optimizer.bin").write_bytes(b"not ours")
    return copy


def code_of(error: pytest.ExceptionInfo[StoreError]) -> str:
    return error.value.code


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
    assert code_of(caught) == "artifact_missing"
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
    assert code_of(caught) == "artifact_damaged" and not store.holds(digest)
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
    assert code_of(caught) == "artifact_damaged"


def test_unknown_and_malformed_digests_are_missing(store: Store, tmp_path: Path) -> None:
    for digest in ("sha256:" + "0" * 64, "sha256:../../etc", "", "sha256:" + "0" * 64 + "\n"):
        assert not store.holds(digest)
        with pytest.raises(StoreError) as caught:
            store.fetch(digest, tmp_path / "cache")
        assert code_of(caught) == "artifact_missing"


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
        assert code_of(caught) == "artifact_damaged"
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
    assert code_of(caught) == "artifact_damaged"


def test_a_manifest_cannot_point_outside_the_store(store: Store, folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    (manifest,) = (tmp_path / "store").rglob("manifest.json")
    content = json.loads(manifest.read_bytes())
    content["generation"] = "../mof"
    manifest.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        store.read(digest, "card.json")
    assert code_of(caught) == "artifact_damaged"


def test_an_intact_copy_is_used_without_the_store(store: Store, folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    fetched = store.fetch(digest, tmp_path / "cache")
    shutil.rmtree(tmp_path / "store")
    assert store.fetch(digest, tmp_path / "cache") == fetched
    assert store.fetch(digest, tmp_path / "cache", verify=True) == fetched
    with pytest.raises(StoreError) as caught:
        store.fetch(digest, tmp_path / "other")
    assert code_of(caught) == "store_unavailable"


def test_a_damaged_copy_is_replaced(store: Store, folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    weights = store.fetch(digest, tmp_path / "cache") / "adapter_model.safetensors"
    original = weights.read_bytes()
    weights.write_bytes(original[:-1])
    store.fetch(digest, tmp_path / "cache")
    assert weights.read_bytes() == original
    weights.write_bytes(bytes(len(original)))  # the size is right: only reading the bytes can tell
    store.fetch(digest, tmp_path / "cache", verify=True)
    assert weights.read_bytes() == original


def test_a_copy_without_its_marker_is_read_again_before_it_is_trusted(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    fetched = store.fetch(digest, tmp_path / "cache")
    inode = fetched.stat().st_ino
    marker = tmp_path / "cache" / f"{fetched.name}.verified"
    marker.unlink()
    assert store.fetch(digest, tmp_path / "cache").stat().st_ino == inode and marker.exists()
    marker.unlink()
    weights = fetched / "adapter_model.safetensors"
    weights.write_bytes(bytes(weights.stat().st_size))
    assert store.fetch(digest, tmp_path / "cache").stat().st_ino != inode
    assert cards.verify(fetched).digest == digest


def test_what_a_killed_fetch_left_is_swept_away_once_it_is_old(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    cache = tmp_path / "cache"
    for name in (".fetch-old", ".trash-old", ".fetch-running"):
        (cache / name).mkdir(parents=True)
        (cache / name / "adapter_model.safetensors").write_bytes(b"half")
        if name.endswith("old"):
            os.utime(cache / name, (1, 1))
    fetched = store.fetch(digest, cache)
    assert {path.name for path in cache.iterdir()} == {
        ".fetch-running",
        fetched.name,
        f"{fetched.name}.verified",
    }


def test_a_link_planted_in_the_cache_is_not_followed(store: Store, folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    cache, elsewhere = tmp_path / "cache", tmp_path / "elsewhere"
    cache.mkdir()
    elsewhere.mkdir()
    (elsewhere / "kept.txt").write_text("kept", encoding="utf-8")
    (cache / digest.removeprefix("sha256:")).symlink_to(elsewhere)
    assert cards.verify(store.fetch(digest, cache)).digest == digest
    assert [path.name for path in elsewhere.iterdir()] == ["kept.txt"]


def test_many_at_once_end_with_one_whole_artifact(store: Store, folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.put(folder, digest), range(8)))
        fetched = set(pool.map(lambda _: store.fetch(digest, tmp_path / "cache"), range(8)))
    (only,) = fetched
    assert cards.verify(only).digest == digest
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [
        only.name,
        f"{only.name}.verified",
    ]


@pytest.fixture
def full_disk() -> type[FullDisk]:
    fsspec.register_implementation("fulldisk", FullDisk, clobber=True)
    FullDisk.room, FullDisk.refused = 100_000, 0
    return FullDisk


def test_a_disk_that_fills_during_a_put_leaves_nothing(
    full_disk: type[FullDisk], folder: Path, tmp_path: Path
) -> None:
    digest = cards.content_digest(folder)
    store = Store(f"fulldisk://{tmp_path / 'store'}")
    with pytest.raises(StoreError) as caught:
        store.put(folder, digest)
    assert code_of(caught) == "store_unavailable" and "No space left" in str(caught.value)
    assert full_disk.refused == 1 and not store.holds(digest)
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []
    full_disk.room = 1 << 30
    store.put(folder, digest)
    assert store.holds(digest)


LIMITED = """
import resource, sys
from pathlib import Path
from adapters.store import Store, StoreError
store_url, digest, cache, source = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
fetch = lambda: Store(store_url).fetch(digest, Path(cache))
put = lambda: Store(cache + "2").put(Path(source), digest)
for attempt in (fetch, put):
    try:
        attempt()
    except StoreError as error:
        print(error.code, error)
"""


def test_a_full_local_disk_is_told_and_leaves_no_half_copy(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    arguments = [str(tmp_path / "store"), digest, str(tmp_path / "cache"), str(folder)]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["store_unavailable"] * 2
    assert "File too large" in done.stdout and str(tmp_path) not in done.stdout
    assert list((tmp_path / "cache").iterdir()) == []
    assert cards.verify(store.fetch(digest, tmp_path / "cache")).digest == digest


def test_an_upload_killed_midway_is_no_artifact(store: Store, folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    script = (
        "import os, sys; from pathlib import Path; from adapters.store import place, Store\n"
        "place.Place.write_whole = lambda *a: os.kill(os.getpid(), 9)\n"
        "Store(sys.argv[1]).put(Path(sys.argv[2]), sys.argv[3])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "store"), str(folder), digest], check=False, timeout=60
    )
    assert done.returncode == -9
    assert list((tmp_path / "store").rglob("adapter_model.safetensors")), "the kill came after the upload"
    assert not store.holds(digest)
    store.put(folder, digest)
    assert cards.verify(store.fetch(digest, tmp_path / "cache")).digest == digest
