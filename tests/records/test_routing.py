from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from adapters.stages import ANSWERING, HELD, TABLE, Stage, Step, StepRefused, next_stage, steps_from
from serve.callers import DEFAULT_LIMITS, Caller
from serve.catalog import (
    Catalog,
    Route,
    Share,
    Target,
    catalog_from_json,
    catalog_to_json,
    choose_route,
    require_public,
)
from serve.errors import AdapterLoading, Conflict, InvalidRequest, ModelNotFound, NotFound
from serve.records.database import writing
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
)
from serve.records.routing import load_catalog, read_revision, set_shares
from serve.records.versions import set_stage
from tests.adapter_rows import add_version, digest_of, serve_version

ONE = Replica("one", "http://127.0.0.1:1")


def _ready(version: str, name: str, replica: str = "one") -> Resident:
    return Resident(replica, version, name, Phase.READY)


def _held(*versions: str) -> dict[str, Route]:
    target = Target("one", "http://127.0.0.1:1", "x")
    return {version: Route(version.partition("@")[0], version, "sha256:0", (target,)) for version in versions}


def test_a_version_is_routed_to_the_replicas_that_hold_it_ready(db: Engine) -> None:
    serve_version(db, "moi@1")
    add_version(db, "moi@2")
    add_replica(db, ONE, "test")
    add_replica(db, Replica("two", "http://127.0.0.1:2"), "test")
    publish_residents(db, "one", [_ready("moi@1", "moi-1-aa"), _ready("moi@2", "moi-2-bb")])
    publish_residents(db, "two", [Resident("two", "moi@1", "moi-1-cc", Phase.LOADING)])
    catalog = load_catalog(db)
    held = (Target("one", "http://127.0.0.1:1", "moi-1-aa"),)
    assert dict(catalog.routes) == {"moi@1": Route("moi", "moi@1", digest_of("moi@1"), held)}
    publish_residents(db, "two", [_ready("moi@1", "moi-1-cc", "two")])
    assert [target.replica for target in load_catalog(db).routes["moi@1"].targets] == ["one", "two"]
    drain_replica(db, "one", True, "test")
    assert [target.replica for target in load_catalog(db).routes["moi@1"].targets] == ["two"]
    remove_replica(db, "two", "test")
    add_replica(db, Replica("two", "http://127.0.0.1:3"), "test")
    assert not load_catalog(db).routes["moi@1"].targets
    remove_replica(db, "two", "test")
    assert [replica.name for replica in list_replicas(db)] == ["one"]


def test_only_changes_raise_the_revision(db: Engine) -> None:
    serve_version(db, "moi@1")
    assert add_replica(db, ONE, "test") and not add_replica(db, ONE, "test")
    revisions = [read_revision(db)]
    for found in ([_ready("moi@1", "a")], [_ready("moi@1", "b")], []):
        assert publish_residents(db, "one", found) == read_revision(db)
        assert publish_residents(db, "one", found) is None
        revisions.append(read_revision(db))
    assert all(earlier < later for earlier, later in pairwise(revisions))
    assert publish_residents(db, "gone", [Resident("gone", "moi@1", "a", Phase.READY)]) is None
    assert not list_residents(db)


@pytest.mark.parametrize("url", ["127.0.0.1:1", "ftp://127.0.0.1", "http://", "http://" + "a" * 600])
def test_an_address_that_is_none_is_refused(db: Engine, url: str) -> None:
    with pytest.raises(InvalidRequest):
        add_replica(db, Replica("one", url), "test")


def test_replicas_are_told_apart(db: Engine) -> None:
    add_replica(db, ONE, "test")
    with pytest.raises(Conflict):
        add_replica(db, Replica("two", ONE.url), "test")
    for change in (
        lambda: remove_replica(db, "two", "test"),
        lambda: drain_replica(db, "two", True, "test"),
    ):
        with pytest.raises(NotFound):
            change()


