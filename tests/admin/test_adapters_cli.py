"""`bianmin adapters` against a real admin plane on a real port."""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner, Result
from pydantic import SecretStr
from sqlalchemy import Engine

from adapters.stages import Stage
from serve.adapters_cli import waiting
from serve.adapters_cli.evaluate import NOT_PASSED
from serve.admin.app import create_admin_app
from serve.cli import main
from serve.records.database import open_database
from serve.records.replicas import Phase, Replica, Resident, add_replica, publish_residents
from serve.records.reports import find_report
from serve.records.versions import get_adapter, list_adapters
from serve.settings import AdapterSettings, Settings
from tests.adapter_rows import add_version, engine_name, hold, serve_version
from tests.adapters.evaluation.speaking import Engine as FakeEngine
from tests.admin.adapter_archives import archive_of, pack, write_adapter
from tests.admin.adapters.conftest import TOKENS, files_below
from tests.admin.running import running
from tests.records.rows import empty_database

WHY = ("--reason", "better answers")


@dataclass(frozen=True, slots=True)
class Plane:
    url: str
    db: Engine
    home: Path


@pytest.fixture(params=[AdapterSettings(max_upload_bytes=2**20)], ids=["usual"])
def plane(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plane]:
    home = tmp_path / "home"
    home.mkdir()
    (home / "records.sqlite3").write_bytes(empty_database())
    tokens = {name: SecretStr(token) for name, token in TOKENS.items()}
    settings = Settings(home=home, admin_tokens=tokens, adapters=request.param)
    db = open_database(settings.records_url)
    with running(create_admin_app(settings)) as url:
        monkeypatch.setenv("BIANMIN_HOME", str(tmp_path / "nowhere"))
        monkeypatch.setenv("BIANMIN_ADMIN_URL", url)
        monkeypatch.setenv("BIANMIN_ADMIN_TOKEN", TOKENS["wang"])
        yield Plane(url, db, home)
    db.dispose()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["adapters", *arguments])


def told(result: Result) -> str:
    """The one line of a refusal."""
    assert result.exit_code == 1, result.output
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert "Traceback" not in result.output
    return line


def test_from_a_folder_to_a_version_and_its_history(plane: Plane, tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "mine")
    first = run("submit", "--ministry", "mof", str(folder))
    assert first.exit_code == 0, first.output
    assert "mof@1" in first.stdout and "checked" in first.stdout
    again = run("submit", "--ministry", "mof", str(folder), "--json")
    assert json.loads(again.stdout)["version"] == "mof@1"
    archive = tmp_path / "two.tar.gz"
    archive.write_bytes(archive_of(2))
    assert json.loads(run("submit", "--ministry", "mof", str(archive), "--json").stdout)["version"] == "mof@2"
    listed = run("list").stdout.splitlines()
    assert listed[0].split()[:2] == ["version", "stage"] and len(listed) == 3
    assert {one["version"] for one in json.loads(run("list", "--json").stdout)} == {"mof@1", "mof@2"}
    assert "rank            2" in run("show", "mof@1").stdout
    assert "adapter.submit" in run("history", "mof@1").stdout
    assert files_below(plane.home / "uploads") == []


def test_every_step_by_hand(plane: Plane) -> None:
    serve_version(plane.db, "mof@1")
    for version in ("mof@2", "mof@3"):
        add_version(plane.db, version, Stage.EVALUATED)
    hold(plane.db, "mof@1", "mof@2", "mof@3")
    for arguments, said in [
        (("canary", "mof@2", "--weight", "10", *WHY), "mof@2 is canary, 10 %."),
        (("withdraw", "mof", *WHY), "mof@2 is evaluated, 0 %."),
        (("promote", "mof@2", *WHY), "mof@2 is serving, 100 %."),
        (("roll-back", "mof", *WHY), "mof@1 is serving, 100 %."),
        (("retire", "mof@2", *WHY), "mof@2 is retired, 0 %."),
    ]:
        result = run(*arguments)
        assert (result.exit_code, result.stdout.strip()) == (0, said)
    assert "(step_refused)" in told(run("retire", "mof@1", *WHY))
    assert "mof@1 is retired" in run("retire", "mof@1", "--last", *WHY).stdout
    rows = run("history", "mof").stdout
    assert "adapter.roll_back" in rows and "better answers" in rows


