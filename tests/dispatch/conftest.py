from __future__ import annotations

from tests.quota.conftest import redis, shared_redis

__all__ = ["redis", "shared_redis"]
