"""Finds an address told in pieces, 「和平路一段，對，五十巷進來，右邊九號」, and its number told again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from deid.patterns import Pattern
from deid.recognizers.address_grammar import HAN, HOUSE, NUM, SUB
from deid.recognizers.base import places_of

_ROAD = rf"(?P<road>{HAN}{{1,4}}(?:路|街|大道)(?: ?{NUM} ?段)?)"
_LANE = rf"(?P<lane>(?<![0-9]){NUM}{SUB}? ?巷(?:[\n ]?{NUM} ?弄)?)"
_NUMBER = rf"(?P<number>(?<![0-9]){NUM}{SUB}? ?號(?: ?之 ?{NUM})?(?: ?{NUM} ?樓{SUB}?)?)"
# What is said between the pieces; no second number but one that is denied: 「不是三十七巷」.
_BETWEEN = rf"(?:(?!{NUM} ?[巷號弄段])[^0-9]){{1,14}}?(?:不是 ?{NUM} ?[巷號],?)?"
# 「力行路二段158巷,欸我講反了,是185巷17號」
_WRONG_LANE = Pattern(
    rf"{_ROAD}{_LANE}(?=[ ,、](?:(?!{NUM} ?[巷號弄段])[^0-9。\n]){{1,14}}{NUM}{SUB}? ?巷(?:{NUM} ?弄)?{NUM}{SUB}? ?號)"
)
# 「從後門上去,五樓,503室」
_ROOM = Pattern(rf"(?<![0-9]){NUM} ?樓{SUB}?[ ,、]{{0,2}}[A-Z]?{NUM} ?[室房](?!間?[東客租])")
_PIECES = Pattern(f"{_ROAD}{_BETWEEN}{_LANE}{_BETWEEN}{_NUMBER}(?!公車|出口|線|月台)")
_TOLD, _REACH = re.compile("住|[地住]址|門牌|[我阮]家|厝|寄|送"), 40
_SHORTEST, _MOST = 3, 16
# 「五號門口,不是,應該算七號」
_RIGHT = re.compile(
    rf"(?:不是|不對|錯了?|更正)[啦喔 ,]{{0,3}}(?:應該?)?[是算]? ?(?P<number>{NUM}{SUB}? ?號)(?![0-9出誌線月公])"
)
_NEAR = 24

Span = tuple[int, int]


def told_in_pieces(folded: str, addresses: Iterable[Span]) -> Iterator[Span]:
    """Yield road, lane and number with words between them, where somebody tells where he lives, but for known ones."""
    if "巷" not in folded or "號" not in folded:
        return
    yield from (wrong.span() for wrong in _WRONG_LANE.finditer(folded))
    known = {at for start, end in addresses for at in range(start, end)}
    for found in _PIECES.finditer(folded):
        if not known.isdisjoint(range(*found.span("road"))):
            continue
        if _TOLD.search(folded, max(0, found.start() - _REACH), found.start("lane")):
            yield from map(found.span, ("road", "lane", "number"))


def numbers_again(folded: str, addresses: Iterable[Span]) -> Iterator[Span]:
    """Yield where the number of an address is told again, 「中正路二百三十號 … 二百三十號啦」, and floor and room."""
    houses = {house[0] for start, end in addresses for house in HOUSE.finditer(folded, start, end)}
    for number in sorted(house for house in houses if len(house) > _SHORTEST)[:_MOST]:
        yield from places_of(number, folded)
    yield from (room.span() for room in _ROOM.finditer(folded) if houses)
    for _, end in addresses:
        if right := _RIGHT.search(folded, end, end + _NEAR):
            yield right.span("number")
