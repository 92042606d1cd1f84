"""Conceals rows. Runs in the worker processes: a row is one request of its own, so nothing links two rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from deid.concealer import Concealer
from deid.errors import ConcealmentError, KeyHoldsPersonalData, PersonalDataBlocked
from deid.importing.back_file import Row
from deid.importing.roles import DROP, KEEP, TEXT, Roles
from deid.policy import load_policy
from deid.session import Session

_SAMPLES = 3
_LONGEST_SAMPLE = 120


@dataclass
class Tally:
    """What happened to some rows: counts of distinct values by entity, rows refused by reason, and samples.

    ``samples`` are concealed texts, cut short; ``refused`` lists row numbers and reason codes.
    """

    rows: int = 0
    concealed: Counter[str] = field(default_factory=Counter)
    special_category: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.rows += other.rows
        self.concealed.update(other.concealed)
        self.special_category += other.special_category
        self.refused += other.refused
        self.samples += other.samples[: max(0, _SAMPLES - len(self.samples))]


class RowConcealer:
    """The concealment of one file's rows under one policy."""

    def __init__(self, policy: str, roles: Roles) -> None:
        """Raises PolicyError."""
        self._concealer = Concealer(load_policy(policy))
        self._changed = {c: role for c, role in roles.by_column.items() if role not in (KEEP, DROP)}
        session = self._concealer.session()
        self._personal = frozenset(
            c for c, role in self._changed.items() if role == TEXT and session.holds_any(c)
        )

    def conceal(self, rows: Sequence[Row]) -> tuple[list[dict[str, Any] | None], Tally]:
        """Return the changed cells of each row, None for a refused one, and what was counted."""
        tally = Tally(rows=len(rows))
        return [self._conceal_row(row, tally) for row in rows], tally

    def _conceal_row(self, row: Row, tally: Tally) -> dict[str, Any] | None:
        if row.cells is None:
            tally.refused.append((row.number, row.problem))
            return None
        session = self._concealer.session()
        try:
            changed = {
                column: self._conceal_cell(session, column, row.cells[column], role)
                for column, role in self._changed.items()
                if column in row.cells
            }
        except ConcealmentError as exc:
            tally.refused.append((row.number, _reason(exc)))
            return None
        tally.concealed.update(session.counts)
        tally.special_category += session.special_category
        if session.counts and len(tally.samples) < _SAMPLES:
            tally.samples.append(_sample(changed))
        return changed

    def _conceal_cell(self, session: Session, column: str, value: Any, role: str) -> Any:
        if value is None or value == "":
            return value
        if column in self._personal:
            raise KeyHoldsPersonalData("a column's name holds personal data")
        plain = _plain(value)
        if role != TEXT:
            return session.conceal_whole(str(plain), role)
        concealed = session.conceal_tree(plain, key=column)
        return value if concealed == plain else concealed


def _plain(value: Any) -> Any:
    """Return a cell as JSON: dates and times in ISO form, exact numbers and bytes as text."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _reason(exc: ConcealmentError) -> str:
    if isinstance(exc, KeyHoldsPersonalData):
        return "personal_data_in_key"
    return "blocked_by_policy" if isinstance(exc, PersonalDataBlocked) else "concealment_failed"


def _sample(changed: Mapping[str, Any]) -> str:
    longest = max((value for value in changed.values() if isinstance(value, str)), key=len, default="")
    return longest[:_LONGEST_SAMPLE]
