from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from adapters.stages import Stage
from adapters.store import Store
from serve.catalog import WHOLE
from serve.errors import Conflict, Forbidden, InvalidRequest, ServeError
from serve.records import lifecycle
from serve.records.adapter_tables import approvals
from serve.records.approvals import ALONE_WEIGHT, ApprovalMissing, Asked, Desk, OwnRequest
from serve.records.audit import find_broken_link, list_audit
from serve.records.columns import utc_now
from serve.records.database import open_database, writing
from serve.records.lifecycle import Submission
from serve.records.roles import OPERATOR, VIEWER, Right, Role, RoleKind, parse_role
from serve.records.transitions import Act, NotReady, StepNotAllowed
from serve.records.versions import AdapterSpec, get_adapter, register_adapter
from tests.adapter_rows import add_version, digest_of, serve_version
from tests.records.test_lifecycle import hold, shares

MOF, MOI = parse_role("ministry:mof"), parse_role("ministry:moi")
PROMOTER = parse_role("ministry:mof", ministries_promote=True)
WANG, LIN = Act("wang", OPERATOR, "better answers"), Act("lin", OPERATOR)


@pytest.fixture
def two(db: Engine) -> Engine:
    """mof@1 serves and mof@2 passed its evaluation; both are the ministry's own."""
    serve_version(db, "mof@1")
    add_version(db, "mof@2", Stage.EVALUATED)
    hold(db, "mof@1", "mof@2")
    return db


@pytest.fixture
def desk(two: Engine) -> Desk:
    return Desk(two, two_persons=True, open_for=timedelta(hours=1))


@pytest.mark.parametrize(
    "text", ["", "root", "Operator", "ministry:", "ministry:MOF", "ministry:a b", "ministry"]
)
def test_an_unknown_role_is_no_role(text: str) -> None:
    with pytest.raises(ValueError, match=r"ministry:<slug>"):
        parse_role(text)


@pytest.mark.parametrize(
    ("role", "own", "others"),
    [
        (OPERATOR, set(Right), set(Right)),
        (VIEWER, {Right.SEE}, {Right.SEE}),
        (MOF, {Right.SEE, Right.SUBMIT, Right.LOAD, Right.CANARY}, set()),
        (PROMOTER, {Right.SEE, Right.SUBMIT, Right.LOAD, Right.CANARY, Right.PROMOTE}, set()),
    ],
)
def test_the_rights_of_each_role(role: Role, own: set[Right], others: set[Right]) -> None:
    assert {right for right in Right if role.has(right, "mof")} == own
    assert {right for right in Right if role.has(right, "moi")} == others
    assert {right for right in Right if role.has(right, None)} == others


STEPS: dict[str, tuple[Right, Callable[[Engine, Act], object]]] = {
    "load": (Right.LOAD, lambda db, act: lifecycle.request_load(db, "mof@2", 600, act)),
    "canary": (Right.CANARY, lambda db, act: lifecycle.start_canary(db, "mof@2", 10, act)),
    "withdraw": (Right.CANARY, lambda db, act: lifecycle.withdraw(db, "mof", act)),
    "promote": (Right.PROMOTE, lambda db, act: lifecycle.promote(db, "mof@2", act)),
    "roll_back": (Right.PROMOTE, lambda db, act: lifecycle.roll_back(db, "mof", act)),
    "retire": (Right.RETIRE, lambda db, act: lifecycle.retire(db, "mof@2", act)),
}


@pytest.mark.parametrize("role", [OPERATOR, VIEWER, MOF, MOI, PROMOTER], ids=str)
def test_every_step_asks_for_its_right(db: Engine, role: Role) -> None:
    _mof(db, 1)
    lifecycle.promote(db, "mof@1", WANG)
    _mof(db, 2)
    hold(db, "mof@1", "mof@2")
    for name, (right, step) in STEPS.items():
        act = Act("chen", role, "because")
        if role.has(right, "mof"):
            step(db, act)
            continue
        with pytest.raises(Forbidden):
            step(db, act)
        if role.kind is not RoleKind.OPERATOR and name in ("canary", "promote"):
            step(db, replace(act, role=OPERATOR))  # so that the next step is refused for the role alone
    assert find_broken_link(db) is None


def _mof(db: Engine, number: int) -> None:
    version = f"mof@{number}"
    spec = AdapterSpec("mof", version, digest_of(version), "mof")
    register_adapter(db, spec, "test", Stage.EVALUATED)


@pytest.mark.parametrize("role", [VIEWER, MOI], ids=str)
def test_nobody_submits_for_another_ministry(db: Engine, tmp_path: Path, role: Role) -> None:
    submission = Submission("mof", tmp_path, "sha256:00", {})
    with pytest.raises(Forbidden):
        lifecycle.submit(db, Store(str(tmp_path / "store")), submission, Act("chen", role))
    assert not (tmp_path / "store").exists() or not any((tmp_path / "store").iterdir())
    assert list_audit(db)[0].event.outcome == "forbidden"


