"""Quota of requests, tokens and concurrency: `Quota`, `Reservation`, and `LEDGER`, the script that `Quota` calls."""

from serve.quota.ledger import SCRIPT as LEDGER
from serve.quota.quota import Quota
from serve.quota.reservation import REQUESTS_USED_UP, TOKENS_USED_UP, TOO_MANY_AT_ONCE, Reservation

__all__ = ["LEDGER", "REQUESTS_USED_UP", "TOKENS_USED_UP", "TOO_MANY_AT_ONCE", "Quota", "Reservation"]
