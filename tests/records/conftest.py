from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from serve.records.database import open_database
from tests.records.rows import empty_database


@pytest.fixture
def records_file(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite3"


@pytest.fixture
def records_url(records_file: Path) -> str:
    return f"sqlite:///{records_file}"


@pytest.fixture
def db(records_url: str, records_file: Path) -> Iterator[Engine]:
    records_file.touch(0o600)
    records_file.write_bytes(empty_database())
    engine = open_database(records_url)
    yield engine
    engine.dispose()
