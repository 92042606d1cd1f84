"""One journal record: what was asked and answered, without personal data, and what it cost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

# Widths of the columns in serve.records.journal_tables; a longer value would stop the shipment for good.
_WIDTHS = {
    "tenant": 64, "key_id": 32, "kind": 32, "model": 128,
    "adapter_version": 128, "adapter_digest": 128, "outcome": 32,
}  # fmt: skip
REQUEST_ID_WIDTH = 48
REQUEST_ID_MARK = "~"


class InvalidRecordError(ValueError):
    """A record that the journal can't hold; names the field and never the value."""


@dataclass(frozen=True, slots=True)
class JournalRecord:
    """One request.

    `prompt` and `answer` are JSON (no bare number) and already concealed. `at` is aware; milliseconds of it are kept.
    `timings_ms` maps a step to milliseconds, `entities` an entity type to how many distinct values were concealed.
    What cannot be known (a request refused before its key was checked) is None.
    """

    request_id: str
    at: datetime
    kind: str = field(repr=False)
    outcome: str = field(repr=False)
    tenant: str | None = field(default=None, repr=False)
    key_id: str | None = field(default=None, repr=False)
    model: str | None = field(default=None, repr=False)
    adapter_version: str | None = field(default=None, repr=False)
    adapter_digest: str | None = field(default=None, repr=False)
    prompt: Any = field(default=None, repr=False)
    answer: Any = field(default=None, repr=False)
    entities: Mapping[str, int] = field(default_factory=dict, repr=False)
    flags: Sequence[str] = field(default=(), repr=False)
    prompt_tokens: int = field(default=0, repr=False)
    completion_tokens: int = field(default=0, repr=False)
    timings_ms: Mapping[str, float] = field(default_factory=dict, repr=False)


def utc_text(moment: datetime) -> str:
    """An aware moment as the journal writes it: `2026-11-23T06:28:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def encode(record: JournalRecord) -> bytes:
    """The canonical bytes: JSON with sorted keys and no spaces. Raises InvalidRecordError."""
    _check(record)
    fields: dict[str, Any] = {
        "adapter_digest": record.adapter_digest,
        "adapter_version": record.adapter_version,
        "answer": record.answer,
        "at": utc_text(record.at),
        "completion_tokens": record.completion_tokens,
        "entities": record.entities,
        "flags": record.flags,
        "key_id": record.key_id,
        "kind": record.kind,
        "model": record.model,
        "outcome": record.outcome,
        "prompt": record.prompt,
        "prompt_tokens": record.prompt_tokens,
        "request_id": record.request_id,
        "tenant": record.tenant,
        "timings_ms": record.timings_ms,
    }
    try:
        return canonical_json(fields)
    except TypeError:
        return _encode_unusual(fields)


def canonical_json(value: Any) -> bytes:
    """JSON bytes with sorted keys. Raises TypeError, without the value, for what orjson can't write."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        raise TypeError("not representable as JSON") from None


def _check(record: JournalRecord) -> None:
    request_id = record.request_id
    if not 0 < len(request_id) <= REQUEST_ID_WIDTH or REQUEST_ID_MARK in request_id:
        raise InvalidRecordError("request_id")
    if record.at.tzinfo is None:
        raise InvalidRecordError("at")
    for name in ("prompt", "answer"):
        # SQLite turns a bare number in a JSON column into a number of its own, with other digits.
        if isinstance(getattr(record, name), int | float):
            raise InvalidRecordError(name)
    for name, width in _WIDTHS.items():
        value = getattr(record, name)
        if value is not None and len(value) > width:
            raise InvalidRecordError(name)


def _encode_unusual(fields: dict[str, Any]) -> bytes:
    """Integers beyond 64 bits, lone surrogates, odd keys: prompt and answer become one escaped JSON string."""
    try:
        for name in ("prompt", "answer"):
            fields[name] = json.dumps(fields[name], ensure_ascii=True, default=str)
        fields["entities"], fields["timings_ms"] = dict(fields["entities"]), dict(fields["timings_ms"])
        fields["flags"] = list(fields["flags"])
        return canonical_json(fields)
    except (TypeError, ValueError, RecursionError):
        raise InvalidRecordError("prompt, answer or a count is not JSON") from None
