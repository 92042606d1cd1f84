"""Finds what several doors have in common, 「門牌都屬成功街7巷」, and the number of an address that is told again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deid.patterns import Pattern, late
from deid.recognizers.address_grammar import HAN, HOUSE, NUM, SUB
from deid.recognizers.base import matches_near, places_of

_STREET = rf"{HAN}{{1,4}}(?:路|街|大道)(?: ?{NUM} ?段)?"
# 「不是6號,是16號之2,都在延平街」
_OTHER_NUMBER = Pattern(
    rf"不是 ?(?P<wrong>{NUM}{SUB}? ?號)[啦喔 ,、]{{0,3}}(?:應該)?是 ?(?P<right>{NUM}{SUB}? ?號(?: ?之 ?{NUM})?)"
    rf"[ ,、]{{0,2}}(?:一樣|同樣|也|都)[是在佇]{{1,2}}(?P<road>{_STREET}(?: ?{NUM} ?巷)?)"
)
# 「門牌都屬成功街7巷」, and the cells of the table.
_ROAD_OF_ALL = Pattern(
    rf"門牌(?:[均都皆]?(?:屬於?|為|是|在)|:)(?P<road>{_STREET}(?: ?{NUM} ?巷)?(?: ?{NUM} ?弄)?)(?![0-9])"
)
_CELL = late(rf"[|\t] ?(?P<number>{NUM}{SUB}? ?號(?: ?之 ?{NUM}| ?{NUM} ?樓{SUB}?))(?= ?[|\t\n]| ?$)")
_SHORTEST, _MOST = 3, 16
_TABLE = 400

Span = tuple[int, int]


def roads_of_doors(folded: str) -> Iterator[Span]:
    """Yield doors that are told beside their road: a wrong one and the right one, and those of a table."""
    if "號" not in folded:
        return
    for found in _OTHER_NUMBER.finditer(folded):
        yield from map(found.span, ("wrong", "right", "road"))
    roads = list(_ROAD_OF_ALL.finditer(folded))
    yield from (found.span("road") for found in roads)
    yield from (cell.span("number") for cell in matches_near(_CELL, folded, roads, _TABLE))


def numbers_again(folded: str, addresses: Iterable[Span]) -> Iterator[Span]:
    """Yield where the number of an address is told again, 「中正路二百三十號 … 二百三十號啦」."""
    houses = {house[0] for start, end in addresses for house in HOUSE.finditer(folded, start, end)}
    for number in sorted(house for house in houses if len(house) > _SHORTEST)[:_MOST]:
        yield from places_of(number, folded)
