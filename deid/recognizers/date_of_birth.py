"""Finds dates of birth: a date that a word of birth announces, in a column of birthdays, or in a row of identity.

Ordinary dates (of an application, a notice, an event) stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from itertools import chain

from deid.findings import Finding
from deid.recognizers import birth_words as words
from deid.recognizers.base import TextRecognizer
from deid.recognizers.birth_answers import births_answered
from deid.recognizers.birth_columns import dates_in_columns
from deid.recognizers.dates import GROWN, Date, Parts, dates_of
from deid.recognizers.event_words import is_of_event
from deid.recognizers.told_birth import is_begun, told_on
from deid.tagger.tagger import load_tagger
from deid.tw_districts import PLAIN_PLACES
from deid.views import Views

_BEFORE, _NEAR, _SETTLED = 48, 36, 3
_NAMED, _SURELY, _AT_ONCE = 0.05, 0.5, 4


class DateOfBirthRecognizer(TextRecognizer):
    """A date in itself says nothing; what stands around it does."""

    ENTITY = "DATE_OF_BIRTH"

    def find(self, views: Views) -> Iterator[Finding]:
        announced = words.BIRTH.search(views.folded) is not None
        births, others = _told_apart(views, announced=announced)
        for found in births:
            first = _with_calendar(views, found)
            calendar = words.CALENDAR_AFTER.match(views.folded, found.end)
            yield self.finding(views, (first, calendar.end() if calendar else found.end), 0.7)
            for more in (words.FEAST_TOO, words.DAY_LATER):
                if day := more.match(views.folded, found.end):
                    yield self.finding(views, day.span("day"), 0.7)
        told = {found.end: found.parts for found in births if found.is_whole}
        days = frozenset(told.values())
        for found in others if told else ():
            if _is_said_again(found, told, days) and _is_alone(views, found):
                yield self.finding(views, (_with_calendar(views, found), found.end), 0.7)
        if announced:
            for span in _told_otherwise(views.folded, births, others):
                yield self.finding(views, span, 0.7)


def _told_otherwise(folded: str, births: list[Date], others: list[Date]) -> Iterator[tuple[int, int]]:
    """Yield dates of birth in columns and answers, those that are but begun, and what is told on behind any."""
    begun = [(one.start, one.end) for one in others if is_begun(folded, one.start, one.text)]
    found = [*dates_in_columns(folded), *births_answered(folded), *begun]
    yield from found
    yield from told_on(folded, chain(((one.start, one.end) for one in births), found))


def _with_calendar(views: Views, found: Date) -> int:
    lunar = words.LUNAR_BEFORE.search(_before(views, found))
    return found.start - len(lunar[0]) if lunar else found.start


def _told_apart(views: Views, *, announced: bool) -> tuple[list[Date], list[Date]]:
    """Return the dates of birth of a text and its other dates."""
    folded = views.folded
    births, others = list[Date](), list[Date]()
    last = known = -1
    for found in dates_of(views):
        start, before = found.start, _before(views, found)
        told = announced and _is_announced(folded, before, found)
        said = last >= 0 and words.BORN_THEN.fullmatch(folded, last, start) is not None
        if said and is_of_event(views, start, found.end):
            continue
        told = told or (announced and _follows(folded, last, found))
        listed = 0 <= known <= start <= known + _NEAR and _is_next(views, known, found)
        if told or listed or _is_in_row(views, before, found):
            last, known = (found.stop if told else last), found.end
            births.append(found)
        else:
            others.append(found)
    return births, others


def _is_said_again(found: Date, told: Mapping[int, Parts], days: Set[Parts]) -> bool:
    """Whether a date is one of the days told as a birth, here by where each ends; without its year right behind it."""
    parts = found.parts
    if parts is None or parts in days:
        return parts is not None
    near = (told.get(end) for end in range(found.start - _AT_ONCE, found.start + 1))
    return parts[0] is None and any(day and parts[1:] == day[1:] for day in near)


def _is_alone(views: Views, found: Date) -> bool:
    """Whether a date is no part of a tax file number (19840312WA) and not another event's."""
    end = found.end
    return _LETTER.match(views.folded, end) is None and not is_of_event(views, found.start, end)


def _before(views: Views, found: Date) -> str:
    return views.folded[max(0, found.start - _BEFORE) : found.start]


def _is_announced(folded: str, before: str, found: Date) -> bool:
    """Whether a word of birth leads to the date or follows it."""
    if found.text.rstrip().endswith("次"):
        generic = words.GENERIC_YEAR.match(folded, found.stop) or words.COHORT_BEFORE.search(before)
        return generic is None or words.PERSONAL_BEFORE.search(before) is not None
    if words.EXAMPLE_BEFORE.search(before) or words.ANY_BEFORE.search(before):
        return False
    if words.SINCE_AFTER.match(folded, found.stop) and not words.PERSONAL_BEFORE.search(before):
        return False
    if words.CUE_BEFORE.search(before):
        return True
    if words.CAME_AFTER.match(folded, found.stop) and words.DUE.search(folded):
        return True
    if words.JAPANESE_ERA.match(found.text) and words.RECORDED_BEFORE.search(before) and found.is_whole:
        return True
    if words.CUE_FAR_BEFORE.search(before) and found.is_whole:
        return True
    return words.CUE_AFTER.match(folded, found.stop) is not None and found.parts is not None


