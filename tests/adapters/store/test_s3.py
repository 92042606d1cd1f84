"""Artifacts in S3: against a real local S3 server, with uploads cut in the middle and a dead endpoint."""

from __future__ import annotations

import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import s3fs
from moto.server import ThreadedMotoServer

from adapters import cards
from adapters.store import Store, StoreError
from tests.adapters.store.faults import CuttingRelay

DEMO = Path(__file__).parents[3] / "deploy" / "demo" / "adapters"
DIGEST = cards.content_digest(DEMO / "mof")


@pytest.fixture(scope="module")
def server_port() -> Iterator[int]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield port
    server.stop()


@pytest.fixture
def bucket(server_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bucket's URL, the endpoint and the keys told as AWS variables."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server_port}")
    base = f"http://127.0.0.1:{server_port}"
    urllib.request.urlopen(urllib.request.Request(f"{base}/moto-api/reset", method="POST"), timeout=10)
    urllib.request.urlopen(urllib.request.Request(f"{base}/artifacts", method="PUT"), timeout=10)
    yield "s3://artifacts/adapters"


def keys(server_port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{server_port}/artifacts", timeout=10) as answer:
        return str(answer.read().decode())


def test_put_fetch_read_and_delete(bucket: str, server_port: int, tmp_path: Path) -> None:
    store = Store(bucket)
    assert not store.holds(DIGEST)
    store.put(DEMO / "mof", DIGEST)
    assert store.holds(DIGEST) and Store(bucket).holds(DIGEST)
    assert cards.verify(store.fetch(DIGEST, tmp_path)).digest == DIGEST
    assert store.read(DIGEST, "card.json") == (DEMO / "mof" / "card.json").read_bytes()
    listed = keys(server_port)
    store.put(DEMO / "mof", DIGEST)
    assert keys(server_port) == listed
    Store(bucket).delete(DIGEST)
    store.delete(DIGEST)
    assert not store.holds(DIGEST) and "<Key>" not in keys(server_port)


def test_missing_artifact_and_missing_bucket(bucket: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Store(bucket).fetch(DIGEST, tmp_path)
    assert caught.value.code == "artifact_missing"
    with pytest.raises(StoreError) as caught:
        Store("s3://no-such-bucket/x").put(DEMO / "mof", DIGEST)
    assert caught.value.code == "store_unavailable"


def test_an_object_changed_behind_our_back_is_noticed(bucket: str, server_port: int, tmp_path: Path) -> None:
    store = Store(bucket)
    store.put(DEMO / "mof", DIGEST)
    (key,) = (part for part in keys(server_port).split("<Key>") if "adapter_config.json</Key>" in part)
    s3fs.S3FileSystem().pipe_file(f"artifacts/{key.split('</Key>')[0]}", b"{}")
    with pytest.raises(StoreError) as caught:
        store.fetch(DIGEST, tmp_path)
    assert caught.value.code == "artifact_damaged" and list(tmp_path.iterdir()) == []
    assert not store.holds(DIGEST)


def test_an_upload_cut_in_the_middle_is_no_artifact_and_can_be_repeated(
    bucket: str, server_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with CuttingRelay(server_port) as relay:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{relay.port}")
        store = Store(bucket)
        relay.cut_after = 100_000
        with pytest.raises(StoreError) as caught:
            store.put(DEMO / "mof", DIGEST)
        assert caught.value.code == "store_unavailable"
        assert relay.cuts >= 1, "the connection was really cut"
        assert not store.holds(DIGEST) and "manifest.json" not in keys(server_port)
        relay.cut_after = None
        store.put(DEMO / "mof", DIGEST)
        assert cards.verify(store.fetch(DIGEST, tmp_path)).digest == DIGEST


def test_a_dead_endpoint_is_unavailable_and_cached_copies_still_serve(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(bucket)
    store.put(DEMO / "mof", DIGEST)
    fetched = store.fetch(DIGEST, tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    dead = Store(bucket)
    for attempt in (lambda: dead.holds(DIGEST), lambda: dead.put(DEMO / "mof", DIGEST)):
        with pytest.raises(StoreError) as caught:
            attempt()
        assert caught.value.code == "store_unavailable"
    assert dead.fetch(DIGEST, tmp_path) == fetched
    shutil.rmtree(fetched)
    with pytest.raises(StoreError) as caught:
        dead.fetch(DIGEST, tmp_path)
    assert caught.value.code == "store_unavailable"
