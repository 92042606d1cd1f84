"""What one replica holds and what is to be done about it: a state machine without input or output.

    pending ─► loading ─► ready ─► (unwanted) draining ─► gone
       ▲          └─► failed ─► (pause) loading …
       └── the engine forgot it, or doesn't answer

Each look at the engine rebuilds the state: what its own list doesn't hold isn't ready, whatever was known before.
Each load has a name that was never used before, so a name that is known to be verified stays so for as long as the
engine lists it.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from serve.controller.desired import Wanted
from serve.controller.faults import ENGINE_UNAVAILABLE
from serve.records.replicas import Phase, Resident

BASE_NOT_LISTED = "base_not_listed"
_FIRST_RETRY_S = 1.0
_NAME_BYTES = 4


@dataclass(frozen=True, slots=True)
class Look:
    """One answer of an engine: its models by name with their paths, and the adapters that requests use right now."""

    held: Mapping[str, str]
    busy: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """Load the version under this new name, then verify it."""

    wanted: Wanted
    name: str
    base_name: str
    base_digest: str


@dataclass(frozen=True, slots=True)
class Verify(Load):
    """The name is there already, left by another controller: verify it."""


@dataclass(frozen=True, slots=True)
class Unload:
    """Let the engine forget the name; nobody uses it any more."""

    name: str


Action = Load | Unload


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a replica is changed."""

    parallel_loads: int
    drain_grace_s: float
    drain_timeout_s: float
    longest_retry_s: float


@dataclass(slots=True)
class _Slot:
    """A wanted version here. `verified`: its name passed both checks in this life of the engine."""

    name: str = ""
    phase: Phase = Phase.PENDING
    reason: str = ""
    attempts: int = 0
    retry_at: float = 0.0
    verified: bool = False


@dataclass(slots=True)
class _Leaving:
    """A name to be unloaded; its grace begins when the gateways are told."""

    version: str = ""
    told_at: float | None = None
    retry_at: float = 0.0
    unloading: bool = False