_LETTER = re.compile("[A-Z]")
def _is_next(views: Views, known: int, found: Date) -> bool:
    """Whether the next name or the next child of a list and its date follow a date of birth."""
    if not found.is_past(0):
        return False
    named = words.NEXT_NAMED.fullmatch(views.folded, known, found.start)
    if named is None:
        return words.NEXT_OF_KIN.fullmatch(views.folded, known, found.start) is not None
    return load_tagger().name_mean(views, *named.span(named.lastgroup or 0)) >= _NAMED


def _follows(folded: str, last: int, found: Date) -> bool:
    """Whether a date corrects the date of birth before it, or is that of the next child."""
    if last < 0 or found.start - last > _NEAR or found.text.rstrip().endswith("次"):
        return False
    if words.OPENED.fullmatch(folded, last, found.start):
        return words.CLOSED.match(folded, found.stop) is not None
    retyped = (words.RETYPED,) if not found.text.strip("0123456789./-西元民國") else ()
    between = (words.CORRECTED, words.NEXT_OF_KIN, *retyped)
    return any(pattern.fullmatch(folded, last, found.start) for pattern in between)


def _is_in_row(views: Views, before: str, found: Date) -> bool:
    """Whether a full past date stands directly beside a national ID, a mobile number or a name.

    Beside a mobile number or a name, a recent date is rather when something happened or was signed.
    """
    folded = views.folded
    by_id = words.ID_BEFORE.search(before) or words.ID_AFTER.match(folded, found.stop)
    named = words.NAME_BEFORE.search(before)
    by_id = by_id or (named and words.PAPER_NO_AFTER.match(folded, found.stop))
    beside = words.MOBILE_BEFORE.search(before) or words.MOBILE_AFTER.match(folded, found.stop) or named
    if not by_id and not beside:
        return _is_named_in_brackets(views, before, found) or _is_of_somebody(folded, before, found)
    child = words.CHILD_NAMED_BEFORE.search(before) and not words.GOES_ON.match(folded, found.end)
    return found.is_past(0 if by_id or child else GROWN)


def _is_named_in_brackets(views: Views, before: str, found: Date) -> bool:
    """Whether a date stands in brackets behind what may be a name: 「黎氏秋月(1992/06/18,」."""
    named = words.NAME_OPENED.search(before)
    if (
        named is None
        or named[named.lastgroup or 0] in PLAIN_PLACES
        or not words.IN_BRACKETS.match(views.folded, found.end)
    ):
        return False
    base = found.start - len(before)
    mean = load_tagger().name_mean(views, *(base + at for at in named.span(named.lastgroup or 0)))
    closed = words.CLOSED_BY_WORDS.match(views.folded, found.end)
    month = not closed and mean >= _SURELY and found.is_month_past(GROWN)
    return month or (mean >= (_SURELY if closed or named["latin"] else _NAMED) and found.is_past(_SETTLED))


def _is_of_somebody(folded: str, before: str, found: Date) -> bool:
    """Whether a whole date is all that is said of somebody: 「我2006/12/30的」, 「小孩1120603」, 「6歲(108.2.17)」."""
    end = found.end
    if words.ZODIAC_BEFORE.search(before):
        return found.is_past(GROWN) or words.YEAR_SAID.fullmatch(folded, found.start, end + 1) is not None
    if words.PAPER_BEFORE.search(before) and not words.ISSUED_AFTER.match(folded, end):
        return found.is_past(_SETTLED)
    if words.CHILD_AT_BEFORE.search(before) and words.BORN_AT_AFTER.match(folded, end):
        return found.is_whole
    if words.BABY_BEFORE_ENGLISH.search(before) and words.TOLD_ALONE.match(folded, end):
        return found.is_whole
    if found.is_past(GROWN) and _is_of_somebody_grown(folded, before, found):
        return True
    teller = words.SELF_BEFORE.search(before)
    of_self = teller is not None and not teller["said"] and words.SAID_OF.match(folded, end)
    of_child = (
        found.text.isdecimal() and words.CHILD_BEFORE.search(before) and words.SAID.match(folded, found.stop)
    )
    of_age = words.AGED_BEFORE.search(before) and words.CLOSED.match(folded, found.stop)
    of_kin = words.KIN_BEFORE.search(before) and words.NOTHING_MORE.match(folded, end)
    if words.BABY_BEFORE.search(before) and words.BORN_AFTER.match(folded, found.stop):
        return True
    return bool(of_self or of_child or of_age or of_kin) and found.is_past(0)


def _is_of_somebody_grown(folded: str, before: str, found: Date) -> bool:
    """Whether a date of long ago stands beside who may have been born then: 「男 19950823」, 「配偶1983年…(」."""
    end = found.end
    if words.CALENDAR.search(found.text) and words.CLAUSE_ENDS.match(folded, end):
        return True
    if words.SEX_BEFORE.search(before) or words.BORN_AFTER.match(folded, end):
        return True
    if words.SELF_BEFORE.search(before) and words.SAID_OF.match(folded, end):
        return True
    if found.text.isdecimal() and words.ELDER_BEFORE.search(before) and words.SAID.match(folded, end):
        return True
    alone = words.SELF_ALONE_BEFORE.search(before)
    if alone is None:
        return False
    if alone["self"]:
        return words.SAID_LAST.match(folded, end) is not None
    return words.ENDED_BEFORE.search(before) is None and words.SAID_OF_KIN.match(folded, end) is not None
