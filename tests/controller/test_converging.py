"""The controller over real sockets: whatever happens to engines, the state converges without a person."""

from __future__ import annotations

import pytest

from adapters.stages import Stage
from serve.records.database import writing
from serve.records.replicas import Phase, Replica, add_replica, remove_replica
from serve.records.routing import load_catalog, set_shares
from serve.records.versions import want
from tests.controller.conftest import Fleet
from tests.waiting import eventually


def loads(fleet: Fleet) -> list[str]:
    return [name for what, name in fleet.engines["one"].seen if what == "load"]


async def test_what_is_wanted_is_loaded_verified_and_routed(fleet: Fleet) -> None:
    engine = fleet.engine()
    digest = fleet.add("moi@1")
    fleet.add("mof@1", Stage.STANDBY)
    fleet.add("mohw@1", Stage.CHECKED)
    with writing(fleet.db) as connection:
        set_shares(connection, "moi", {"moi@1": 100})
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1") and fleet.ready("mof@1"), "both are ready")
        assert fleet.phase("base@1") == (Phase.READY, "")
        assert fleet.name("base@1") == "base-1"
        assert fleet.phase("mohw@1") == (None, "")
        with writing(fleet.db) as connection:
            want(connection, "mohw@1", 60)
        await eventually(lambda: fleet.ready("mohw@1"), "the candidate is held for its evaluation")
    name = fleet.name("moi@1")
    assert name.startswith(f"moi-1-{digest[7:15]}-") and engine.adapters[name] == str(fleet.cache_of(digest))
    (target,) = load_catalog(fleet.db).routes["moi@1"].targets
    assert (target.replica, target.url, target.engine_name) == ("one", engine.url, name)


async def test_a_wanted_time_that_is_over_ends_in_an_unload(fleet: Fleet) -> None:
    engine = fleet.engine()
    fleet.add("moi@1", Stage.CHECKED)
    with writing(fleet.db) as connection:
        want(connection, "moi@1", 3600)
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1"), "it is ready")
        with writing(fleet.db) as connection:
            want(connection, "moi@1", -1)
        await eventually(lambda: not engine.adapters, "it is unloaded")
        await eventually(lambda: fleet.phase("moi@1")[0] is None, "its row is gone")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("refuse load", "engine_refused"),
        ("forget", "not_listed"),
        ("wrong root", "not_listed"),
        ("no effect", "adapter_has_no_effect"),
    ],
)
async def test_a_load_that_goes_wrong_is_never_ready_and_is_tried_again(
    fleet: Fleet, fault: str, reason: str
) -> None:
    engine = fleet.engine()
    engine.faults = {fault}
    fleet.add("moi@1")
    seen = set()
    async with fleet.controller():
        await eventually(
            lambda: seen.add(fleet.phase("moi@1")) or (Phase.FAILED, reason) in seen,
            "it failed for this reason",
        )
        await eventually(lambda: len(loads(fleet)) > 2, "it is tried again")
        assert engine.fired[fault] >= 2
        assert not any(phase is Phase.READY for phase, _ in seen)
        engine.faults.clear()
        await eventually(lambda: fleet.ready("moi@1"), "it converges when the fault is gone")
        await eventually(lambda: list(engine.adapters) == [fleet.name("moi@1")], "nothing else is left there")
    assert len(set(loads(fleet))) == len(loads(fleet)), "a name was used twice"


async def test_a_load_that_hangs_holds_up_no_other(fleet: Fleet) -> None:
    stuck, well = fleet.engine("one"), fleet.engine("two")
    stuck.hang("/v1/load_lora_adapter")
    fleet.add("moi@1")
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1", "two"), "the other replica is ready")
        assert well.adapters and stuck.fired["hang /v1/load_lora_adapter"]
        await eventually(
            lambda: fleet.phase("moi@1")[1] == "engine_unavailable", "the hanging load is given up"
        )
        stuck.calm()
        await eventually(lambda: fleet.ready("moi@1"), "it converges")
        await eventually(lambda: list(stuck.adapters) == [fleet.name("moi@1")], "late loads are unloaded")


