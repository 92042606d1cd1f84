"""Tells a date of birth by the tagger alone, where no word of birth and no row of a person's data tells it.

The more of the date is said and the longer ago it is, the less the tagger must be sure. Words of another event right
beside the date (換發, 過世, 落成) rule it out, unless the tagger is sure.
"""

from __future__ import annotations

from collections.abc import Iterator

from deid.patterns import Pattern
from deid.recognizers.birth_words import BIRTH
from deid.recognizers.dates import possible_births
from deid.recognizers.event_words import is_of_event, is_of_rule, is_told_of_event
from deid.tagger.tagger import load_tagger
from deid.views import Views

_LONG_AGO, _WITH_YEAR, _YEARLESS, _SURE = 0.25, 0.6, 0.75, 0.95
# The column of a list of staff.
_ROSTER, _LINES = Pattern("到職日|到任日|就職日"), frozenset("|\t")
_GROWN, _FEWEST_PARTS = 12, 2


def births_read(views: Views) -> Iterator[tuple[int, int]]:
    """Yield the dates that the tagger takes for somebody's birth, in offsets of the folded view."""
    roster = _ROSTER.search(views.folded) is not None and not BIRTH.search(views.folded)
    for start, end, told, age in possible_births(views):
        if roster and views.folded[start - 1 : start] in _LINES:
            continue
        grown = age is not None and age >= _GROWN
        if told < _FEWEST_PARTS and (not grown or views.folded[end - 1] == "次"):
            continue
        enough = _YEARLESS if age is None else _WITH_YEAR
        if grown and told > _FEWEST_PARTS:
            enough = _LONG_AGO
        if is_of_rule(views, start, end) or is_told_of_event(views, start, end):
            continue
        mean = load_tagger().value_mean(views, start, end)
        if mean >= enough and (mean >= _SURE or not is_of_event(views, start, end)):
            yield start, end
