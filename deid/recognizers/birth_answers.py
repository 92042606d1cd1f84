"""Finds dates of birth that are asked for and told in turns, a line each, often in pieces.

「出生年？」「三十五年」「月跟日？」「六月，初八」: answers begin with a piece of the date until another is asked.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from deid.identifiers import roc_date
from deid.patterns import late
from deid.speakers import turns

Span = tuple[int, int]

_ASKS = late(
    "(?:(?<!預)出生(?:年月日|日期|年月?次?)?|(?<![公神者])生日|生年月日|年次|[哪幾]一?年(?:出?生|次))"
    "(?:[呢是的嗎啊呀喔? ]|幾[年月號日]|哪一?[年天]|多少|幾時){0,6}$"
)
_ASKED_OF_SOMEBODY = re.compile("請問|[您你妳他她]|[呢嗎?]$")
_ASKS_ON = late(
    "(?:那|好|對|請問|還有|再來|[他她您的 ,]){0,4}(?:(?P<day>[幾哪][號日天]|哪一[日天]|月?[跟和與]?日)|[幾哪]月|月份?)"
    "(?:[呢是嗎? ]|[跟和]?幾[號日]){0,4}"
)
_LONGEST = 30
_NUMBER = "[0-9零〇○一二三四五六七八九十百廿卅]"
_ENDS = f"(?=[ ,。、.!?~(\n]|[啦喔吧啊呢對屬肖幾]|的[ ,。\n]|{_NUMBER}{{1,2}}月|$)"
_ERA = "(?:民國前?|西元|農曆|國曆|昭和|大正|明治)"
_PIECE = late(
    f"(?:(?P<spoken>{_NUMBER}{{2,4}}[,、] ?{_NUMBER}{{1,3}}[,、] ?{_NUMBER}{{1,3}}[日號]?)"
    f"|(?P<year>{_ERA}?{_NUMBER}{{1,5}}年次?)"
    f"|(?P<month>{_ERA}?(?:{_NUMBER}{{1,2}}|[正臘元])月)(?P<of_month>(?:初?{_NUMBER}{{1,3}}[號日]?)?)"
    f"|(?P<day>{_NUMBER}{{1,3}}[號日]|初{_NUMBER})|(?P<plain>{_ERA}?{_NUMBER}{{2,8}})|(?P<last>{_NUMBER}(?=\n|$))){_ENDS}"
)
_LEADS = re.compile("(?:她|他|我|是|就是|嗯|喔|啊|應該|好像|[ ,]){0,8}")
_BETWEEN = late("(?:[ ,、.⋯…的]|[屬肖][一-鿿]){0,4}")
_OLDEST, _SHORT_YEAR = 125, 4


def births_answered(folded: str) -> Iterator[Span]:
    """Yield the pieces with which lines begin that answer a question for a date of birth, or read the answer back."""
    if "\n" not in folded or not ("生" in folded or "年次" in folded):  # nobody asks, nobody answers
        return
    asked, told = False, set[str]()
    for who, start, line_end in turns(folded):
        end = start + len(folded[start:line_end].rstrip())
        found = list(_pieces(folded, start, line_end)) if asked or told else []
        rest = found[-1].end() if found else start
        goes_on = _is_further(told | _parts(found), folded, rest, end) if told and end - start <= _LONGEST else False
        if not (asked or goes_on or (rest == end and _parts(found) & {"year", "month"})):
            found = []
        yield from (piece.span() for piece in found)
        last = max(start, end - _LONGEST)
        question = _ASKS.search(folded, last, end) is not None
        question = question and (bool(who) or _ASKED_OF_SOMEBODY.search(folded, last, end) is not None)
        told = (told | _parts(found) if found else told) if asked or goes_on or found else set()
        asked = goes_on or question


def _is_further(told: set[str], folded: str, start: int, end: int) -> bool:
    """Whether a line asks for the month or the day of a date that has been told without."""
    asks = _ASKS_ON.fullmatch(folded, start, end)
    return asks is not None and "day" not in told and ("month" in told or asks["day"] is None or "月" in asks["day"])


def _parts(found: list[re.Match[str]]) -> set[str]:
    """Return which parts of a date are told; a plain number counts as a year, a whole date as all."""
    parts = {part for piece in found for part in ("year", "month", "day") if piece[part]}
    parts |= {"day" for piece in found if piece["of_month"] or piece["last"] or piece["spoken"]}
    for piece in found:
        if piece["plain"]:
            parts |= {"year"} if len(piece["plain"]) <= _SHORT_YEAR else {"year", "month", "day"}
    return parts


def _pieces(folded: str, start: int, end: int) -> Iterator[re.Match[str]]:
    at = _past(_LEADS, folded, start, end)
    while (piece := _PIECE.match(folded, at, end)) and _is_possible(piece["plain"]):
        yield piece
        at = _past(_BETWEEN, folded, piece.end(), end)


def _is_possible(plain: str | None) -> bool:
    """Whether a number without a unit may be a year or a date of somebody's birth."""
    if plain is None or not plain.isascii():
        return True
    this_year = datetime.date.today().year
    if len(plain) <= _SHORT_YEAR:
        return int(plain) <= this_year - 1911 or this_year - _OLDEST <= int(plain) <= this_year or _is_month_day(plain)
    return roc_date.is_valid(plain)


def _is_month_day(plain: str) -> bool:
    return len(plain) == _SHORT_YEAR and 1 <= int(plain[:2]) <= 12 and 1 <= int(plain[2:]) <= 31


def _past(pattern: re.Pattern[str], folded: str, at: int, end: int) -> int:
    found = pattern.match(folded, at, end)
    return found.end() if found else at
