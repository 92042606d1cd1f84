"""Finds an address told in pieces, 「和平路一段，對，五十巷進來，右邊九號」, and its number told again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from deid.patterns import Pattern
from deid.recognizers.address_grammar import HAN, HOUSE, NUM, SUB
from deid.recognizers.base import matches_near, places_of

_STREET = rf"{HAN}{{1,4}}(?:路|街|大道)(?: ?{NUM} ?段)?"
_ROAD = f"(?P<road>{_STREET})"
_LANE = rf"(?P<lane>(?<![0-9]){NUM}{SUB}? ?巷(?:[\n ]?{NUM} ?弄)?)"
_NUMBER = rf"(?P<number>(?<![0-9]){NUM}{SUB}? ?號(?: ?之 ?{NUM})?(?: ?{NUM} ?樓{SUB}?)?)"
# What is said between the pieces; no second number but one that is denied: 「不是三十七巷」.
_BETWEEN = rf"(?:(?!{NUM} ?[巷號弄段])[^0-9]){{1,14}}?(?:不是 ?{NUM} ?[巷號],?)?"
# 「力行路二段158巷,欸我講反了,是185巷17號」
_WRONG_LANE = Pattern(
    rf"{_ROAD}{_LANE}(?=[ ,、](?:(?!{NUM} ?[巷號弄段])[^0-9。\n]){{1,14}}{NUM}{SUB}? ?巷(?:{NUM} ?弄)?{NUM}{SUB}? ?號)"
)
# 「不是6號,是16號之2,都在延平街」
_OTHER_NUMBER = Pattern(
    rf"不是 ?(?P<wrong>{NUM}{SUB}? ?號)[啦喔 ,、]{{0,3}}(?:應該)?是 ?(?P<right>{NUM}{SUB}? ?號(?: ?之 ?{NUM})?)"
    rf"[ ,、]{{0,2}}(?:一樣|同樣|也|都)[是在佇]{{1,2}}(?P<road>{_STREET}(?: ?{NUM} ?巷)?)"
)
# 「門牌都屬成功街7巷」, and the cells of the table.
_ROAD_OF_ALL = Pattern(
    rf"門牌(?:[均都皆]?(?:屬於?|為|是|在)|:)(?P<road>{_STREET}(?: ?{NUM} ?巷)?(?: ?{NUM} ?弄)?)(?![0-9])"
)
_CELL = re.compile(rf"[|\t] ?(?P<number>{NUM}{SUB}? ?號(?: ?之 ?{NUM}| ?{NUM} ?樓{SUB}?))(?= ?[|\t\n]| ?$)")
_TOLD, _REACH = re.compile("住|[地住]址|門牌|[我阮]家|厝|寄|送"), 40
_WAY, _NO_ROAD_AFTER = re.compile("路|街|大道"), re.compile("[樹燈人霸障]")
_SHORTEST, _MOST = 3, 16
_NEAR, _TABLE = 24, 400

Span = tuple[int, int]


def told_in_pieces(folded: str, addresses: Iterable[Span]) -> Iterator[Span]:
    """Yield road, lane and number with words between them, where somebody tells where he lives, but for known ones."""
    if "號" not in folded:
        return
    for found in _OTHER_NUMBER.finditer(folded):
        yield from map(found.span, ("wrong", "right", "road"))
    roads = list(_ROAD_OF_ALL.finditer(folded))
    yield from (found.span("road") for found in roads)
    yield from (cell.span("number") for cell in matches_near(_CELL, folded, roads, _TABLE))


def numbers_again(folded: str, addresses: Iterable[Span]) -> Iterator[Span]:
    """Yield where the number of an address is told again, 「中正路二百三十號 … 二百三十號啦」, and floor and room."""
    houses = {house[0] for start, end in addresses for house in HOUSE.finditer(folded, start, end)}
    for number in sorted(house for house in houses if len(house) > _SHORTEST)[:_MOST]:
        yield from places_of(number, folded)
