from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from adapters.cards import CONTENT_FILES, content_digest
from adapters.stages import ANSWERING, HELD, Stage
from adapters.store import Store
from serve.catalog import WHOLE
from serve.errors import Conflict, Forbidden, InvalidRequest, NotFound, ServeError
from serve.records import lifecycle
from serve.records.audit import find_broken_link, list_audit
from serve.records.database import open_database
from serve.records.history import history
from serve.records.lifecycle import ContentRetired, Submission
from serve.records.replicas import Phase, Replica, Resident, add_replica, publish_residents
from serve.records.roles import OPERATOR, VIEWER
from serve.records.routing import load_catalog, read_revision
from serve.records.transitions import Act, NoStandby, NotReady, StepNotAllowed
from serve.records.versions import list_adapters
from tests.adapter_rows import add_version, serve_version
from tests.records.rows import empty_database

WANG = Act("wang", OPERATOR, "better answers")


def hold(db: Engine, *versions: str) -> None:
    """One replica that holds exactly these versions."""
    add_replica(db, Replica("engine-1", "http://127.0.0.1:9"), "test")
    held = [Resident("engine-1", version, f"{version}-x", Phase.READY) for version in versions]
    publish_residents(db, "engine-1", held)


def shares(db: Engine, public: str) -> dict[str, int]:
    return {share.version: share.weight for share in load_catalog(db).shares.get(public, ())}


def stages(db: Engine, public: str) -> dict[str, Stage]:
    return {one.spec.version: one.stage for one in list_adapters(db, public)}


@pytest.fixture
def three(db: Engine) -> Engine:
    """mof@1 serves, mof@2 and mof@3 passed their evaluation, and a replica holds all."""
    serve_version(db, "mof@1")
    add_version(db, "mof@2", Stage.EVALUATED)
    add_version(db, "mof@3", Stage.EVALUATED)
    hold(db, "mof@1", "mof@2", "mof@3")
    return db


def test_from_canary_to_serving_and_back(three: Engine) -> None:
    assert lifecycle.start_canary(three, "mof@2", 10, WANG).stage is Stage.CANARY
    assert shares(three, "mof") == {"mof@1": 90, "mof@2": 10}
    lifecycle.start_canary(three, "mof@2", 30, WANG)
    assert shares(three, "mof") == {"mof@1": 70, "mof@2": 30}
    lifecycle.promote(three, "mof@2", WANG)
    assert shares(three, "mof") == {"mof@2": WHOLE}
    assert stages(three, "mof")["mof@1"] is Stage.STANDBY
    assert lifecycle.roll_back(three, "mof", WANG).spec.version == "mof@1"
    assert shares(three, "mof") == {"mof@1": WHOLE}
    # The version that was taken back is no standby: a second roll back can't return to it.
    assert stages(three, "mof")["mof@2"] is Stage.EVALUATED
    with pytest.raises(NoStandby):
        lifecycle.roll_back(three, "mof", WANG)


def test_only_the_newest_standby_stays_on_the_engines(three: Engine) -> None:
    lifecycle.promote(three, "mof@2", WANG)
    lifecycle.promote(three, "mof@3", WANG)
    assert stages(three, "mof") == {
        "mof@1": Stage.EVALUATED,
        "mof@2": Stage.STANDBY,
        "mof@3": Stage.SERVING,
    }
    assert lifecycle.promote(three, "mof@1", WANG).stage is Stage.SERVING


def test_a_promotion_ends_the_canary_of_another_version(three: Engine) -> None:
    lifecycle.start_canary(three, "mof@2", 5, WANG)
    with pytest.raises(Conflict):
        lifecycle.start_canary(three, "mof@3", 5, WANG)
    lifecycle.promote(three, "mof@3", WANG)
    assert stages(three, "mof")["mof@2"] is Stage.EVALUATED
    assert shares(three, "mof") == {"mof@3": WHOLE}


def test_a_canary_is_withdrawn(three: Engine) -> None:
    lifecycle.start_canary(three, "mof@2", 50, WANG)
    withdrawn = lifecycle.withdraw(three, "mof", replace(WANG, actor="controller", reason="too many errors"))
    assert (withdrawn.spec.version, withdrawn.stage) == ("mof@2", Stage.EVALUATED)
    assert shares(three, "mof") == {"mof@1": WHOLE}
    assert history(three, "mof@2")[0].event.actor == "controller"
    with pytest.raises(StepNotAllowed):
        lifecycle.withdraw(three, "mof", WANG)