async def test_an_engine_that_restarts_is_loaded_again_under_new_names(fleet: Fleet) -> None:
    engine = fleet.engine()
    fleet.add("moi@1")
    with writing(fleet.db) as connection:
        set_shares(connection, "moi", {"moi@1": 100})
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1"), "it is ready")
        before = fleet.name("moi@1")
        engine.die()
        await eventually(
            lambda: fleet.phase("moi@1") == (Phase.PENDING, "engine_unavailable"), "it isn't ready"
        )
        assert not load_catalog(fleet.db).routes["moi@1"].targets
        engine.start()
        await eventually(lambda: fleet.ready("moi@1"), "it is ready again")
    assert fleet.name("moi@1") != before and list(engine.adapters) == [fleet.name("moi@1")]


async def test_an_engine_that_forgets_silently_is_found_out(fleet: Fleet) -> None:
    engine = fleet.engine()
    fleet.add("moi@1")
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1"), "it is ready")
        before = fleet.name("moi@1")
        del engine.adapters[before]
        await eventually(lambda: fleet.ready("moi@1") and fleet.name("moi@1") != before, "it is loaded anew")


async def test_one_slow_answer_takes_nothing_away_and_silence_does(fleet: Fleet) -> None:
    engine = fleet.engine()
    fleet.add("moi@1")
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1"), "it is ready")
        engine.hang("/v1/models")
        await eventually(lambda: engine.fired["hang /v1/models"] >= 2, "one look got no answer")
        assert fleet.ready("moi@1")
        await eventually(
            lambda: fleet.phase("moi@1") == (Phase.PENDING, "engine_unavailable"), "silence counts"
        )
        before = len(loads(fleet))
        engine.calm()
        await eventually(lambda: fleet.ready("moi@1"), "it is ready again")
        assert len(loads(fleet)) == before, "what the engine still holds is not loaded again"


async def test_requests_end_before_their_adapter_is_unloaded(fleet: Fleet) -> None:
    engine = fleet.engine()
    fleet.add("moi@1")
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1"), "it is ready")
        name = fleet.name("moi@1")
        engine.busy = {name}
        fleet.stage("moi@1", Stage.RETIRED)
        await eventually(lambda: fleet.phase("moi@1")[0] is Phase.DRAINING, "the gateways are told")
        before = engine.looks
        await eventually(lambda: engine.looks > before + 20, "it is looked at again and again")
        assert name in engine.adapters and ("unload", name) not in engine.seen
        engine.busy = set()
        await eventually(lambda: name not in engine.adapters, "it is unloaded when nobody uses it")
        await eventually(lambda: fleet.phase("moi@1")[0] is None, "its row is gone")


async def test_a_version_that_comes_back_while_it_drains_stays(fleet: Fleet) -> None:
    engine = fleet.engine()
    fleet.add("moi@1")
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1"), "it is ready")
        name = fleet.name("moi@1")
        engine.busy = {name}
        fleet.stage("moi@1", Stage.RETIRED)
        await eventually(lambda: fleet.phase("moi@1")[0] is Phase.DRAINING, "it drains")
        fleet.stage("moi@1", Stage.SERVING)
        await eventually(lambda: fleet.ready("moi@1"), "it is back")
    assert fleet.name("moi@1") == name and loads(fleet) == [name]


@pytest.mark.parametrize("fault", ["refuse unload", "ghost"])
async def test_an_unload_that_does_not_work_is_tried_until_the_name_is_gone(fleet: Fleet, fault: str) -> None:
    engine = fleet.engine()
    fleet.add("moi@1")
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1"), "it is ready")
        engine.faults = {fault}
        fleet.stage("moi@1", Stage.RETIRED)
        await eventually(lambda: engine.fired[fault] >= 2, "it is tried again")
        assert fleet.phase("moi@1")[0] is Phase.DRAINING
        engine.faults.clear()
        await eventually(lambda: fleet.phase("moi@1")[0] is None and not engine.adapters, "it is gone")


