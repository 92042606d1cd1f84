"""Requests made from the admin plane's own description of /admin/adapters: never a 5xx, one error shape, no echo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from pydantic import SecretStr
from schemathesis import Case, GenerationMode

from adapters.stages import Stage
from serve.admin.app import create_admin_app
from serve.records.database import open_database
from serve.settings import Settings
from tests.adapter_rows import add_version, serve_version
from tests.admin.conftest import TOKENS
from tests.admin.running import running
from tests.gateway.test_openapi import strings
from tests.records.rows import empty_database

_HEADERS = {"authorization": f"Bearer {TOKENS['wang']}", "content-type": "application/json"}
SHORTEST_ECHO = 6
VERSIONS = ("mof@1", "mof@2", "mof@3", "nobody@1")


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, Any]]]:
    home = tmp_path_factory.mktemp("home")
    (home / "records.sqlite3").write_bytes(empty_database())
    settings = Settings(home=home, admin_tokens={name: SecretStr(token) for name, token in TOKENS.items()})
    _fill(home)
    app = create_admin_app(settings)
    with running(app) as url:
        yield url, app.openapi()


def _fill(home: Path) -> None:
    db = open_database(f"sqlite:///{home / 'records.sqlite3'}")
    serve_version(db, "mof@1")
    add_version(db, "mof@2", Stage.EVALUATED)
    add_version(db, "mof@3")
    db.dispose()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
def test_requests_made_from_the_description(plane: tuple[str, dict[str, Any]], mode: GenerationMode) -> None:
    url, description = plane
    words = json.dumps(description, ensure_ascii=False)
    statuses: set[int] = set()
    versions = cycle(VERSIONS)
    for result in schemathesis.openapi.from_dict(description).get_all_operations():
        operation = result.ok()
        if not operation.path.startswith("/admin/adapters"):
            continue

        @bounded(
            max_examples=5,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case) -> None:
            path = case.formatted_path
            if mode is GenerationMode.POSITIVE:  # made-up names would hardly be known ones
                known = next(versions)
                path = (
                    case.path.replace("{version}", known).replace("{name}", known).replace("{public}", "mof")
                )
                if isinstance(case.body, dict) and "reason" in case.body:
                    case.body["reason"] = "because"
            answer = requests.request(
                case.method,
                url + path,
                params=case.query or None,
                data=json.dumps(case.body).encode() if isinstance(case.body, dict | list) else b"x",
                headers=_HEADERS,
                timeout=30,
            )
            statuses.add(answer.status_code)
            if answer.status_code >= 400:
                _check_error(answer, case.body, words)

        send()
    assert {400, 404} <= statuses
    if mode is GenerationMode.POSITIVE:
        assert {200, 409} <= statuses


def _check_error(answer: requests.Response, body: Any, words: str) -> None:
    assert answer.status_code < 500, answer.text
    error = answer.json()["error"]
    assert error.keys() == {"message", "type", "code", "param"}
    for sent in strings(body):
        if len(sent) >= SHORTEST_ECHO and sent not in words:
            assert sent not in error["message"]
