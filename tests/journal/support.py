"""Records and common steps of the journal's tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from serve.journal.record import JournalRecord
from serve.journal.spool import Spool
from serve.records.database import reading
from serve.records.journal_tables import journal

CANARY = "canary-7f3a91"
MOMENT = datetime(2026, 11, 23, 6, 28, 0, 123_456, tzinfo=UTC)


def record(request_id: str, **fields: Any) -> JournalRecord:
    """A record with text, counts and numbers; whatever is given replaces them."""
    return JournalRecord(
        **{
            "request_id": request_id,
            "at": MOMENT,
            "tenant": "moi",
            "kind": "ministry",
            "key_id": "k1",
            "model": "moi",
            "adapter_version": "moi-1",
            "adapter_digest": "0" * 64,
            "outcome": "ok",
            "prompt": [{"role": "user", "content": f"〔姓名1〕要遷戶籍\n\u2028「{CANARY}」\u0000"}],
            "answer": [{"role": "assistant", "content": "請帶身分證。"}],
            "entities": {"NAME": 1},
            "flags": ["special_category"],
            "prompt_tokens": 12,
            "completion_tokens": 5,
            "timings_ms": {"engine": 30.125, "auth": 0.1, "all": 1e-7},
            **fields,
        }
    )


async def write(folder: Path, ids: Sequence[str], segment_bytes: int = 2**20, **fields: Any) -> str:
    """A writer that appends one record after the other and ends in order; its name."""
    spool = Spool(folder, None, segment_bytes)
    await spool.open()
    for request_id in ids:
        await spool.append(record(request_id, **fields))
    await spool.close()
    return spool.writer


def stored_ids(db: Engine) -> list[str]:
    """Request ids in the database, by writer and sequence."""
    with reading(db) as connection:
        return list(
            connection.scalars(select(journal.c.request_id).order_by(journal.c.writer, journal.c.seq))
        )


def spool_files(folder: Path) -> list[Path]:
    """The chain files that lie in the spool."""
    return sorted(folder.glob("*.jsonl"))
