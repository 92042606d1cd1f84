"""Finds dates of birth: a date that a word of birth announces, in a column of birthdays, or in a row of identity.

Ordinary dates (of an application, a notice, an event) stay.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from itertools import chain

from deid.findings import Finding
from deid.identifiers import roc_date
from deid.identifiers.errors import InvalidNumber
from deid.recognizers import birth_words as words
from deid.recognizers.base import TextRecognizer
from deid.recognizers.birth_answers import births_answered
from deid.recognizers.birth_columns import dates_in_columns
from deid.recognizers.date_shapes import DATE
from deid.recognizers.event_words import is_of_event
from deid.tagger.tagger import load_tagger
from deid.tw_districts import PLAIN_PLACES
from deid.views import Views

_BEFORE, _NEAR, _OLDEST, _GROWN, _SETTLED = 48, 36, 125, 12, 3
_NAMED, _SURELY, _CACHED, _AT_ONCE = 0.05, 0.5, "dates", 4

Parts = tuple[int | None, int | None, int | None] | None
"""Year, month and day as far as they are told; None for what is no date."""


class DateOfBirthRecognizer(TextRecognizer):
    """A date in itself says nothing; what stands around it does."""

    ENTITY = "DATE_OF_BIRTH"

    def find(self, views: Views) -> Iterator[Finding]:
        announced = words.BIRTH.search(views.folded) is not None
        births, others = _told_apart(views, announced=announced)
        for found in births:
            lunar = words.LUNAR_BEFORE.search(_before(views, found))
            first = found.start() - len(lunar[0]) if lunar else found.start()
            calendar = words.CALENDAR_AFTER.match(views.folded, _end(found))
            yield self.finding(views, (first, calendar.end() if calendar else _end(found)), 0.7)
            if feast := words.FEAST_TOO.match(views.folded, _end(found)):
                yield self.finding(views, feast.span("day"), 0.7)
        told = [(_parts(found[0]), _end(found)) for found in births if _is_whole(found[0])]
        for found in others if told else ():
            if _is_said_again(found, told) and _is_alone(views, found):
                yield self.finding(views, (found.start(), _end(found)), 0.7)
        if announced:
            for span in chain(dates_in_columns(views.folded), births_answered(views.folded)):
                yield self.finding(views, span, 0.7)


def _told_apart(views: Views, *, announced: bool) -> tuple[list[re.Match[str]], list[re.Match[str]]]:
    """Return the dates of birth of a text and its other dates."""
    folded = views.folded
    births, others = list[re.Match[str]](), list[re.Match[str]]()
    last = known = -1
    for found in _dates(views):
        start, before = found.start(), _before(views, found)
        told = announced and _is_announced(folded, before, found)
        said = last >= 0 and words.BORN_THEN.fullmatch(folded, last, start) is not None
        if said and is_of_event(views, start, _end(found)):
            continue
        told = told or (announced and _follows(folded, last, found))
        listed = 0 <= known <= start <= known + _NEAR and _is_next(views, known, found)
        if told or listed or _is_in_row(views, before, found):
            last, known = (found.end() if told else last), _end(found)
            births.append(found)
        else:
            others.append(found)
    return births, others


def _is_said_again(found: re.Match[str], told: list[tuple[Parts, int]]) -> bool:
    """Whether a date is one that was told as a date of birth; without its year right behind that."""
    parts = _parts(found[0])
    return parts is not None and any(
        parts == day
        or (parts[0] is None and day and parts[1:] == day[1:] and 0 <= found.start() - end <= _AT_ONCE)
        for day, end in told
    )


def _is_alone(views: Views, found: re.Match[str]) -> bool:
    """Whether a date is no part of a tax file number (19840312WA) and not another event's."""
    end = _end(found)
    return _LETTER.match(views.folded, end) is None and not is_of_event(views, found.start(), end)


def _before(views: Views, found: re.Match[str]) -> str:
    return views.folded[max(0, found.start() - _BEFORE) : found.start()]


def _is_announced(folded: str, before: str, found: re.Match[str]) -> bool:
    """Whether a word of birth leads to the date or follows it."""
    if found[0].rstrip().endswith("次"):
        generic = words.GENERIC_YEAR.match(folded, found.end()) or words.COHORT_BEFORE.search(before)
        return generic is None or words.PERSONAL_BEFORE.search(before) is not None
    if words.EXAMPLE_BEFORE.search(before) or words.ANY_BEFORE.search(before):
        return False
    if words.SINCE_AFTER.match(folded, found.end()) and not words.PERSONAL_BEFORE.search(before):
        return False
    if words.CUE_BEFORE.search(before):
        return True
    if words.CAME_AFTER.match(folded, found.end()) and words.DUE.search(folded):
        return True
    if words.JAPANESE_ERA.match(found[0]) and words.RECORDED_BEFORE.search(before) and _is_whole(found[0]):
        return True
    if words.CUE_FAR_BEFORE.search(before) and _is_whole(found[0]):
        return True
    return words.CUE_AFTER.match(folded, found.end()) is not None and _parts(found[0]) is not None