def test_what_serves_is_retired_only_as_the_last(three: Engine) -> None:
    lifecycle.promote(three, "mof@2", WANG)
    lifecycle.start_canary(three, "mof@3", 5, WANG)
    with pytest.raises(StepNotAllowed):
        lifecycle.retire(three, "mof@2", WANG)
    assert shares(three, "mof") == {"mof@3": 5, "mof@2": 95}
    lifecycle.retire(three, "mof@2", WANG, last=True)
    assert "mof" not in load_catalog(three).shares
    assert not {stage for stage in stages(three, "mof").values()} & HELD
    with pytest.raises(StepNotAllowed):
        lifecycle.promote(three, "mof@2", WANG)


def test_a_name_that_answers_never_goes_silent(three: Engine) -> None:
    hold(three, "mof@1")
    with pytest.raises(NotReady):
        lifecycle.promote(three, "mof@2", WANG)
    assert shares(three, "mof") == {"mof@1": WHOLE}
    add_version(three, "moi@1", Stage.EVALUATED)  # nothing answers under this name yet, so nothing is lost
    assert lifecycle.promote(three, "moi@1", WANG).stage is Stage.SERVING


def test_a_roll_back_does_not_wait_for_an_engine(three: Engine) -> None:
    lifecycle.promote(three, "mof@2", WANG)
    hold(three, "mof@2")
    assert lifecycle.roll_back(three, "mof", WANG).spec.version == "mof@1"


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 501, "a\x00b", "\x1b[31m"])
def test_a_step_needs_a_printable_reason(three: Engine, reason: str) -> None:
    before = stages(three, "mof"), read_revision(three)
    for step in (
        lambda act: lifecycle.start_canary(three, "mof@2", 5, act),
        lambda act: lifecycle.promote(three, "mof@2", act),
        lambda act: lifecycle.roll_back(three, "mof", act),
        lambda act: lifecycle.withdraw(three, "mof", act),
        lambda act: lifecycle.retire(three, "mof@2", act),
    ):
        with pytest.raises(InvalidRequest):
            step(replace(WANG, reason=reason))
    assert (stages(three, "mof"), read_revision(three)) == before


@pytest.mark.parametrize("weight", [0, 100, -1, 10**9])
def test_a_canarys_weight_leaves_something_to_both(three: Engine, weight: int) -> None:
    with pytest.raises(InvalidRequest):
        lifecycle.start_canary(three, "mof@2", weight, WANG)


def test_steps_of_nothing_and_of_the_base_model(three: Engine) -> None:
    serve_version(three, "base@1")
    with pytest.raises(NotFound):
        lifecycle.promote(three, "mof@9", WANG)
    for step in (lifecycle.promote, lifecycle.retire):
        with pytest.raises(Conflict):
            step(three, "base@1", WANG)
    assert shares(three, "base") == {"base@1": WHOLE}


def test_a_version_is_loaded_for_its_evaluation(three: Engine) -> None:
    add_version(three, "mof@4")
    wanted = lifecycle.request_load(three, "mof@4", 600, replace(WANG, reason="")).wanted_until
    assert wanted is not None
    for seconds in (0, 10**7, float("nan")):
        with pytest.raises(InvalidRequest):
            lifecycle.request_load(three, "mof@4", seconds, WANG)


def test_two_promotions_at_once_leave_one_serving(three: Engine) -> None:
    for one in ("mof@4", "mof@5", "mof@6", "mof@7"):
        add_version(three, one, Stage.EVALUATED)
    rivals = [f"mof@{number}" for number in range(2, 8)]
    hold(three, "mof@1", *rivals)
    refused: list[ServeError] = []
    gate = threading.Barrier(len(rivals))

    def run(version: str) -> None:
        own = open_database(str(three.url))
        gate.wait()
        try:
            lifecycle.promote(own, version, replace(WANG, actor=version.replace("@", "-")))
        except ServeError as exc:
            refused.append(exc)
        finally:
            own.dispose()

    threads = [threading.Thread(target=run, args=(version,)) for version in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = stages(three, "mof")
    serving = [version for version, stage in found.items() if stage is Stage.SERVING]
    assert len(serving) == 1 and not refused
    assert shares(three, "mof") == {serving[0]: WHOLE}
    assert sum(stage is Stage.STANDBY for stage in found.values()) == 1
    assert find_broken_link(three) is None


def test_the_history_says_who_when_and_why(three: Engine) -> None:
    lifecycle.start_canary(three, "mof@2", 10, WANG)
    lifecycle.promote(three, "mof@2", replace(WANG, actor="lin", reason="held for a week"))
    with pytest.raises(StepNotAllowed):
        lifecycle.start_canary(three, "mof@2", 10, WANG)
    told = [(row.event.actor, row.event.action, row.event.outcome) for row in history(three, "mof@2")]
    assert told == [
        ("wang", "adapter.canary", "step_refused"),
        ("lin", "adapter.promote", "ok"),
        ("wang", "adapter.canary", "ok"),
        ("test", "adapter.register", "ok"),
    ]
    promotion = history(three, "mof")[1].event
    assert promotion.details["reason"] == "held for a week"
    assert promotion.details["shares_before"] == {"mof@1": 90, "mof@2": 10}
    # The version that had to make way has it in its history too, and another ministry has nothing of it.
    assert any(row.event.action == "adapter.promote" for row in history(three, "mof@1"))
    assert history(three, "moi") == []
    for name in ("mof@", "%", "../x"):
        with pytest.raises(InvalidRequest):
            history(three, name)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "artifacts"))