class ReplicaState:
    """One replica's versions. `known` are the rows of the last controller: what it found ready was verified."""

    def __init__(self, replica: str, cache: Path, pace: Pace, known: Sequence[Resident] = ()) -> None:
        self.replica = replica
        self._cache = cache
        self._pace = pace
        self._slots: dict[str, _Slot] = {
            row.version: _Slot(row.engine_name, Phase.PENDING, verified=True)
            for row in known
            if row.phase is Phase.READY
        }
        self._leaving: dict[str, _Leaving] = {}
        self._loading: set[str] = set()

    def observe(self, wanted: Sequence[Wanted], look: Look | None, now: float) -> list[Action]:
        """Take in a look (None: no answer) and say what is to be done now."""
        if look is None:
            self._lost_sight()
            return []
        bases = {one.digest: one.base_name for one in wanted if one.is_base and one.base_name in look.held}
        here = {
            one.version: one
            for one in wanted
            if one.is_base or not one.base_digest or one.base_digest in bases
        }
        self._drop_unwanted(here)
        self._forget_vanished(look)
        actions: list[Action] = []
        for one in here.values():
            if one.is_base:
                self._see_base(one, look)
            elif action := self._see(one, look, bases, now):
                actions.append(action)
        self._find_strays({one.base_name for one in here.values() if one.is_base}, look)
        return actions + self._unloads(look, now)

    def finished(self, load: Load, reason: str, now: float) -> None:
        """A load or verification ended: verified, or failed for a reason."""
        self._loading.discard(load.name)
        slot = self._slots.get(load.wanted.version)
        if slot is None or slot.name != load.name:
            return
        if not reason:
            self._slots[load.wanted.version] = _Slot(load.name, Phase.READY, verified=True)
            return
        slot.attempts += 1
        slot.phase = Phase.PENDING if reason == ENGINE_UNAVAILABLE else Phase.FAILED
        slot.reason, slot.verified = reason, False
        slot.retry_at = now + self._pause_s(slot.attempts)
        if reason != ENGINE_UNAVAILABLE:  # a load that is only late is looked for by its name
            slot.name = ""
            self._leaving.setdefault(load.name, _Leaving())

    def unloaded(self, name: str, done: bool, now: float) -> None:
        """An unload was answered; the next look tells whether the name is gone."""
        if leaving := self._leaving.get(name):
            leaving.unloading = False
            leaving.retry_at = now if done else now + _FIRST_RETRY_S

    def untold(self) -> list[str]:
        """Names to be unloaded of which the gateways don't know yet."""
        return [name for name, leaving in self._leaving.items() if leaving.told_at is None]

    def told(self, names: Sequence[str], now: float) -> None:
        """The gateways' table no longer has these names."""
        for name in names:
            if leaving := self._leaving.get(name):
                leaving.told_at = now

    def residents(self) -> list[Resident]:
        """What the table `residents` should say."""
        rows = [
            Resident(self.replica, version, slot.name, slot.phase, slot.reason, slot.attempts)
            for version, slot in self._slots.items()
        ]
        told = set(self._slots)
        for name, leaving in self._leaving.items():
            if leaving.version and leaving.version not in told:
                told.add(leaving.version)
                rows.append(Resident(self.replica, leaving.version, name, Phase.DRAINING))
        return rows

    @property
    def draining(self) -> bool:
        """Whether a name waits to be unloaded."""
        return bool(self._leaving)

    def _lost_sight(self) -> None:
        for slot in self._slots.values():
            slot.retry_at = 0.0
            if slot.phase is not Phase.LOADING:
                slot.phase, slot.reason = Phase.PENDING, ENGINE_UNAVAILABLE

    def _drop_unwanted(self, here: Mapping[str, Wanted]) -> None:
        """A load that is under way is let finish first: its name must be known to be unloaded."""
        for version in [version for version in self._slots if version not in here]:
            slot = self._slots[version]
            if slot.phase is Phase.LOADING:
                continue
            del self._slots[version]
            if slot.verified:
                self._leaving.setdefault(slot.name, _Leaving(version))

    def _forget_vanished(self, look: Look) -> None:
        for name in [name for name, leaving in self._leaving.items() if not leaving.unloading]:
            if name not in look.held:
                del self._leaving[name]

    def _see_base(self, one: Wanted, look: Look) -> None:
        listed = one.base_name in look.held
        slot = _Slot(one.base_name, Phase.READY) if listed else _Slot(reason=BASE_NOT_LISTED)
        self._slots[one.version] = slot

    def _see(self, one: Wanted, look: Look, bases: Mapping[str, str], now: float) -> Load | None:
        """Bring the version's slot in line with the engine's list; the next thing to do for it."""
        slot = self._slots.setdefault(one.version, _Slot())
        if slot.phase is Phase.LOADING:
            return None
        if slot.verified and look.held.get(slot.name) == one.folder(self._cache):
            slot.phase, slot.reason = Phase.READY, ""
            return None
        if slot.verified:  # the engine forgot it, or means something else by the name
            slot = self._slots[one.version] = _Slot()
        if name := self._returning(one, look):
            self._slots[one.version] = _Slot(name, Phase.READY, verified=True)
            return None
        if now < slot.retry_at or not bases or len(self._loading) >= self._pace.parallel_loads:
            return None
        base_digest = one.base_digest or next(iter(bases))
        left = self._left_behind(one, look)
        slot.name = left or one.name_prefix + secrets.token_hex(_NAME_BYTES)
        slot.phase = Phase.LOADING
        self._loading.add(slot.name)
        kind = Verify if left else Load
        return kind(one, slot.name, bases[base_digest], base_digest)

    def _returning(self, one: Wanted, look: Look) -> str:
        """The version's verified name, if it was leaving and can stay after all."""
        for name, leaving in self._leaving.items():
            stays = look.held.get(name) == one.folder(self._cache)
            if stays and leaving.version == one.version and not leaving.unloading:
                del self._leaving[name]
                return name
        return ""

    def _left_behind(self, one: Wanted, look: Look) -> str:
        """A name of this content that nobody here knows: a killed controller's load."""
        for name, root in look.held.items():
            if (
                name.startswith(one.name_prefix)
                and root == one.folder(self._cache)
                and name not in self._leaving
            ):
                return name
        return ""

    def _find_strays(self, base_names: set[str], look: Look) -> None:
        """Whatever else the engine lists must not serve. Models without a path of ours are its own base names."""
        ours = {slot.name for slot in self._slots.values()} | base_names
        roots = {look.held[name] for name in base_names if name in look.held}
        for name, root in look.held.items():
            if name not in ours and name not in self._leaving and roots and root not in roots:
                self._leaving[name] = _Leaving()

    def _unloads(self, look: Look, now: float) -> list[Action]:
        actions: list[Action] = []
        for name, leaving in self._leaving.items():
            if leaving.told_at is None or leaving.unloading or now < leaving.retry_at:
                continue
            waited_s = now - leaving.told_at
            is_idle = waited_s >= self._pace.drain_grace_s and name not in look.busy
            if is_idle or waited_s >= self._pace.drain_timeout_s:
                leaving.unloading = True
                actions.append(Unload(name))
        return actions

    def _pause_s(self, attempts: int) -> float:
        """Doubling, with jitter of a half."""
        jitter = 0.5 + random.random()  # noqa: S311
        return jitter * min(self._pace.longest_retry_s, _FIRST_RETRY_S * 2.0 ** min(attempts - 1, 16))