def test_a_promotion_has_the_version_loaded_first(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version loads while the command waits: after it saw that nothing holds it yet, before it looks again."""
    serve_version(plane.db, "mof@1")
    add_version(plane.db, "mof@2", Stage.EVALUATED)
    hold(plane.db, "mof@1")

    def load(_seconds: float) -> None:
        assert get_adapter(plane.db, "mof@2").wanted_until
        hold(plane.db, "mof@1", "mof@2")

    monkeypatch.setattr(waiting, "time", SimpleNamespace(sleep=load, monotonic=time.monotonic))
    result = run("promote", "mof@2", *WHY)
    assert result.stdout.strip() == "mof@2 is serving, 100 %.", result.output
    assert "mof@2 pending on 0/1" in result.stderr


@pytest.mark.parametrize("plane", [AdapterSettings(two_persons=True)], indirect=True, ids=["two persons"])
def test_two_persons(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_version(plane.db, "mof@1")
    add_version(plane.db, "mof@2", Stage.EVALUATED)
    hold(plane.db, "mof@1", "mof@2")
    assert "bianmin adapters approve mof@2" in run("promote", "mof@2", *WHY).stdout
    assert "promote asked by wang" in run("show", "mof@2").stdout
    assert "(own_request)" in told(run("approve", "mof@2"))
    monkeypatch.setenv("BIANMIN_ADMIN_TOKEN", TOKENS["lin"])
    assert run("approve", "mof@2").stdout.strip() == "mof@2 is serving, 100 %."


def test_refusals_are_one_line_with_a_code(
    plane: Plane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_adapter(tmp_path / "mine")
    assert "(ministry_mismatch)" in told(run("submit", "--ministry", "moi", str(folder)))
    (folder / "weights.bin").write_bytes(b"x")
    assert "weights.bin" in told(run("submit", "--ministry", "mof", str(folder)))
    (folder / "weights.bin").unlink()
    (folder / "weights.bin").symlink_to("/etc/passwd")
    assert "no plain file" in told(run("submit", "--ministry", "mof", str(folder)))
    for arguments, code in [
        (("show", "mof@9"), "not_found"),
        (("show", "../../admin/tenants"), "not_found"),
        (("history", "%2e%2e"), "invalid_request"),
        (("promote", "mof@9", *WHY), "not_found"),
        (("evaluate", "mof@9"), "not_found"),
        (("roll-back", "mof", *WHY), "not_found"),
    ]:
        assert told(run(*arguments)).endswith(f"({code})"), arguments
    monkeypatch.setenv("BIANMIN_ADMIN_TOKEN", "wrong")
    assert "(invalid_api_key)" in told(run("list"))
    assert list_adapters(plane.db) == []


def test_an_upload_that_is_refused_before_its_end_says_why(plane: Plane, tmp_path: Path) -> None:
    large = tmp_path / "large.tar"
    with large.open("wb") as stream:
        stream.truncate(300 * 2**20)
    assert "(body_too_large)" in told(run("submit", "--ministry", "mof", str(large)))


def test_nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path))
    assert "BIANMIN_ADMIN_URL" in told(run("list"))
    monkeypatch.setenv("BIANMIN_ADMIN_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("BIANMIN_ADMIN_TOKEN", "secret-token-e1")
    line = told(run("list"))
    assert "(no_answer)" in line and "secret-token-e1" not in line


def test_what_a_card_says_does_not_steer_the_terminal(plane: Plane, tmp_path: Path) -> None:
    archive = tmp_path / "odd.tar.gz"
    archive.write_bytes(archive_of(3, author="\x1b]0;owned\x07\x1b[2J賦稅署\r\n"))
    assert run("submit", "--ministry", "mof", str(archive)).exit_code == 0
    shown = run("show", "mof@1").stdout
    assert "賦稅署" in shown and "\x1b" not in shown and "\x07" not in shown and "\r" not in shown


def test_check_says_the_same_without_sending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path / "home"))
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(drafts))
    folder = write_adapter(tmp_path / "mine")
    accepted = run("check", str(folder), "--ministry", "mof")
    assert accepted.exit_code == 0 and "Accepted: sha256:" in accepted.stdout
    assert json.loads(run("check", str(folder), "--json").stdout)["rank"] == 2
    assert "(ministry_mismatch)" in told(run("check", str(folder), "--ministry", "moi"))
    archive = tmp_path / "mine.tar.gz"
    archive.write_bytes(pack(folder, {"adapter_model.bin": b"x"}))
    assert "adapter_model.bin" in told(run("check", str(archive)))
    (folder / "adapter_model.safetensors").write_bytes(b"x" * 100)
    assert "adapter_model.safetensors" in told(run("check", str(folder)))
    assert list(drafts.iterdir()) == []


@contextmanager
def speaking(engine: FakeEngine) -> Iterator[str]:
    """The engine's address while it answers, in a thread with a loop of its own."""
    loop = asyncio.new_event_loop()
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/{path:.*}", engine.handle)
    server = TestServer(app)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start_server(), loop).result(30)
        yield str(server.make_url("")).rstrip("/")
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_an_evaluation_through_an_engine_is_judged_and_recorded(
    plane: Plane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIANMIN_ENGINE__API_KEY", "engine-key-0123456789abcdef")
    folder = write_adapter(tmp_path / "mine")
    dialogue = {
        "messages": [{"role": "user", "content": "學貸"}, {"role": "assistant", "content": "請洽學校"}]
    }
    (folder / "heldout.jsonl").write_text(json.dumps(dialogue, ensure_ascii=False) + "\n", encoding="utf-8")
    assert run("submit", "--ministry", "mof", str(folder)).exit_code == 0
    monkeypatch.setenv("BIANMIN_ARTIFACTS__URL", str(plane.home / "artifacts"))
    name = engine_name(plane.db, "mof@1")
    engine = FakeEngine()
    engine.models = {name, "base"}
    with speaking(engine) as url:
        add_replica(plane.db, Replica("engine-1", url), "test")
        publish_residents(plane.db, "engine-1", [Resident("engine-1", "mof@1", name, Phase.READY)])
        result = run("evaluate", "mof@1")
    # Here every model says the same: an adapter that the engine never applied.
    assert result.exit_code == NOT_PASSED, result.output
    assert "not passed: changed_answers.at_least measured 0.0" in result.stdout
    assert engine.key == "Bearer engine-key-0123456789abcdef"
    assert get_adapter(plane.db, "mof@1").stage is Stage.REJECTED
    assert "adapter.evaluate" in run("history", "mof@1").stdout
    found = find_report(plane.db, "mof@1")
    assert found is not None and found.actor == "wang" and "未通過" in found.judgement.page
    assert found.judgement.report["counts"]["heldout"] == 1