def test_shares_add_up(db: Engine) -> None:
    serve_version(db, "moi@1")
    add_version(db, "moi@2", Stage.CANARY)
    with writing(db) as connection:
        set_shares(connection, "moi", {"moi@1": 90, "moi@2": 10})
    assert load_catalog(db).shares["moi"] == (Share("moi@2", 10, True), Share("moi@1", 90))
    for weights in ({"moi@1": 99}, {"moi@1": 100, "moi@2": 0}, {"moi@1": 110, "moi@2": -10}):
        with pytest.raises(InvalidRequest), writing(db) as connection:
            set_shares(connection, "moi", weights)
    with writing(db) as connection:
        set_stage(connection, "moi@2", Stage.RETIRED)
    assert load_catalog(db).shares["moi"] == (Share("moi@1", 90),)
    with writing(db) as connection:
        set_shares(connection, "moi", {})
    assert "moi" not in load_catalog(db).publics


def test_a_catalogue_survives_its_journey() -> None:
    catalog = Catalog(7, {"moi": (Share("moi@2", 10, True), Share("moi@1", 90))}, _held("moi@1", "moi@2"), 3)
    assert catalog_from_json(json.loads(json.dumps(catalog_to_json(catalog)))) == catalog


@given(st.integers(1, 99), st.integers(0, 99), st.integers(0, 99))
def test_a_larger_canary_keeps_its_conversations(small: int, more: int, point: int) -> None:
    large = min(99, small + more)
    routes = _held("moi@1", "moi@2")

    def chosen(weight: int) -> str:
        shares = {"moi": (Share("moi@2", weight, True), Share("moi@1", 100 - weight))}
        return choose_route("moi", Catalog(1, shares, routes), point=point).version

    assert (chosen(small) == "moi@2") == (point < small)
    assert chosen(small) != "moi@2" or chosen(large) == "moi@2"


def test_a_conversation_keeps_its_version_while_a_replica_holds_it() -> None:
    shares = {"moi": (Share("moi@2", 100),), "mof": (Share("mof@1", 100),)}
    routes = _held("moi@1", "moi@2", "mof@1")
    catalog = Catalog(1, shares, routes)
    assert choose_route("moi", catalog, pinned="moi@1").version == "moi@1"
    for pinned in ("moi@9", "mof@1", None):
        assert choose_route("moi", catalog, pinned=pinned).version == "moi@2"
    dropped = Catalog(1, shares, {**routes, "moi@1": Route("moi", "moi@1", "sha256:0")})
    assert choose_route("moi", dropped, pinned="moi@1").version == "moi@2"


def test_what_nobody_holds_is_loading_and_never_the_base() -> None:
    routes = _held("base@1") | {"moi@1": Route("moi", "moi@1", "sha256:0")}
    catalog = Catalog(1, {"base": (Share("base@1", 100),), "moi": (Share("moi@1", 100),)}, routes)
    with pytest.raises(AdapterLoading) as caught:
        choose_route("moi", catalog)
    assert caught.value.status == 503 and caught.value.retry_after_s
    assert not catalog.answering
    narrow = Caller("moi", "ministry", "key", frozenset({"base"}), 0, DEFAULT_LIMITS["ministry"])
    for model in ("moi", "mof"):
        with pytest.raises(ModelNotFound):
            require_public(narrow, model, catalog)
    assert require_public(narrow, "base", catalog) == "base"


@given(st.lists(st.sampled_from(list(Step)), max_size=12))
def test_the_stage_table_keeps_its_promises(steps: list[Step]) -> None:
    """Nothing answers citizens that wasn't judged good; what is retired stays so."""
    stage, passed = Stage.CHECKED, False
    for step in steps:
        if (stage, step) not in TABLE:
            with pytest.raises(StepRefused):
                next_stage(stage, step)
            assert step not in steps_from(stage)
            continue
        before, stage = stage, next_stage(stage, step)
        assert step in steps_from(before) and before is not Stage.RETIRED
        passed = step is Step.PASS or (passed and step is not Step.FAIL)
        assert stage not in HELD or passed
    assert not steps_from(Stage.RETIRED) and ANSWERING < HELD
