"""A migrated database and rows for tests."""

from __future__ import annotations

import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path

from serve.records.database import upgrade


@cache
def empty_database() -> bytes:
    """The file of a migrated database without rows: migrating once for all tests saves most of their time."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.sqlite3"
        upgrade(f"sqlite:///{file}")
        return file.read_bytes()


def journal_row(seq: int, at: datetime, tenant: str, tokens: int) -> dict[str, object]:
    return {
        "writer": "w1",
        "seq": seq,
        "request_id": f"r{seq}",
        "at": at,
        "tenant": tenant,
        "key_id": "key_0000000000000000",
        "kind": "chat",
        "model": "moi",
        "adapter_version": "moi@1",
        "adapter_digest": "sha256:01",
        "outcome": "ok",
        "prompt": {"messages": ["〔姓名1〕"]},
        "answer": None,
        "entities": {},
        "flags": [],
        "prompt_tokens": tokens,
        "completion_tokens": 1,
        "timings": {},
        "prev_hash": "0" * 64,
        "hash": "1" * 64,
    }
