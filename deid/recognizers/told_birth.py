"""Reads a date of birth that is told part by part: 「生日是七十三年,呃,八月,客服:幾號?民眾:十二號」."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from operator import attrgetter

from deid.patterns import Pattern, late
from deid.recognizers.told_parts import LONGEST_PAUSE, Part, Span, Step, chains, is_near, places
from deid.speakers import ANYBODY

_YEAR, _MONTH, _DAY = range(3)
_HAN = "零〇○一二三四五六七八九十"
_NUMBER = f"(?:[0-9]{{1,2}}|[{_HAN}]{{1,3}})"
_PART = Pattern(
    f"(?P<year>(?:民國)?(?:[0-9]{{2,4}}|[{_HAN}百]{{2,5}}) ?年)|"
    rf"(?<![0-9{_HAN}/第])(?:(?P<month>(?:[農國]曆)?{_NUMBER} ?月"
    rf"(?: ?{_NUMBER}(?: ?[日號]|(?![0-9{_HAN}年月份])))?)(?!份的)|(?P<day>{_NUMBER} ?[日號]))"
    rf"(?=[ ,、。!?\n;:().⋯…~」0-9{_HAN}]|$|[啦喔齁呢吧欸嗎生的]|{ANYBODY})(?![ ]?[樓巷弄出公線])"
)
# A year that is all that is told so far: 「生日喔,」, 「出生年月日?」「我」.
_BEFORE = late(
    "(?:生日|出生(?:年月日|日期|年)?)(?:[喔啊呢哦吼是的在於為我他她嗯呃:, ]{0,6}"
    f"|[喔呢嗎是 ]{{0,3}}[?]\\n?(?:{ANYBODY})?[我他她是嗯呃喔, ]{{0,4}})$"
)
_WRONG = re.compile("不對|不是|[講說打記]錯|更正")
_REACH = 30
_ASKS = re.compile("幾[月號日]|月份|日期|哪[1一]?[天日月]|出生|生日|[?]")
# What is told of now is another day, or something else.
_ELSE = re.compile(
    "[0-9]{3}|電話|手機|身[分份]?證字號|車牌|號碼|地址|住|現在|今[天年]|昨天|明天|下個?月|上個?月|申請|繳|領|預約|截止|發生|開始|"
    "之前|以前|以後|過世|結婚|到期|辦[了的]|收到|寄|看診|生的|通知|請問日期|重陽|疫苗|出生後|生效|掛號|櫃|抽"
)


def told_on(folded: str, births: Iterable[Span]) -> Iterator[Span]:
    """Yield the parts that go on behind dates of birth, or behind what is told of them."""
    known = [Part(_kind(folded[start:end]), start, end, folded[start:end]) for start, end in sorted(births)]
    covered = places((part.start, part.end) for part in known)
    fresh = (part for part in _parts(folded) if part.start not in covered)
    for chain in chains(heapq.merge(known, fresh, key=attrgetter("start")), partial(_step, folded)):
        if chain[0].start in covered:
            yield from ((part.start, part.end) for part in chain if part.start not in covered)


def is_begun(folded: str, start: int, said: str) -> bool:
    """Whether a date without its day stands where a date of birth is asked for or told."""
    return _kind(said) < _DAY and _BEFORE.search(folded, max(0, start - _REACH), start) is not None


def _kind(said: str) -> int:
    """Return the smallest part that a date tells."""
    text = said.strip().removesuffix("次")
    if text.endswith("年"):
        return _YEAR
    return _MONTH if text.endswith("月") else _DAY


def _tells(date: str, part: str) -> bool:
    at = date.find(part)
    return at == 0 or (at > 0 and not (date[at - 1].isdigit() or date[at - 1] in _HAN))


def _parts(folded: str) -> Iterator[Part]:
    for found in _PART.finditer(folded):
        yield Part(_kind(found[0]), *found.span(), found[0])


def _step(folded: str, chain: Sequence[Part], part: Part) -> Step:
    """Tell whether a part goes on with the date that is told."""
    last = chain[-1]
    gap = folded[last.end : part.start]
    if not is_near(gap, asks=_ASKS.search(gap) is not None) or _ELSE.search(gap):
        return Step.ANEW
    corrected = _WRONG.search(gap) is not None and len(gap) <= LONGEST_PAUSE
    again = ":" in gap and any(_tells(one.said, part.said) for one in chain)
    return Step.ON if part.kind > last.kind or corrected or again else Step.ANEW
