"""Copies in a cache, full disks and killed processes: a copy appears whole or not at all."""

from __future__ import annotations

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
from tests.adapters.store.faults import FullDisk


def test_an_intact_copy_is_used_without_the_store(store: Store, folder: Path, tmp_path: Path) -> None:
    digest = cards.content_digest(folder)
    store.put(folder, digest)
    fetched = store.fetch(digest, tmp_path / "cache")
    shutil.rmtree(tmp_path / "store")
    assert store.fetch(digest, tmp_path / "cache") == fetched
    assert store.fetch(digest, tmp_path / "cache", verify=True) == fetched
    with pytest.raises(StoreError) as caught:
        store.fetch(digest, tmp_path / "other")
    assert caught.value.code == "store_unavailable"


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
    assert caught.value.code == "store_unavailable" and "No space left" in str(caught.value)
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