def test_one_asks_and_another_approves(desk: Desk, two: Engine) -> None:
    asked = desk.promote("mof@2", WANG)
    assert asked.pending is not None and asked.pending.step is Asked.PROMOTE
    assert (asked.pending.asked_by, asked.pending.reason) == ("wang", "better answers")
    assert shares(two, "mof") == {"mof@1": WHOLE}
    with pytest.raises(OwnRequest):
        desk.approve("mof@2", WANG)
    assert shares(two, "mof") == {"mof@1": WHOLE}
    approved = desk.approve("mof@2", LIN)
    assert approved.adapter.stage is Stage.SERVING and approved.pending is None
    assert shares(two, "mof") == {"mof@2": WHOLE}
    assert desk.open_requests() == []
    event = list_audit(two)[0].event
    assert (event.actor, event.action, event.details["asked_by"]) == ("lin", "adapter.approve", "wang")
    assert event.details["asked_reason"] == "better answers"
    with pytest.raises(ApprovalMissing):
        desk.approve("mof@2", LIN)


def test_asking_twice_is_one_request_and_asking_for_anothers_is_refused(desk: Desk) -> None:
    desk.promote("mof@2", WANG)
    desk.promote("mof@2", WANG)
    assert len(desk.open_requests("mof@2")) == 1
    with pytest.raises(Conflict):
        desk.promote("mof@2", replace(LIN, reason="me too"))


def test_a_request_ends_by_itself(desk: Desk, two: Engine) -> None:
    desk.promote("mof@2", WANG)
    with writing(two) as connection:
        old = utc_now() - desk.open_for - timedelta(seconds=1)
        connection.execute(update(approvals).values(asked_at=old))
    with pytest.raises(ApprovalMissing):
        desk.approve("mof@2", LIN)
    assert desk.open_requests() == []
    assert desk.promote("mof@2", replace(LIN, reason="again")).pending is not None


def test_the_approver_needs_the_right_and_the_step_must_still_be_possible(desk: Desk, two: Engine) -> None:
    desk.promote("mof@2", WANG)
    for role in (VIEWER, MOI):
        with pytest.raises(Forbidden):
            desk.approve("mof@2", Act("chen", role))
    hold(two, "mof@1")
    with pytest.raises(NotReady):
        desk.approve("mof@2", LIN)
    hold(two, "mof@1", "mof@2")
    assert desk.approve("mof@2", LIN).adapter.stage is Stage.SERVING  # a refusal doesn't use the request up


def test_what_could_not_be_granted_is_not_asked_for(desk: Desk, two: Engine) -> None:
    add_version(two, "mof@3")
    with pytest.raises(StepNotAllowed):
        desk.promote("mof@3", WANG)
    with pytest.raises(Forbidden):
        desk.promote("mof@2", Act("chen", VIEWER, "because"))
    assert desk.open_requests() == []


def test_roll_back_and_leaving_need_two_persons_and_the_rest_needs_one(desk: Desk, two: Engine) -> None:
    lifecycle.promote(two, "mof@2", WANG)
    assert desk.roll_back("mof", WANG).pending is not None
    assert shares(two, "mof") == {"mof@2": WHOLE}
    assert desk.approve("mof@1", LIN).adapter.stage is Stage.SERVING
    assert desk.retire("mof@2", WANG, last=False).adapter.stage is Stage.RETIRED
    assert desk.retire("mof@1", WANG, last=True).pending is not None
    assert shares(two, "mof") == {"mof@1": WHOLE}
    desk.approve("mof@1", LIN)
    assert shares(two, "mof") == {}


def test_a_roll_back_that_means_another_version_by_now_is_refused(desk: Desk, two: Engine) -> None:
    lifecycle.promote(two, "mof@2", WANG)
    desk.roll_back("mof", WANG)
    add_version(two, "mof@3", Stage.EVALUATED)
    hold(two, "mof@1", "mof@2", "mof@3")
    lifecycle.promote(two, "mof@3", WANG)
    with pytest.raises(StepNotAllowed):
        desk.approve("mof@1", LIN)
    assert shares(two, "mof") == {"mof@3": WHOLE}


def test_without_the_rule_it_happens_at_once(two: Engine) -> None:
    desk = Desk(two, two_persons=False, open_for=timedelta(hours=1))
    assert desk.promote("mof@2", WANG).pending is None
    assert get_adapter(two, "mof@2").stage is Stage.SERVING


def test_two_approvers_at_once_take_the_step_once(desk: Desk, two: Engine) -> None:
    desk.promote("mof@2", WANG)
    gate = threading.Barrier(4)
    outcomes: list[str] = []

    def approve(name: str) -> None:
        own = open_database(str(two.url))
        gate.wait()
        try:
            Desk(own, True, desk.open_for).approve("mof@2", Act(name, OPERATOR))
            outcomes.append("done")
        except ServeError as exc:
            outcomes.append(exc.code)
        finally:
            own.dispose()

    threads = [threading.Thread(target=approve, args=(f"person-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approval_missing"] * 3 + ["done"]
    assert shares(two, "mof") == {"mof@2": WHOLE}
    assert find_broken_link(two) is None


def test_a_large_canary_is_a_promotion_and_needs_its_right(desk: Desk, db: Engine) -> None:
    _mof(db, 3)
    for one, act in ((desk, WANG), (replace(desk, two_persons=False), Act("chen", MOF, "because"))):
        with pytest.raises(InvalidRequest):
            one.start_canary("mof@3", ALONE_WEIGHT + 1, act)
        assert one.start_canary("mof@3", ALONE_WEIGHT, act).stage is Stage.CANARY
    assert replace(desk, two_persons=False).start_canary("mof@3", 99, WANG).stage is Stage.CANARY
