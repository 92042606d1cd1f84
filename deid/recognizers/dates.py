"""The dates of a text with what they tell, worked out once for all who ask."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from functools import cached_property

from deid.identifiers import roc_date
from deid.identifiers.errors import InvalidNumber
from deid.recognizers import birth_words as words
from deid.recognizers.date_shapes import DATE
from deid.views import Views

GROWN = 12
"""Years after which somebody is no child any more."""

Parts = tuple[int | None, int | None, int | None] | None
"""Year, month and day as far as they are told; None for what is no date."""

_OLDEST, _CACHED = 125, "dates"
_WRITTEN_OUT = (
    (re.compile("^(民國?|西元) ?([0-9]{2,4}) (?=.{1,3}月)"), r"\1\2年"),
    (re.compile("(?<=年)[ ,、]{0,2}歲次..年?"), ""),
    (re.compile("(?<=[年月])[,、] ?"), ""),
    (re.compile(r" ?\((?:民國?|西元)?[0-9]{2,4} ?年?\)|(?<=年)(?: ?次)的?|(?<=月)(?:[底初]|[上中下]旬)"), ""),
    (re.compile("年 ?([0-9]{1,2}) ?[/.\\-] ?([0-9]{1,2})$"), r"年\1月\2日"),
    (re.compile("^(.{1,8}月.{1,4}?[日號]?) ?,? ?((?:民國|西元)?.{1,5}年)次?$"), r"\2\1"),
)


class Date:
    """A date as it stands in the folded view: ``text`` from ``start`` to ``stop``, without white space to ``end``."""

    def __init__(self, text: str, start: int = 0) -> None:
        self.text, self.start = text, start
        self.stop, self.end = start + len(text), start + len(text.rstrip())

    @cached_property
    def parts(self) -> Parts:
        """Year, month and day as far as they are told; a feast is some day. None when it is no date."""
        try:
            plain = words.FESTIVAL.sub("1月1日", words.THIS_YEAR.sub("", self.text.strip()))
            if "年" in plain or "月" in plain or "(" in plain:
                for pattern, instead in _WRITTEN_OUT:
                    plain = pattern.sub(instead, plain)
            return roc_date.parts(plain)
        except InvalidNumber:
            return None

    @property
    def is_whole(self) -> bool:
        """Whether year, month and day are told."""
        return None not in (self.parts or (None,))

    def is_past(self, years: int) -> bool:
        """Whether it is a whole date of so many years ago or more, and not of more than anybody lives."""
        year = self.parts[0] if self.parts and self.is_whole else None
        return year is not None and years <= _age(year) <= _OLDEST

    def is_month_past(self, years: int) -> bool:
        """Whether it is a year and a month of so many years ago: 「王陳金花(民國四十年九月)」."""
        year, month, day = self.parts or (None, None, None)
        return year is not None and month is not None and day is None and years <= _age(year) <= _OLDEST


def dates_of(views: Views) -> list[Date]:
    """Return all dates of a text, looked for once."""
    found: list[Date] | None = views.cache.get(_CACHED)
    if found is None:
        found = views.cache[_CACHED] = [Date(one[0], one.start()) for one in DATE.finditer(views.folded)]
    return found


def possible_births(views: Views) -> Iterator[tuple[int, int, int, int | None]]:
    """Yield where dates stand on which somebody alive may have been born, the parts told, and the years since then."""
    for found in dates_of(views):
        parts = found.parts
        if parts is None or words.EXAMPLE_BEFORE.search(views.before(found.start, 8)):
            continue
        age = None if parts[0] is None else _age(parts[0])
        if age is None or 0 <= age <= _OLDEST:
            yield found.start, found.end, sum(part is not None for part in parts), age


def is_long_past(text: str) -> bool:
    """Whether a text is a whole date on which somebody who is not a child any more may have been born."""
    return Date(text).is_past(GROWN)


def _age(year: int) -> int:
    return datetime.date.today().year - year
