"""An admin plane with two administrators, two ministries' clerks and a viewer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from serve.admin.app import create_admin_app
from serve.settings import Settings
from tests.admin.conftest import connect
from tests.records.rows import empty_database

TOKENS = {
    name: f"{name}-token-0123456789abcdef" for name in ("wang", "lin", "mof-clerk", "moi-clerk", "guest")
}
ROLES = {"mof-clerk": "ministry:mof", "moi-clerk": "ministry:moi", "guest": "viewer"}
WHY = {"reason": "better answers"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    tokens = {name: SecretStr(token) for name, token in TOKENS.items()}
    return Settings(home=tmp_path / "home", admin_tokens=tokens, admin_roles=ROLES)


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    settings.home.mkdir()
    (settings.home / "records.sqlite3").write_bytes(empty_database())
    return create_admin_app(settings)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with connect(app, TOKENS["wang"]) as client:
        yield client


async def submit(client: httpx.AsyncClient, content: bytes, ministry: str = "mof") -> httpx.Response:
    return await client.post("/admin/adapters", params={"ministry": ministry}, content=content)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