_LETTER = re.compile("[A-Z]")
_WRITTEN_OUT = (
    (re.compile("^(民國?|西元) ?([0-9]{2,4}) (?=.{1,3}月)"), r"\1\2年"),
    (re.compile("(?<=年)[ ,、]{0,2}歲次..年?"), ""),
    (re.compile("(?<=[年月])[,、] ?"), ""),
    (re.compile(r" ?\((?:民國?|西元)?[0-9]{2,4} ?年?\)|(?<=年)(?: ?次)的?|(?<=月)(?:[底初]|[上中下]旬)"), ""),
    (re.compile("年 ?([0-9]{1,2}) ?[/.\\-] ?([0-9]{1,2})$"), r"年\1月\2日"),
    (re.compile("^(.{1,8}月.{1,4}?[日號]?) ?,? ?((?:民國|西元)?.{1,5}年)次?$"), r"\2\1"),
)


def _parts(text: str) -> Parts:
    """Return year, month and day as far as they are told; a feast is some day. None when it is no date."""
    try:
        plain = words.FESTIVAL.sub("1月1日", words.THIS_YEAR.sub("", text.strip()))
        for pattern, instead in _WRITTEN_OUT:
            plain = pattern.sub(instead, plain)
        return roc_date.parts(plain)
    except InvalidNumber:
        return None


def _is_whole(text: str) -> bool:
    """Whether year, month and day are told."""
    return None not in (_parts(text) or (None,))


def _is_next(views: Views, known: int, found: re.Match[str]) -> bool:
    """Whether the next name or the next child of a list and its date follow a date of birth."""
    if not _is_past(found[0], 0):
        return False
    named = words.NEXT_NAMED.fullmatch(views.folded, known, found.start())
    if named is None:
        return words.NEXT_OF_KIN.fullmatch(views.folded, known, found.start()) is not None
    return load_tagger().name_mean(views, *named.span(named.lastgroup or 0)) >= _NAMED


def _follows(folded: str, last: int, found: re.Match[str]) -> bool:
    """Whether a date corrects the date of birth before it, or is that of the next child."""
    if last < 0 or found.start() - last > _NEAR or found[0].rstrip().endswith("次"):
        return False
    if words.OPENED.fullmatch(folded, last, found.start()):
        return words.CLOSED.match(folded, found.end()) is not None
    retyped = (words.RETYPED,) if not found[0].strip("0123456789./-西元民國") else ()
    between = (words.CORRECTED, words.NEXT_OF_KIN, *retyped)
    return any(pattern.fullmatch(folded, last, found.start()) for pattern in between)


def _is_in_row(views: Views, before: str, found: re.Match[str]) -> bool:
    """Whether a full past date stands directly beside a national ID, a mobile number or a name.

    Beside a mobile number or a name, a recent date is rather when something happened or was signed.
    """
    folded = views.folded
    by_id = words.ID_BEFORE.search(before) or words.ID_AFTER.match(folded, found.end())
    named = words.NAME_BEFORE.search(before)
    by_id = by_id or (named and words.PAPER_NO_AFTER.match(folded, found.end()))
    beside = words.MOBILE_BEFORE.search(before) or words.MOBILE_AFTER.match(folded, found.end()) or named
    if not by_id and not beside:
        return _is_named_in_brackets(views, before, found) or _is_of_somebody(folded, before, found)
    child = words.CHILD_NAMED_BEFORE.search(before) and not words.GOES_ON.match(folded, _end(found))
    return _is_past(found[0], 0 if by_id or child else _GROWN)


def _end(found: re.Match[str]) -> int:
    return found.start() + len(found[0].rstrip())


def _is_named_in_brackets(views: Views, before: str, found: re.Match[str]) -> bool:
    """Whether a date stands in brackets behind what may be a name: 「黎氏秋月(1992/06/18,」."""
    named = words.NAME_OPENED.search(before)
    if (
        named is None
        or named[named.lastgroup or 0] in PLAIN_PLACES
        or not words.IN_BRACKETS.match(views.folded, _end(found))
    ):
        return False
    base = found.start() - len(before)
    mean = load_tagger().name_mean(views, *(base + at for at in named.span(named.lastgroup or 0)))
    closed = words.CLOSED_BY_WORDS.match(views.folded, _end(found))
    month = not closed and mean >= _SURELY and _is_month_long_past(found[0])
    return month or (mean >= (_SURELY if closed or named["latin"] else _NAMED) and _is_past(found[0], _SETTLED))


