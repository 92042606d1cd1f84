"""A store in a folder, and an adapter's folder with a file of training data and one that is not ours."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from adapters.store import Store

DEMO = Path(__file__).parents[3] / "deploy" / "demo" / "adapters"


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
