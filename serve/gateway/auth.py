"""Who calls: the bearer key, hashed before anything else touches it, then looked up and cached for a while."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine as Database

from serve.callers import Caller
from serve.errors import RecordsUnavailable, Unauthenticated
from serve.records.accounts import find_caller, hash_key
from serve.settings import RecordsSettings

log = logging.getLogger("bianmin.auth")
_MOST_KEYS = 20_000
_PAUSE_S = 1.0
_SHORTEST_KEY, _LONGEST_KEY = 20, 128


@dataclass(slots=True)
class _Entry:
    caller: Caller | None
    checked_at: float


class KeyRing:
    """Checked keys. An entry is looked up again after `key_cache_s`; while the database is down, callers that
    were good go on for `stale_key_s`, and unknown keys get RecordsUnavailable."""

    def __init__(
        self, database: Database, settings: RecordsSettings, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock_s = clock_s
        self._entries: dict[str, _Entry] = {}
        self._lookups: dict[str, asyncio.Task[Caller | None]] = {}
        self._away_until = 0.0

    async def caller(self, authorization: str) -> Caller:
        """The caller behind an `Authorization` header. Raises Unauthenticated or RecordsUnavailable."""
        scheme, _, secret = authorization.partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not _SHORTEST_KEY <= len(secret) <= _LONGEST_KEY:
            raise Unauthenticated
        digest = hash_key(secret)
        entry = self._entries.get(digest)
        if entry is None or self._clock_s() - entry.checked_at > self._settings.key_cache_s:
            entry = await self._look_up(digest, entry)
        if entry.caller is None:
            raise Unauthenticated
        return entry.caller

    async def _look_up(self, digest: str, known: _Entry | None) -> _Entry:
        """Ask the database, once for all requests that wait for the same key."""
        if self._clock_s() < self._away_until:
            return self._stale(known)
        task = self._lookups.get(digest)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(find_caller, self._database, digest))
            self._lookups[digest] = task
            task.add_done_callback(lambda _: self._lookups.pop(digest, None))
        try:
            caller = await asyncio.shield(task)
        except RecordsUnavailable:
            log.warning("database away: keys checked before go on for a while")
            self._away_until = self._clock_s() + _PAUSE_S
            return self._stale(known)
        entry = _Entry(caller, self._clock_s())
        if len(self._entries) >= _MOST_KEYS:
            self._entries.clear()
        self._entries[digest] = entry
        return entry

    def _stale(self, known: _Entry | None) -> _Entry:
        if known is None or self._clock_s() - known.checked_at > self._settings.stale_key_s:
            raise RecordsUnavailable
        return known