def _is_of_somebody(folded: str, before: str, found: re.Match[str]) -> bool:
    """Whether a whole date is all that is said of somebody: 「我2006/12/30的」, 「小孩1120603」, 「6歲(108.2.17)」."""
    end = _end(found)
    if words.ZODIAC_BEFORE.search(before):
        return is_long_past(found[0]) or words.YEAR_SAID.fullmatch(folded, found.start(), end + 1) is not None
    if words.PAPER_BEFORE.search(before) and not words.ISSUED_AFTER.match(folded, end):
        return _is_past(found[0], _SETTLED)
    if words.CHILD_AT_BEFORE.search(before) and words.BORN_AT_AFTER.match(folded, end):
        return _is_whole(found[0])
    if words.BABY_BEFORE_ENGLISH.search(before) and words.TOLD_ALONE.match(folded, end):
        return _is_whole(found[0])
    if is_long_past(found[0]) and _is_of_somebody_grown(folded, before, found):
        return True
    teller = words.SELF_BEFORE.search(before)
    of_self = teller is not None and not teller["said"] and words.SAID_OF.match(folded, end)
    of_child = (
        found[0].isdecimal() and words.CHILD_BEFORE.search(before) and words.SAID.match(folded, found.end())
    )
    of_age = words.AGED_BEFORE.search(before) and words.CLOSED.match(folded, found.end())
    of_kin = words.KIN_BEFORE.search(before) and words.NOTHING_MORE.match(folded, end)
    if words.BABY_BEFORE.search(before) and words.BORN_AFTER.match(folded, found.end()):
        return True
    return bool(of_self or of_child or of_age or of_kin) and _is_past(found[0], 0)


def _is_of_somebody_grown(folded: str, before: str, found: re.Match[str]) -> bool:
    """Whether a date of long ago stands beside who may have been born then: 「男 19950823」, 「配偶1983年…(」."""
    end = _end(found)
    if words.CALENDAR.search(found[0]) and words.CLAUSE_ENDS.match(folded, end):
        return True
    if words.SEX_BEFORE.search(before) or words.BORN_AFTER.match(folded, end):
        return True
    if words.SELF_BEFORE.search(before) and words.SAID_OF.match(folded, end):
        return True
    if found[0].isdecimal() and words.ELDER_BEFORE.search(before) and words.SAID.match(folded, end):
        return True
    alone = words.SELF_ALONE_BEFORE.search(before)
    if alone is None:
        return False
    if alone["self"]:
        return words.SAID_LAST.match(folded, end) is not None
    return words.ENDED_BEFORE.search(before) is None and words.SAID_OF_KIN.match(folded, end) is not None


def _dates(views: Views) -> list[re.Match[str]]:
    """Return all dates of a text, looked for once."""
    found: list[re.Match[str]] | None = views.cache.get(_CACHED)
    if found is None:
        found = views.cache[_CACHED] = list(DATE.finditer(views.folded))
    return found


def possible_births(views: Views) -> Iterator[tuple[int, int, int, int | None]]:
    """Yield where dates stand on which somebody alive may have been born, the parts told, and the years since then."""
    for found in _dates(views):
        parts = _parts(found[0])
        if parts is None or words.EXAMPLE_BEFORE.search(views.before(found.start(), 8)):
            continue
        age = None if parts[0] is None else datetime.date.today().year - parts[0]
        if age is None or 0 <= age <= _OLDEST:
            yield found.start(), _end(found), sum(part is not None for part in parts), age


def is_long_past(text: str) -> bool:
    """Whether a text is a whole date on which somebody who is not a child any more may have been born."""
    return _is_past(text, _GROWN)


def _is_month_long_past(text: str) -> bool:
    """Whether a text is a year and a month of more years ago than a child has: 「王陳金花(民國四十年九月)」."""
    year, month, day = _parts(text) or (None, None, None)
    grown = year is not None and _GROWN <= datetime.date.today().year - year <= _OLDEST
    return grown and month is not None and day is None


def _is_past(text: str, years: int) -> bool:
    year = (_parts(text) or (None,))[0] if _is_whole(text) else None
    return year is not None and years <= datetime.date.today().year - year <= _OLDEST
