"""Replicas as operators and the start of the stack write them, and the commands for it."""

from __future__ import annotations

import json
import os

import pytest
from click.testing import CliRunner

from serve.cli import main
from serve.controller.desired import read_desired
from serve.controller.replica_state import Load, Look, Pace, ReplicaState
from serve.errors import Conflict
from serve.records.replicas import (
    Phase,
    Replica,
    Resident,
    add_replica,
    drain_replica,
    list_replicas,
    list_residents,
    publish_residents,
    remove_replica,
    settle_replicas,
)
from serve.settings import Settings
from serve.stack.home import Secrets
from serve.stack.layout import engine_parts, lay_out
from tests.controller.conftest import Fleet

OURS = ("one", "two")


def test_what_was_seen_at_an_old_address_is_not_written_for_the_new_one(fleet: Fleet) -> None:
    add_replica(fleet.db, Replica("one", "http://127.0.0.1:1"), "test")
    remove_replica(fleet.db, "one", "test")
    add_replica(fleet.db, Replica("one", "http://127.0.0.1:2"), "test")
    seen = [Resident("one", "base@1", "base-1", Phase.READY)]
    assert publish_residents(fleet.db, "one", seen, "http://127.0.0.1:1") is None
    assert list_residents(fleet.db) == []
    assert publish_residents(fleet.db, "one", seen, "http://127.0.0.1:2") is not None
    assert [row for row, _ in list_residents(fleet.db)] == seen


def test_a_start_settles_its_own_replicas_and_leaves_the_others(fleet: Fleet) -> None:
    add_replica(fleet.db, Replica("far", "http://10.0.0.1:8000"), "test")
    settle_replicas(
        fleet.db, [Replica("one", "http://127.0.0.1:1"), Replica("two", "http://127.0.0.1:2")], OURS, "t"
    )
    publish_residents(fleet.db, "one", [Resident("one", "base@1", "base-1", Phase.READY)])
    drain_replica(fleet.db, "two", True, "test")
    settle_replicas(
        fleet.db, [Replica("one", "http://127.0.0.1:2")], OURS, "t"
    )  # with the other's old address
    assert list_replicas(fleet.db) == [
        Replica("far", "http://10.0.0.1:8000"), Replica("one", "http://127.0.0.1:2"),
    ]  # fmt: skip
    assert list_residents(fleet.db) == []
    with pytest.raises(Conflict):
        settle_replicas(fleet.db, [Replica("one", "http://10.0.0.1:8000")], OURS, "t")


def test_the_commands_add_drain_show_and_remove(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BIANMIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BIANMIN_HOME", str(fleet.settings.home))

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["replicas", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    assert run("add", "one", "http://127.0.0.1:1/") == "Added.\n"
    assert run("add", "one", "http://127.0.0.1:1") == "It is there already.\n"
    publish_residents(fleet.db, "one", [Resident("one", "base@1", "", Phase.PENDING, "base_not_listed")])
    assert run("drain", "one") == "No new requests go there.\n"
    (row,) = json.loads(run("list", "--json"))
    assert (row["name"], row["draining"], row["ready"]) == ("one", True, 0)
    assert row["not_ready"] == ["base@1=base_not_listed"]
    assert "base@1: pending on 0/1 (one: base_not_listed)" in run("list")
    assert run("drain", "one", "--undo") == "Requests go there again.\n"
    assert run("remove", "one") == "Removed.\n"
    refused = CliRunner().invoke(main, ["replicas", "remove", "one"])
    assert refused.exit_code == 1 and "(not_found)" in refused.output


def test_as_many_engines_are_laid_out_as_are_asked_for(fleet: Fleet) -> None:
    engine = Settings().engine.model_copy(update={"replicas": 3})
    layout = lay_out(fleet.settings.model_copy(update={"engine": engine}), Secrets("a" * 40, "b" * 40), {})
    parts = engine_parts(layout, ["base"])
    assert [part.name for part in parts] == ["engine", "engine-two", "engine-three"]
    assert [part.env["BIANMIN_ENGINE__URL"] for part in parts] == [one.url for one in layout.replicas]
    assert len({one.url for one in layout.replicas}) == 3


def test_a_pause_between_tries_grows_and_is_bounded(fleet: Fleet) -> None:
    fleet.add("moi@1")
    state = ReplicaState("one", fleet.settings.adapter_cache, Pace(1, 0, 1, longest_retry_s=8.0))
    look, wanted = Look({"base-1": "/m"}), read_desired(fleet.db).wanted
    now, pauses = 0.0, []
    for _ in range(7):
        failed_at = now
        while not (actions := state.observe(wanted, look, now)):
            now += 0.05
        pauses.append(now - failed_at)
        (load,) = actions
        assert isinstance(load, Load)
        state.finished(load, "engine_refused", now)
    for pause, expected in zip(pauses, [0, 1, 2, 4, 8, 8, 8], strict=True):
        assert 0.5 * expected <= pause <= 1.5 * expected + 0.1
