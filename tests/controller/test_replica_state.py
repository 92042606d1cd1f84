"""The state machine of one replica, against an engine that does anything at any time."""

from __future__ import annotations

from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import booleans, sampled_from, sets

from serve.controller.desired import Wanted
from serve.controller.faults import ENGINE_UNAVAILABLE, NO_EFFECT
from serve.controller.replica_state import Load, Look, Pace, ReplicaState, Unload, Verify
from serve.records.replicas import Phase

CACHE = Path("/cache")
BASE = Wanted("base", "base@1", "sha256:" + "b" * 64)
VERSIONS = tuple(
    Wanted("moi", f"moi@{n}", "sha256:" + f"{n}" * 64, BASE.digest if n < 4 else "sha256:other")
    for n in range(1, 5)
)
PACE = Pace(parallel_loads=2, drain_grace_s=2.0, drain_timeout_s=10.0, longest_retry_s=4.0)


class Replica(RuleBasedStateMachine):
    """Rules are what can happen; invariants what must hold whatever happens."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.state = ReplicaState("one", CACHE, PACE)
        self.wanted: set[Wanted] = set()
        self.engine: dict[str, str] = {}
        self.busy: set[str] = set()
        self.loading: list[Load] = []
        self.unloading: list[Unload] = []
        self.used: set[str] = set()
        self.routed: set[str] = set()  # what gateways may send to, as of the last publication
        self.routed_until: dict[str, float] = {}

    @rule(wanted=sets(sampled_from(VERSIONS)))
    def want(self, wanted: set[Wanted]) -> None:
        self.wanted = wanted

    @rule(seconds=sampled_from([0.5, 1.0, 3.0, 11.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def restart(self) -> None:
        self.engine.clear()

    @precondition(lambda self: self.engine)
    @rule(busy=booleans())
    def use(self, busy: bool) -> None:
        self.busy = set(self.engine) if busy else set()

    @rule(path=sampled_from(["/elsewhere", "/cache/" + "1" * 64]))
    def a_stranger_loads(self, path: str) -> None:
        self.engine[f"moi-1-11111111-{len(self.used):08d}"] = path

    @rule(answers=booleans())
    def look(self, answers: bool) -> None:
        look = Look(dict(self.engine) | {"base-1": "/models/base", "base": "/models/base"}, set(self.busy))
        wanted = [BASE, *sorted(self.wanted, key=lambda one: one.version)]
        for action in self.state.observe(wanted, look if answers else None, self.now):
            if isinstance(action, Unload):
                self._check_unload(action)
                self.unloading.append(action)
            else:
                self._check_load(action)
                self.loading.append(action)

    def _check_unload(self, action: Unload) -> None:
        assert action.name not in self.routed, "unloaded while gateways may send there"
        left_at = self.routed_until.get(action.name)
        assert left_at is None or self.now - left_at >= PACE.drain_grace_s
        assert action.name not in self.busy or left_at is None or self.now - left_at >= PACE.drain_timeout_s

    def _check_load(self, action: Load) -> None:
        assert action.wanted in self.wanted and action.base_digest == BASE.digest
        assert action.wanted.base_digest == BASE.digest, "loaded on another base"
        if isinstance(action, Verify):
            assert self.engine[action.name] == action.wanted.folder(CACHE)
        else:
            assert action.name not in self.used | set(self.engine), "a name was used twice"
        self.used.add(action.name)

    @precondition(lambda self: self.loading)
    @rule(outcome=sampled_from(["", "", NO_EFFECT, ENGINE_UNAVAILABLE]), listed=booleans())
    def a_load_ends(self, outcome: str, listed: bool) -> None:
        load = self.loading.pop(0)
        if not outcome or listed:
            self.engine[load.name] = load.wanted.folder(CACHE)
        self.state.finished(load, outcome, self.now)

    @precondition(lambda self: self.unloading)
    @rule(done=booleans())
    def an_unload_ends(self, done: bool) -> None:
        unload = self.unloading.pop(0)
        if done:
            self.engine.pop(unload.name, None)
        self.state.unloaded(unload.name, done, self.now)

    @rule()
    def publish(self) -> None:
        rows, untold = self.state.residents(), self.state.untold()
        routed = {row.engine_name for row in rows if row.phase is Phase.READY}
        for name in self.routed - routed:
            self.routed_until[name] = self.now
        self.routed = routed
        self.state.told(untold, self.now)

    @invariant()
    def one_row_a_version_and_bounded_loads(self) -> None:
        rows = self.state.residents()
        assert len({row.version for row in rows}) == len(rows)
        loading = [row for row in rows if row.phase is Phase.LOADING]
        assert len(loading) == len(self.loading) <= PACE.parallel_loads

    def teardown(self) -> None:
        """Left in peace, it converges: every wanted version that fits is ready, and nothing else is there."""
        self.busy = set()
        for _ in range(12):
            while self.loading:
                self.a_load_ends("", True)
            while self.unloading:
                self.an_unload_ends(True)
            self.wait(11.0)
            self.look(True)
            self.publish()
        rows = {row.version: row for row in self.state.residents()}
        fitting = {one.version for one in self.wanted if one.base_digest == BASE.digest}
        assert {version for version, row in rows.items() if row.phase is Phase.READY} == fitting | {"base@1"}
        assert set(self.engine) == {rows[version].engine_name for version in fitting}


Replica.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestReplica = Replica.TestCase
