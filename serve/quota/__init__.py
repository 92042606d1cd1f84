"""Quota of requests, tokens and concurrency: `Quota`, `Reservation`, `open_redis`."""

from serve.quota.connection import open_redis
from serve.quota.quota import Quota
from serve.quota.reservation import REQUESTS_USED_UP, TOKENS_USED_UP, TOO_MANY_AT_ONCE, Reservation

__all__ = ["REQUESTS_USED_UP", "TOKENS_USED_UP", "TOO_MANY_AT_ONCE", "Quota", "Reservation", "open_redis"]
