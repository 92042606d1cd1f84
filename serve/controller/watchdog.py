"""Is a canary worse than its bounds allow? A pure judgement over counts."""

from __future__ import annotations

from dataclasses import dataclass

ERRORS, SLOW = "errors", "slow"


@dataclass(frozen=True, slots=True)
class Counts:
    """What the gateways counted of one version: requests, failures of ours, and answers that began late."""

    requests: int = 0
    errors: int = 0
    slow: int = 0

    @property
    def error_rate(self) -> float:
        """Share of requests that failed."""
        return self.errors / self.requests if self.requests else 0.0

    @property
    def slow_share(self) -> float:
        """Share of requests whose first token came late."""
        return self.slow / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """A canary beyond `error_rate` or `slow_share` is bad, unless the stable version is nearly as bad: `margin` times
    its share is allowed besides, so that an engine in trouble isn't blamed on the canary."""

    min_requests: int
    error_rate: float
    slow_share: float
    margin: float


def judge(canary: Counts, stable: Counts, bounds: Bounds) -> str | None:
    """Why the canary must be withdrawn, or None. Too few requests say nothing."""
    if canary.requests < bounds.min_requests:
        return None
    if canary.error_rate > max(bounds.error_rate, bounds.margin * stable.error_rate):
        return ERRORS
    if canary.slow_share > max(bounds.slow_share, bounds.margin * stable.slow_share):
        return SLOW
    return None
