"""Finds an address told in pieces, 「和平路一段，對，五十巷進來，右邊九號」, and its number told again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

from deid.patterns import Pattern
from deid.recognizers.address_grammar import HAN, HOUSE, NOT_A_ROAD, NUM, SUB, name_start
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
# 「從後門上去,五樓,503室」
_ROOM = Pattern(rf"(?<![0-9]){NUM} ?樓{SUB}?[ ,、]{{0,2}}[A-Z]?{NUM} ?[室房](?!間?[東客租])")
_PIECES = Pattern(f"{_ROAD}{_BETWEEN}{_LANE}(?P<apart>{_BETWEEN})?{_NUMBER}(?!公車|出口|線|月台)")
_IN_DISTRICT = rf"(?:{HAN}{{1,3}}[縣市])?(?:{HAN}{{1,3}}[區鄉鎮市])?{_STREET}"
# 「住中正路三段那個,過橋直直走,五號」
_NO_LANE = Pattern(
    rf"(?:住|[厝家]佇|[厝家]在)在?(?P<road>{_IN_DISTRICT})"
    rf"(?=[^0-9。!?\n]{{1,20}}[,、])"
    rf"(?:(?!{NUM} ?[巷號弄段公]|[年月天週期]|禮拜|颱風|聽說|生日|我叫)[^0-9。!?\n]){{1,20}}?{_NUMBER}"
    r"(?=[ ,、。!?\n啦喔的]|對面|隔壁|旁邊|門口|$)"
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
# 「五號門口,不是,應該算七號」, 「5樓,不對,是6樓」, 「一段,啊不是一段,是二段」
_RIGHT = re.compile(
    rf"(?:(?:不是|不對|錯了?|更正)(?:{NUM} ?[段巷弄號樓])?)[啦喔 ,]{{0,3}}(?:應該?)?[是算]? ?"
    rf"(?P<number>(?:{NUM} ?[段巷弄]){{1,3}}(?:{NUM}{SUB}? ?號)?|{NUM}{SUB}? ?號(?:{NUM} ?樓{SUB}?)?|{NUM} ?樓{SUB}?)"
    "(?![0-9出誌線月公])"
)
# 「在公園路。客服:幾號?民眾:六十號」; 「公園路三巷路面凹一塊,我家在最裡面六號」
_ASKED = Pattern(
    rf"(?P<road>{_IN_DISTRICT}(?: ?{NUM} ?巷)?(?: ?{NUM} ?弄)?)(?![0-9])"
    rf"(?![^0-9\n]{{0,8}}[格局行店所院校站])(?:[^0-9\n]{{1,16}}\n?[^0-9\n]{{0,8}}幾號[^0-9]{{0,12}}?|[^0-9\n]{{1,20}}我[就也家]?[住在][^0-9,。!?\n]{{0,4}}"
    rf"|\n[^0-9\n]{{0,12}}\n?){_NUMBER}"
)
_NEAR, _TABLE = 24, 400

Span = tuple[int, int]


def told_in_pieces(folded: str, addresses: Iterable[Span]) -> Iterator[Span]:
    """Yield road, lane and number with words between them, where somebody tells where he lives, but for known ones."""
    if "號" not in folded:
        return
    known = {at for start, end in addresses for at in range(start, end)}
    for found in _NO_LANE.finditer(folded):
        if known.isdisjoint(range(*found.span("road"))):
            yield from map(found.span, ("road", "number"))
    for found in _ASKED.finditer(folded):
        if known.isdisjoint(range(*found.span("road"))):
            road = _road_of(folded, *found.span("road"))
            yield from (road, found.span("number")) if road else ()
    for found in _OTHER_NUMBER.finditer(folded):
        yield from map(found.span, ("wrong", "right", "road"))
    roads = list(_ROAD_OF_ALL.finditer(folded))
    yield from (found.span("road") for found in roads)
    yield from (cell.span("number") for cell in matches_near(_CELL, folded, roads, _TABLE))
    if "巷" in folded:
        yield from _with_lane(folded, known)


def _with_lane(folded: str, known: Set[int]) -> Iterator[Span]:
    yield from (wrong.span() for wrong in _WRONG_LANE.finditer(folded))
    for found in _PIECES.finditer(folded):
        if not known.isdisjoint(range(*found.span("road"))):
            continue
        road = _road_of(folded, *found.span("road"))
        if road is None and found["apart"] is None:
            continue
        road = road or found.span("road")
        if _TOLD.search(folded, max(0, found.start() - _REACH), found.start("lane")):
            yield from (road, found.span("lane"), found.span("number"))


def _road_of(folded: str, start: int, end: int) -> Span | None:
    """Return where a road stands without the words before it, or None where it is none: 道路, 報路樹."""
    way = max(_WAY.finditer(folded, start + 1, end), key=re.Match.end, default=None)
    if way is None or NOT_A_ROAD.search(folded[start : way.end()]) or _NO_ROAD_AFTER.match(folded, way.end()):
        return None
    return name_start(folded, start, way.start()), end


def numbers_again(folded: str, addresses: Iterable[Span]) -> Iterator[Span]:
    """Yield where the number of an address is told again, 「中正路二百三十號 … 二百三十號啦」, and floor and room."""
    houses = {house[0] for start, end in addresses for house in HOUSE.finditer(folded, start, end)}
    for number in sorted(house for house in houses if len(house) > _SHORTEST)[:_MOST]:
        yield from places_of(number, folded)
    yield from (room.span() for room in _ROOM.finditer(folded) if houses)
    for _, end in addresses:
        if right := _RIGHT.search(folded, end, end + _NEAR):
            yield right.span("number")
