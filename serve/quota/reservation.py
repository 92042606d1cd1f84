"""What a reservation is, and the three ways to be refused."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from serve.callers import Limits
from serve.errors import QuotaExceeded
from serve.metrics import QUOTA_REFUSALS

REQUESTS_USED_UP = "The requests of this window are used up."
TOKENS_USED_UP = "The tokens of this day are used up."
TOO_MANY_AT_ONCE = "Too many requests are being served at once for this tenant."

_MESSAGES = {"requests": REQUESTS_USED_UP, "tokens": TOKENS_USED_UP, "concurrent": TOO_MANY_AT_ONCE}
MOST = 10**15  # a larger limit is the same as none; Lua's numbers are exact to 2**53


@dataclass(frozen=True, slots=True)
class Reservation:
    """One admitted request: what it holds, and what the response headers tell.

    `tokens` is what was reserved: the estimate, or the rest of the day when that is less. `degraded` means
    that Redis was away and the local limit decided; the other numbers are then this process's own.
    """

    tenant: str
    request_id: str
    tokens: int
    degraded: bool
    limit: int
    remaining: int
    reset_s: int
    tokens_limit: int
    tokens_remaining: int
    tokens_reset_s: int


def refusal(limit: str, retry_after_s: float | None) -> QuotaExceeded:
    """The error for one of the limits `requests`, `tokens`, `concurrent`; counted."""
    QUOTA_REFUSALS.labels(limit=limit).inc()
    wait_s = None if retry_after_s is None else max(1, ceil(retry_after_s))
    return QuotaExceeded(_MESSAGES[limit], retry_after_s=wait_s)


def bounded(limits: Limits) -> Limits:
    """The limits with very large numbers cut to what Lua counts exactly.

    Raises QuotaExceeded, without a time to retry, when one of them is zero or less: nothing is allowed then.
    """
    if limits.requests <= 0 or limits.window_s <= 0:
        raise refusal("requests", None)
    if limits.tokens_per_day <= 0:
        raise refusal("tokens", None)
    if limits.concurrent <= 0:
        raise refusal("concurrent", None)
    if max(limits.requests, limits.tokens_per_day, limits.concurrent) <= MOST:
        return limits
    return Limits(
        requests=min(limits.requests, MOST),
        window_s=limits.window_s,
        tokens_per_day=min(limits.tokens_per_day, MOST),
        concurrent=min(limits.concurrent, MOST),
    )
