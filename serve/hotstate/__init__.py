"""Redis as a gateway worker uses it: a client, and scripts bounded in time behind one breaker."""

from serve.hotstate.breaker import Breaker
from serve.hotstate.connection import open_redis
from serve.hotstate.script import RedisAwayError, Script

__all__ = ["Breaker", "RedisAwayError", "Script", "open_redis"]
