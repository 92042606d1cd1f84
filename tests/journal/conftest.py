from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from serve.journal.spool import Spool
from serve.journal.stop import StopSignal
from serve.records.database import open_database, upgrade


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with the newest schema."""
    made = f"sqlite:///{tmp_path / 'records.sqlite3'}"
    upgrade(made)
    return made


@pytest.fixture
def db(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def stop() -> Iterator[StopSignal]:
    made = StopSignal()
    yield made
    made.close()


@pytest.fixture
async def spool(folder: Path) -> AsyncIterator[Spool]:
    made = Spool(folder, None, 2**20)
    await made.open()
    yield made
    await made.close()
