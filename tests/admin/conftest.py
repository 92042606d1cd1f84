from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import Engine

from serve.admin.app import create_admin_app
from serve.settings import Settings
from tests.records.rows import empty_database

TOKENS = {"wang": "wang-token-0123456789abcdef", "lin": "lin-token-0123456789abcdef"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    tokens = {name: SecretStr(token) for name, token in TOKENS.items()}
    return Settings(home=tmp_path, admin_tokens=tokens)


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    (settings.home / "records.sqlite3").write_bytes(empty_database())
    return create_admin_app(settings)


@pytest.fixture
def db(app: FastAPI) -> Engine:
    engine = app.state.services.db
    assert isinstance(engine, Engine)
    return engine


def connect(app: FastAPI, token: str | None, address: str = "10.0.0.1") -> httpx.AsyncClient:
    """A client at an address, with or without a token."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, client=(address, 50000)),
        base_url="http://admin",
        headers={} if token is None else {"Authorization": f"Bearer {token}"},
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with connect(app, TOKENS["wang"]) as client:
        yield client