def _submission(tmp_path: Path, seed: int, ministry: str = "mof") -> Submission:
    folder = tmp_path / f"adapter-{seed}"
    folder.mkdir(exist_ok=True)
    for name in CONTENT_FILES:
        (folder / name).write_bytes(bytes([seed]) * 100)
    return Submission(ministry, folder, content_digest(folder), {"author": "tax unit"}, "2026-11")


def test_the_same_content_twice_is_the_same_version(db: Engine, store: Store, tmp_path: Path) -> None:
    first, is_new = lifecycle.submit(db, store, _submission(tmp_path, 1), WANG)
    assert (first.spec.version, first.stage, is_new) == ("mof@1", Stage.CHECKED, True)
    assert store.holds(first.spec.digest)
    again, is_new = lifecycle.submit(db, store, _submission(tmp_path, 1), WANG)
    assert (again.spec, is_new) == (first.spec, False)
    other, _ = lifecycle.submit(db, store, _submission(tmp_path, 2), WANG)
    assert other.spec.version == "mof@2"
    # Another ministry may bring the same content: it is its own version there.
    elsewhere, _ = lifecycle.submit(db, store, _submission(tmp_path, 1, "moi"), WANG)
    assert elsewhere.spec.version == "moi@1"
    lifecycle.retire(db, "mof@1", WANG)
    with pytest.raises(ContentRetired):
        lifecycle.submit(db, store, _submission(tmp_path, 1), WANG)


@pytest.mark.parametrize("name", ["base", "auto", "MOF", "mof/..", "mof@1", ""])
def test_names_that_are_no_ministrys(db: Engine, store: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidRequest):
        lifecycle.submit(db, store, _submission(tmp_path, 1, name), WANG)
    assert list_adapters(db) == []


Step = Callable[[Engine, str], object]
STEPS: dict[str, Step] = {
    "canary": lambda db, version: lifecycle.start_canary(db, version, 25, WANG),
    "promote": lambda db, version: lifecycle.promote(db, version, WANG),
    "roll_back": lambda db, version: lifecycle.roll_back(db, "mof", WANG),
    "withdraw": lambda db, version: lifecycle.withdraw(db, "mof", WANG),
    "retire": lambda db, version: lifecycle.retire(db, version, WANG),
    "leave": lambda db, version: lifecycle.retire(db, version, WANG, last=True),
}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(1, 4)), max_size=14))
def test_whatever_is_tried_shares_and_stages_agree(
    tmp_path_factory: pytest.TempPathFactory, tried: list[tuple[str, int]]
) -> None:
    file = tmp_path_factory.mktemp("db") / "records.sqlite3"
    file.write_bytes(empty_database())
    db = open_database(f"sqlite:///{file}")
    versions = [f"mof@{number}" for number in range(1, 5)]
    for version in versions:
        add_version(db, version, Stage.EVALUATED)
    hold(db, *versions)
    revision = read_revision(db)
    for step, number in tried:
        before = shares(db, "mof")
        try:
            STEPS[step](db, f"mof@{number}")
        except Conflict:
            assert shares(db, "mof") == before
        found = stages(db, "mof")
        per_stage = [stage for stage in found.values() if stage in HELD]
        assert len(per_stage) == len(set(per_stage)), "a name holds one version of each kind at most"
        assert shares(db, "mof").keys() == {v for v, stage in found.items() if stage in ANSWERING}
        assert sum(shares(db, "mof").values()) in (0, WHOLE)
        assert read_revision(db) >= revision
        revision = read_revision(db)
    assert find_broken_link(db) is None
    db.dispose()


def test_refusals_are_recorded_with_their_code(three: Engine) -> None:
    with pytest.raises(Forbidden):
        lifecycle.promote(three, "mof@2", Act("chen", VIEWER, "because"))
    newest = list_audit(three)[0].event
    assert (newest.actor, newest.action, newest.object, newest.outcome) == (
        "chen",
        "adapter.promote",
        "mof@2",
        "forbidden",
    )
