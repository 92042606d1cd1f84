"""Conceals rows. Runs in the worker processes: a row is one request of its own, so nothing links two rows."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

from deid.concealer import Concealer
from deid.errors import ConcealmentError, KeyHoldsPersonalData, PersonalDataBlocked
from deid.importing.back_file import UNDECODABLE, Row
from deid.importing.cells import UndecodableCell, as_json
from deid.importing.read_ahead import ReadAhead
from deid.importing.roles import DROP, KEEP, TEXT, ImportRefused, Roles
from deid.json_values import as_read
from deid.policy import load_policy
from deid.session import Session
from deid.special_category import names_special_category

_SAMPLES = 3
_LISTED_REFUSALS = 1000
_LONGEST_SAMPLE = 120
_UNNAMED = re.compile("Unnamed: [0-9]+")
_NAMES_REMEMBERED = 1024
_READ_TOGETHER = 64  # rows; more save no more


class _Unwritable(ConcealmentError):
    """The file's encoding lacks a character that a cell spelled as an escape, or its format a cell of that length."""


_REASONS: Mapping[type[ConcealmentError], str] = {
    KeyHoldsPersonalData: "personal_data_in_key",
    PersonalDataBlocked: "blocked_by_policy",
    UndecodableCell: UNDECODABLE,
    _Unwritable: "unwritable",
}


@dataclass
class Tally:
    """What happened to some rows: counts of distinct values by entity, rows refused by reason, and samples.

    ``samples`` are concealed texts, cut short; ``refusals`` counts refused rows by reason code, ``refused`` lists the
    number and reason of the first thousand; ``changed`` are the columns in which any cell was concealed;
    ``lines_passed_over`` counts lines that went with rows that could not be read, without the first of each.
    """

    rows: int = 0
    concealed: Counter[str] = field(default_factory=Counter)
    special_category: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, str]] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    lines_passed_over: int = 0

    def add(self, other: Tally) -> None:
        self.rows += other.rows
        self.concealed.update(other.concealed)
        self.special_category += other.special_category
        self.refusals.update(other.refusals)
        self.refused += other.refused[: _LISTED_REFUSALS - len(self.refused)]
        self.samples += other.samples[: max(0, _SAMPLES - len(self.samples))]
        self.changed |= other.changed
        self.lines_passed_over += other.lines_passed_over

    def refuse(self, row: Row, reason: str) -> None:
        self.refusals[reason] += 1
        self.lines_passed_over += row.passed_over
        if len(self.refused) < _LISTED_REFUSALS:
            self.refused.append((row.number, reason))


class RowConcealer:
    """The concealment of one file's rows under one policy.

    A concealed cell must fit ``cell_encoding`` and ``longest_cell``.
    """

    def __init__(
        self, policy: str, roles: Roles, cell_encoding: str = "utf-8", longest_cell: int = sys.maxsize
    ) -> None:
        """Raises PolicyError."""
        self._concealer = Concealer(load_policy(policy))
        self._roles = roles
        self._encoding = cell_encoding
        self._longest = longest_cell
        self._ahead = ReadAhead(self._concealer)
        self._is_personal = lru_cache(_NAMES_REMEMBERED)(self._holds_any)
        self._is_topic = lru_cache(_NAMES_REMEMBERED)(names_special_category)

    def check_names(self, columns: Iterable[str]) -> None:
        """Raise ImportRefused when a column's name holds personal data, as the first row of a file without header."""
        for number, column in enumerate(columns, 1):
            if self._is_personal(column):
                raise ImportRefused(
                    f"a column's name (no. {number}) holds personal data; is the header missing?"
                )

    def conceal(self, rows: Sequence[Row]) -> tuple[list[dict[str, Any] | None], Tally]:
        """Return the cells of each row that were concealed, None for a refused one, and what was counted."""
        tally = Tally(rows=len(rows))
        cells: list[dict[str, Any] | None] = []
        for first in range(0, len(rows), _READ_TOGETHER):
            together = rows[first : first + _READ_TOGETHER]
            self._ahead.read(chain.from_iterable(map(self._texts, together)))
            cells += [self._conceal_row(row, tally) for row in together]
        return cells, tally

    def _texts(self, row: Row) -> Iterator[str]:
        """Yield the texts of a row as its session will read them, but for those that are JSON themselves."""
        for column, value in (row.cells or {}).items():
            if isinstance(value, str) and value.strip() and self._roles.role(column) == TEXT:
                yield as_read(value, column)

    def _conceal_row(self, row: Row, tally: Tally) -> dict[str, Any] | None:
        if row.cells is None:
            tally.refuse(row, row.problem)
            return None
        session = self._concealer.session(views_of=self._ahead.views)
        try:
            changed = self._conceal_cells(session, row.cells)
        except ConcealmentError as exc:
            tally.refuse(row, _REASONS.get(type(exc), "concealment_failed"))
            return None
        tally.concealed.update(session.counts)
        tally.special_category += session.special_category
        tally.changed |= changed.keys()
        if len(tally.samples) < _SAMPLES and (sample := _sample(changed)):
            tally.samples.append(sample)
        return changed

    def _conceal_cells(self, session: Session, cells: Mapping[str, Any]) -> dict[str, Any]:
        """Return the cells that change. Those that are one value come first, so that the texts' names are known."""
        changed: dict[str, Any] = {}
        for column in sorted(cells, key=lambda column: self._roles.role(column) == TEXT):
            role, value = self._roles.role(column), cells[column]
            if self._is_personal(column):
                raise KeyHoldsPersonalData("a column's name holds personal data")
            if role in (KEEP, DROP) or value is None or (isinstance(value, str) and not value.strip()):
                continue
            plain = as_json(value)
            if role != TEXT:
                changed[column] = session.conceal_whole(str(plain).strip(), role)
                continue
            concealed = session.conceal_tree(plain, key=column, topic=self._is_topic(column))
            if concealed is not plain and concealed != plain:
                changed[column] = concealed
        self._check_writable(changed)
        return changed

    def _check_writable(self, cells: Mapping[str, Any]) -> None:
        if any(isinstance(cell, str) and len(cell) > self._longest for cell in cells.values()):
            raise _Unwritable("a concealed cell is too long")
        said = (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in cells.values())
        try:
            "".join(said).encode(self._encoding)
        except UnicodeEncodeError:
            raise _Unwritable("a concealed cell cannot be written") from None

    def _holds_any(self, name: str) -> bool:
        return not _UNNAMED.fullmatch(name) and self._concealer.session().holds_any(name)


def _sample(changed: Mapping[str, Any]) -> str:
    """Return the beginning of the longest concealed text, which ends between two placeholders."""
    longest = max((value for value in changed.values() if isinstance(value, str)), key=len, default="")
    cut = longest[:_LONGEST_SAMPLE]
    if len(cut) < len(longest) and cut.rfind("〔") > cut.rfind("〕"):
        cut = cut[: cut.rfind("〔")]
    return cut
