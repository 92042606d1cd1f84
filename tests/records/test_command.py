from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from serve.cli import main
from serve.records.accounts import find_caller, hash_key
from serve.records.audit import list_audit
from serve.records.database import open_database


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path))
    assert _run("migrate").exit_code == 0
    return tmp_path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_an_operator_makes_and_revokes_a_key(home: Path) -> None:
    created = _run(
        "tenants", "create", "moi", "--kind", "ministry", "--model", "moi", "--requests", "9", "--json"
    )
    (tenant,) = json.loads(created.stdout)
    assert tenant["limits"]["requests"] == 9
    assert tenant["limits"]["window_s"] == 3600
    (key,) = json.loads(_run("keys", "create", "moi", "--label", "chatbot", "--json").stdout)
    db = open_database(f"sqlite:///{home / 'records.sqlite3'}")
    caller = find_caller(db, hash_key(key["secret"]))
    assert caller is not None and caller.tenant == "moi"
    listed = _run("keys", "list", "--tenant", "moi")
    assert key["id"] in listed.stdout and "chatbot" in listed.stdout
    assert key["secret"] not in listed.stdout
    assert _run("keys", "revoke", key["id"]).exit_code == 0
    assert find_caller(db, hash_key(key["secret"])) is None
    events = [row.event for row in list_audit(db)]
    assert [event.action for event in events] == ["key.revoke", "key.create", "tenant.create"]
    assert all(event.actor.startswith("cli:") for event in events)


def test_a_table_shows_the_secret_once() -> None:
    _run("tenants", "create", "moi", "--kind", "ministry")
    assert len(re.findall(r"bm_[\w-]{43}", _run("keys", "create", "moi").output)) == 1


def test_update_changes_what_is_given() -> None:
    _run("tenants", "create", "g0v", "--kind", "community", "--model", "moi")
    (tenant,) = json.loads(_run("tenants", "update", "g0v", "--concurrent", "3", "--json").stdout)
    assert tenant["limits"] == {"requests": 40, "window_s": 10800, "tokens_per_day": 100000, "concurrent": 3}
    assert tenant["models"] == ["moi"]
    (tenant,) = json.loads(_run("tenants", "update", "g0v", "--model", "*", "--json").stdout)
    assert tenant["models"] == ["*"]
    assert _run("tenants", "disable", "g0v").exit_code == 0
    assert json.loads(_run("tenants", "list", "--json").stdout)[0]["disabled_at"]
    assert _run("tenants", "enable", "g0v").exit_code == 0
    assert json.loads(_run("tenants", "show", "g0v", "--json").stdout)[0]["disabled_at"] is None


def test_errors_are_one_line_with_a_code(home: Path) -> None:
    for arguments in (
        ("tenants", "show", "nobody"),
        ("keys", "create", "nobody"),
        ("keys", "revoke", "nobody"),
        ("tenants", "create", "No Body", "--kind", "ministry"),
    ):
        result = _run(*arguments)
        assert result.exit_code == 1
        assert re.fullmatch(r"Error: .* \((not_found|invalid_request)\)\n", result.stderr), result.stderr


def test_an_unknown_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIANMIN_HOEM", "x")
    result = _run("keys", "list")
    assert (result.exit_code, result.stderr) == (1, "Error: BIANMIN_HOEM is not a setting of this program.\n")
