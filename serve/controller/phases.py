"""How a version stands over all replicas, in a word for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from serve.records.replicas import Phase, Resident


class Standing(StrEnum):
    """`degraded` is ready somewhere and not everywhere."""

    READY = "ready"
    DEGRADED = "degraded"
    FAILED = "failed"
    LOADING = "loading"
    DRAINING = "draining"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Summary:
    """Ready on `ready` of `replicas`; `reasons` are the codes of those that aren't, by replica."""

    standing: Standing
    ready: int
    replicas: int
    reasons: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        told = ", ".join(f"{replica}: {reason}" for replica, reason in self.reasons)
        counted = f"{self.standing} on {self.ready}/{self.replicas}"
        return f"{counted} ({told})" if told else counted


def summarise(residents: Iterable[Resident], replicas: Iterable[str]) -> Summary:
    """Sum up one version's rows over the replicas that there are; rows of other replicas don't count.

    A replica without a row hasn't begun, or serves another base model.
    """
    names = sorted(set(replicas))
    rows = {row.replica: row for row in residents}
    phases = [rows[name].phase if name in rows else Phase.PENDING for name in names]
    reasons = tuple((name, rows[name].reason) for name in names if name in rows and rows[name].reason)
    ready = phases.count(Phase.READY)
    return Summary(_standing(phases, ready), ready, len(names), reasons)


def _standing(phases: list[Phase], ready: int) -> Standing:
    if ready:
        return Standing.READY if ready == len(phases) else Standing.DEGRADED
    for phase in (Phase.FAILED, Phase.LOADING, Phase.DRAINING):
        if phase in phases:
            return Standing(phase.value)
    return Standing.PENDING
