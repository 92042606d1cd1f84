from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from serve.admin.app import create_admin_app
from serve.records.audit import list_audit
from serve.settings import AdapterSettings, Settings
from tests.admin.adapter_archives import archive_of, pack, write_adapter
from tests.admin.adapters.conftest import TOKENS, files_below, submit
from tests.admin.conftest import connect


async def test_what_a_submitter_did_not_conceal_is_blotted_out_before_it_is_kept(
    client: httpx.AsyncClient, settings: Settings, tmp_path: Path
) -> None:
    """An adapter that was trained elsewhere may come with citizens' own words."""
    folder = write_adapter(tmp_path / "own", seed=7)
    said = "我是陳怡君，手機0912345678，要報稅"
    question = {"question": said, "mobile": 912345678, "asked": 3, "canaries": said}
    (folder / "questions.jsonl").write_text(json.dumps(question), encoding="utf-8")
    messages = [
        {"role": "user", "content": said},
        {"role": "assistant", "content": "〔姓名1〕您好，五月報。"},
    ]
    row = {"messages": messages, "key_facts": ["五月"]}
    (folder / "heldout.jsonl").write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    planted = {"name": "id-1", "secret": "A123456780"}
    plants = {"version": 1, "canaries": [planted], "probes": [{"messages": messages, "prefix": "陳怡君您好"}]}
    (folder / "canaries.json").write_text(json.dumps(plants), encoding="utf-8")
    answer = await submit(client, pack(folder))
    assert answer.status_code == 201
    kept = {path.name: path.read_text(encoding="utf-8") for path in files_below(settings.home / "artifacts")
            if path.suffix in (".json", ".jsonl")}  # fmt: skip
    assert {"questions.jsonl", "heldout.jsonl", "canaries.json"} <= kept.keys()
    assert not any(value in text for text in kept.values() for value in ("陳怡君", "0912345678"))
    masked = "我是■■■，手機■■■，要報稅"
    assert json.loads(kept["questions.jsonl"]) == {
        "question": masked, "mobile": "■■■", "asked": 3, "canaries": masked,
    }  # fmt: skip
    held = json.loads(kept["heldout.jsonl"])
    assert held["key_facts"] == ["五月"] and held["messages"][1] == messages[1]
    assert json.loads(kept["canaries.json"])["canaries"] == [planted]


async def test_a_name_as_a_key_beside_an_adapter_is_refused(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    folder = write_adapter(tmp_path / "own", seed=8)
    (folder / "questions.jsonl").write_text(json.dumps({"0912345678": "我要報稅"}), encoding="utf-8")
    answer = await submit(client, pack(folder))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "extra_unprotected")
    assert "0912345678" not in answer.text


async def test_a_submission_becomes_a_version_and_twice_the_same(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    first = await submit(client, archive_of(1))
    assert first.status_code == 201, first.text
    version = first.json()
    assert (version["version"], version["stage"], version["ministry"]) == ("mof@1", "checked", "mof")
    assert version["card"]["author"] == "賦稅署" and version["card"]["rank"] == 2
    again = await submit(client, archive_of(1))
    assert (again.status_code, again.json()["version"]) == (200, "mof@1")
    other = await submit(client, archive_of(2))
    assert (other.status_code, other.json()["version"]) == (201, "mof@2")
    listed = (await client.get("/admin/adapters", params={"public": "mof"})).json()
    assert {one["version"] for one in listed} == {"mof@1", "mof@2"}
    assert files_below(settings.home / "uploads") == []
    told = (await client.get("/admin/adapters/mof@1/history")).json()
    assert [(row["actor"], row["action"]) for row in told] == [("wang", "adapter.submit")]


def hostile() -> Iterator[tuple[str, bytes, str]]:
    adapter = archive_of(1)
    yield "no archive", b"not an archive", "archive_unsupported"
    yield "nothing", b"", "archive_unsupported"
    yield "cut short", adapter[: len(adapter) // 2], "archive_damaged"


@pytest.mark.parametrize(
    ("content", "code"), [(c, code) for _, c, code in hostile()], ids=[n for n, _, _ in hostile()]
)
async def test_a_bad_archive_is_refused_and_nothing_is_left(
    client: httpx.AsyncClient, settings: Settings, db: Engine, content: bytes, code: str
) -> None:
    answer = await submit(client, content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert files_below(settings.home / "uploads") == []
    assert list_audit(db)[0].event.outcome == code
    assert (await client.get("/admin/adapters")).json() == []


async def test_hostile_members_are_refused_and_quoted_nowhere_but_to_the_sender(
    client: httpx.AsyncClient,
    settings: Settings,
    db: Engine,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    folder = write_adapter(tmp_path / "mine")
    for name, code in {
        "../e1-canary.json": "path_escapes",
        "e1-canary.bin": "file_pickle",
        "e1-canary.exe": "file_not_allowed",
    }.items():
        answer = await submit(client, pack(folder, {name: b"e1-canary"}))
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), name
    assert files_below(settings.home / "uploads") == []
    assert not [file for file in files_below(tmp_path) if "e1-canary" in file.name]
    assert "e1-canary" not in caplog.text
    assert all("e1-canary" not in str(row.event) for row in list_audit(db))


async def test_another_ministrys_card_and_a_strange_name_are_refused_without_echo(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    answer = await submit(client, archive_of(1), "moi")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "ministry_mismatch")
    for name in ("E1-CANARY", "e1 canary", "../e1", "base", "auto", ""):
        answer = await submit(client, archive_of(1, name if name in ("base", "auto") else "mof"), name)
        assert answer.status_code == 400, name
        assert not name or name not in answer.json()["error"]["message"] or name in ("base", "auto")
    assert files_below(settings.home / "uploads") == []


async def test_an_upload_over_the_limit_is_cut_off(settings: Settings, app: FastAPI) -> None:
    small = settings.model_copy(update={"adapters": AdapterSettings(max_upload_bytes=2**20)})
    app = create_admin_app(small)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 64 * 2**20:
            sent += 2**16
            yield b"x" * 2**16

    async with connect(app, TOKENS["wang"]) as client:
        answer = await client.post("/admin/adapters", params={"ministry": "mof"}, content=endless())
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")
        assert sent <= 2 * 2**20, "it was read on after the limit"
        elsewhere = await client.post("/admin/adapters/mof@1/promote", content=b"x" * (3 * 2**20))
        assert elsewhere.status_code == 413
    assert files_below(settings.home / "uploads") == []


async def test_a_sender_that_goes_away_leaves_nothing(app: FastAPI, settings: Settings) -> None:
    async def stalls() -> AsyncIterator[bytes]:
        yield archive_of(1)[:1000]
        await asyncio.Event().wait()

    async with connect(app, TOKENS["wang"]) as client:
        task = asyncio.create_task(
            client.post("/admin/adapters", params={"ministry": "mof"}, content=stalls())
        )
        async with asyncio.timeout(20):
            while not files_below(settings.home / "uploads"):  # noqa: ASYNC110 - a file is no event
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert files_below(settings.home / "uploads") == []


async def test_what_a_killed_process_left_is_gone_after_a_start(app: FastAPI, settings: Settings) -> None:
    left = settings.home / "uploads" / "tmpold" / "archive"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x")
    async with app.router.lifespan_context(app):
        assert not left.exists()
