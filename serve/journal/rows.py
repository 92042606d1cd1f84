"""A chained record as a row of the `journal` table, and back, to the same bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from serve.journal.chain import Link
from serve.journal.record import REQUEST_ID_MARK, canonical_json, utc_text

_MARK_LENGTH = 12
_SAME = (
    "adapter_digest", "adapter_version", "answer", "completion_tokens", "entities", "flags", "key_id", "kind",
    "model", "outcome", "prompt", "prompt_tokens", "tenant",
)  # fmt: skip


def to_row(item: Link, taken: Collection[str]) -> dict[str, Any]:
    """The row. A request id that another record has already gets a mark from the record's own hash.

    So nothing is lost, the column stays unique, and the chain can still be checked.
    """
    fields: dict[str, Any] = orjson.loads(item.record)
    request_id: str = fields["request_id"]
    if request_id in taken:
        request_id += REQUEST_ID_MARK + item.hash[:_MARK_LENGTH]
    return {name: fields[name] for name in _SAME} | {
        "request_id": request_id,
        "at": datetime.fromisoformat(fields["at"]),
        "timings": fields["timings_ms"],
        "writer": item.writer,
        "seq": item.seq,
        "prev_hash": item.prev_hash,
        "hash": item.hash,
    }


def to_link(row: Mapping[Any, Any]) -> Link:
    """The chained record of a row. Raises TypeError for a value that no record of ours holds."""
    fields = {name: row[name] for name in _SAME} | {
        "request_id": row["request_id"].partition(REQUEST_ID_MARK)[0],
        "at": utc_text(row["at"]),
        "timings_ms": row["timings"],
    }
    return Link(row["writer"], row["seq"], canonical_json(fields), row["prev_hash"], row["hash"])


def request_ids(links: Collection[Link]) -> Iterator[str]:
    """The request ids, as recorded."""
    for item in links:
        yield orjson.loads(item.record)["request_id"]
