"""Adapters from the store into the folder that engines read, each content once at a time."""

from __future__ import annotations

import asyncio
import errno
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from adapters.cards import CardError, load
from adapters.store import Store, StoreError
from serve.controller.faults import (
    ARTIFACT_DAMAGED,
    BASE_DIFFERS,
    DISK_FULL,
    REASONS,
    STORE_UNAVAILABLE,
    Fault,
)

_THREADS = 4


class Artifacts:
    """Fetches in threads of its own: a slow store must not hold up looks at the database."""

    def __init__(self, url: str, cache: Path) -> None:
        self._url, self._cache = url, cache
        self._store: Store | None = None
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="artifact")

    async def fetch(self, digest: str, base_digest: str) -> str:
        """The folder of this content, every byte checked, made for this base model. Raises Fault."""
        async with self._locks[digest]:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, self._fetch, digest, base_digest
            )

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _fetch(self, digest: str, base_digest: str) -> str:
        try:
            self._store = self._store or Store(self._url)
            folder = self._store.fetch(digest, self._cache, verify=True)
            made_for = load(folder).base_digest
        except StoreError as error:
            raise Fault(_code(error)) from None
        except CardError:
            raise Fault(ARTIFACT_DAMAGED) from None
        if made_for != base_digest:
            raise Fault(BASE_DIFFERS)
        return str(folder)


def _code(error: StoreError) -> str:
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    return error.code if error.code in REASONS else STORE_UNAVAILABLE
