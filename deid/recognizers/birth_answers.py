"""Finds dates of birth that are asked for and told in turns, a line each, often in pieces.

「出生年？」「三十五年」「月跟日？」「六月，初八」: answers begin with a piece of the date until another is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_LINE = re.compile("[^\n]+")
_SPEAKER = re.compile("(?:[A-Z]|[一-鿿]{1,4}) ?: ?")
_ASKS = re.compile(
    "(?:(?<!預)出生(?:年月日|日期|年月?次?)?|生日|生年月日|年次|[哪幾]一?年(?:出?生|次))"
    "(?:[呢是的嗎啊呀喔? ]|幾[年月號日]|哪一?[年天]|多少|幾時)*$"
)
_ASKS_ON = re.compile(
    "(?:那|好的?|對|請問|還有|再來|[他她您的 ,])*(?:[幾哪]一?[月號日天]|月份?|月?[跟和與]?日|日期)"
    "(?:[呢是嗎? ]|[跟和]?幾[號日])*"
)
_LONGEST_QUESTION = 30
_NUMBER = "[0-9零〇○一二三四五六七八九十百廿卅]"
_ENDS = f"(?=[ ,。、.!?~(\n]|[啦喔吧啊的呢對屬肖幾]|{_NUMBER}{{1,2}}月|$)"
_ERA = "(?:民國前?|西元|農曆|國曆|昭和|大正|明治)"
_PIECE = re.compile(
    f"(?:{_ERA}?{_NUMBER}{{1,5}}年次?(?:的?{_NUMBER}{{1,3}}月(?:初?{_NUMBER}{{1,3}}[號日]?)?)?"
    f"|{_ERA}?(?:{_NUMBER}{{1,2}}|[正臘元])月(?:(?:初?{_NUMBER}{{1,3}}|半)[號日]?)?"
    f"|{_NUMBER}{{1,3}}[號日]|初{_NUMBER}|{_ERA}{_NUMBER}{{2,5}}|{_NUMBER}{{2,8}}|{_NUMBER}(?=\n|$)){_ENDS}"
)
_LEADS = re.compile("(?:她|他|我|是|就是|嗯|喔|啊|應該|好像|[ ,])*")
_BETWEEN = re.compile("(?:[ ,、.的]|[屬肖][一-鿿]){0,4}")


def births_answered(folded: str) -> Iterator[Span]:
    """Yield the pieces with which lines begin that answer a question for a date of birth, or read the answer back."""
    asked = told = False
    for line in _LINE.finditer(folded):
        speaker = _SPEAKER.match(folded, line.start(), line.end())
        start = speaker.end() if speaker else line.start()
        said = folded[start : line.end()].rstrip()
        pieces = list(_pieces(folded, start, line.end())) if asked or told else []
        rest = pieces[-1][1] if pieces else start
        goes_on = told and _ASKS_ON.fullmatch(folded, rest, start + len(said)) is not None
        if asked or goes_on or rest == start + len(said):
            yield from pieces
        else:
            pieces = []
        whole = speaker is not None or "," not in said
        asked = goes_on or (whole and len(said) <= _LONGEST_QUESTION and _ASKS.search(said) is not None)
        told = bool(pieces) or (told and asked)


def _pieces(folded: str, start: int, end: int) -> Iterator[Span]:
    at = _past(_LEADS, folded, start, end)
    while piece := _PIECE.match(folded, at, end):
        yield piece.span()
        at = _past(_BETWEEN, folded, piece.end(), end)


def _past(pattern: re.Pattern[str], folded: str, at: int, end: int) -> int:
    found = pattern.match(folded, at, end)
    return found.end() if found else at