async def test_a_strange_name_does_not_stay(fleet: Fleet) -> None:
    engine = fleet.engine()
    digest = fleet.add("moi@1")
    engine.adapters = {"moi-1-left": "/tmp/elsewhere", f"moi-1-{digest[7:15]}-00000000": "/tmp/elsewhere"}
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1"), "the version is ready")
        await eventually(lambda: list(engine.adapters) == [fleet.name("moi@1")], "only its own name is left")


async def test_what_a_killed_controller_left_is_taken_over(fleet: Fleet) -> None:
    """A load that was recorded as ready goes on at once; one that wasn't is probed first; neither is loaded again."""
    engine = fleet.engine()
    recorded, unknown = fleet.add("moi@1"), fleet.add("mof@1")
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1") and fleet.ready("mof@1"), "both are ready")
    names = {version: fleet.name(version) for version in ("moi@1", "mof@1")}
    from sqlalchemy import delete

    from serve.records.adapter_tables import residents

    with writing(fleet.db) as connection:
        connection.execute(delete(residents).where(residents.c.version == "mof@1"))
    before = len(loads(fleet))
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1") and fleet.ready("mof@1"), "both are ready")
    assert {version: fleet.name(version) for version in names} == names and len(loads(fleet)) == before
    assert engine.adapters == {
        names["moi@1"]: str(fleet.cache_of(recorded)),
        names["mof@1"]: str(fleet.cache_of(unknown)),
    }


async def test_a_left_name_without_effect_is_not_taken_over(fleet: Fleet) -> None:
    engine = fleet.engine()
    digest = fleet.add("moi@1")
    left = f"moi-1-{digest[7:15]}-00000000"
    engine.adapters = {left: str(fleet.cache_of(digest))}
    engine.faults = {"no effect"}
    async with fleet.controller():
        await eventually(lambda: fleet.phase("moi@1")[1] == "adapter_has_no_effect", "the probe found out")
        engine.faults.clear()
        await eventually(lambda: fleet.ready("moi@1") and left not in engine.adapters, "it is loaded anew")
    assert engine.fired["no effect"]


async def test_replicas_come_move_and_go(fleet: Fleet) -> None:
    fleet.engine("one")
    fleet.add("moi@1")
    async with fleet.controller():
        await eventually(lambda: fleet.ready("moi@1"), "the first is ready")
        fleet.engine("two")
        await eventually(lambda: fleet.ready("moi@1", "two"), "a new replica is picked up")
        remove_replica(fleet.db, "one", "test")
        await eventually(lambda: fleet.phase("moi@1") == (None, ""), "the removed one is forgotten")
        fleet.engines["one"].die()
        fleet.engines["one"].start()
        remove_replica(fleet.db, "two", "test")
        add_replica(fleet.db, Replica("two", fleet.engines["one"].url), "test")
        await eventually(lambda: fleet.ready("moi@1", "two"), "the moved one is loaded at its new address")
        assert fleet.name("moi@1", "two") in fleet.engines["one"].adapters


async def test_an_adapter_of_another_base_is_not_loaded(fleet: Fleet) -> None:
    fleet.engine()
    other = "sha256:" + "c" * 64
    fleet.add("moi@1", base_digest=other)
    fleet.add("mof@1")
    async with fleet.controller():
        await eventually(lambda: fleet.ready("mof@1"), "what fits is ready")
    assert fleet.phase("moi@1") == (None, "") and len(loads(fleet)) == 1


async def test_the_most_urgent_is_loaded_first(fleet: Fleet) -> None:
    fleet.add("moi@1", Stage.STANDBY)
    fleet.add("moi@2", Stage.CANARY)
    fleet.add("moi@3", Stage.SERVING)
    fleet.add("moi@4", Stage.CHECKED)
    with writing(fleet.db) as connection:
        want(connection, "moi@4", 3600)
    fleet.settings = fleet.settings.model_copy(
        update={"controller": fleet.settings.controller.model_copy(update={"parallel_loads": 1})}
    )
    fleet.engine()
    async with fleet.controller():
        await eventually(lambda: all(fleet.ready(f"moi@{n}") for n in range(1, 5)), "all are ready")
    assert [name.split("-")[1] for name in loads(fleet)] == ["3", "2", "4", "1"]
