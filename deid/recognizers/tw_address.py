"""Finds addresses of Taiwan down to the house number.

The span begins at the road (or village) and ends after number, floor and room: division and district stay, because
the answer depends on them and they name nobody. Without a house number (a crossing, a landmark, a stretch of road)
the place is what a report is about, and stays, unless somebody says that he lives there. The address that an agency
publishes stays, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain

from deid.findings import Finding
from deid.patterns import Pattern, late
from deid.recognizers import address_grammar as grammar
from deid.recognizers.address_english import english_addresses, follows_office, with_floor_and_room
from deid.recognizers.address_pieces import numbers_again, roads_of_doors
from deid.recognizers.addressed import is_surely_own
from deid.recognizers.asked_for import is_place_of_office
from deid.recognizers.base import TextRecognizer
from deid.recognizers.linked_places import belongs_to_institution
from deid.recognizers.on_record import is_address_on_record
from deid.recognizers.public_context import PublicContext
from deid.recognizers.public_reading import is_told_with_office, reads_as_private, reads_as_public
from deid.recognizers.told_address import told_apart
from deid.recognizers.told_numbers import pieces_told
from deid.tw_districts import PLAIN_PLACES
from deid.views import Views

Span = tuple[int, int]

_LEFT_WINDOW = 48
# Simplified characters of a house number and its floor, and the floor of Japanese ones.
_TRADITIONAL = str.maketrans("号楼阶階区县乡镇", "號樓樓樓區縣鄉鎮")
_NOT_NUMBERS = re.compile("[第字]$|(?:台|國道|縣道|省道) ?$")
_NOT_HOUSE = re.compile(" ?(?:間(?![房隔歇接壁])|公車|出口|月台|候車|登機|窗口|櫃)")
_NUMBERED = re.compile("[號樓棟弄巷舍]")
_HOME = re.compile("[住家租寄送蹛鄰隔舍址籍]|門牌|臨字|們是|那[個位戶間]|樓[上下]")
_SAME_LANE = late("(?<![一-鿿])同巷$|(?<=[住在是的戶到被])同巷$")
_LIVES_BEFORE = re.compile("(?:[我你妳他她]們?)?(?:住在?|就在)")
_NOT_VILLAGES = ("公里", "鄰里", "這里", "那里", "海里", "英里", "農村", "山村", "漁村")
# 「檢舉違建,中山路5號頂樓加蓋」: what is reported, no floor; but 「我被檢舉違建,我住…頂樓加蓋」.
_REPORTED = re.compile("(?:檢舉|舉報|違建|違章)(?:(?![住租居家寄]|設籍|檢舉人|屋主|房東|地址|籍)[^。;!?\n]){0,24}$")
_LIVED_IN = re.compile("的?(?:[那這]?[間戶])?(?:[雅套]房|房間|出租|是我|我)")
_NEXT_FLOOR = re.compile(rf"(?<=[樓F]),{grammar.NUM} ?樓$|(?<=樓之[0-9一二三四五六七八九]),{grammar.NUM} ?樓$")
_OTHERS_AFTER = late(
    "的[一-鿿]{0,4}?(?:先生|太太|小姐|住戶|鄰居|房客|屋主|阿[姨伯嬤公])(?!是我)|(?:住戶|鄰居)(?!是我)"
)
_ANNEX = re.compile("(?<=[號樓F])[ ,]?頂樓加蓋$")
_ENGLISH = Pattern(
    r"(?:JALAN|JL[N.]?|[đĐ][ưƯ][ờỜ]NG|DUONG|PH[ốỐ]|R(?:OA)?D|ST(?:REET)?|BLVD|BOULEVARD|AVE(?:NUE)?|L(?:N|ANE)|NO|VILLAGE)(?![A-Z])"
)
_CACHED = "addresses"


class TwAddressRecognizer(TextRecognizer):
    """The house number is found first; what leads up to it is then read backwards. Linear in the text."""

    ENTITY = "TW_ADDRESS"
    COUNTRY_CODE = "tw"

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        private, public = judged_addresses(views)
        for span in private:
            yield self.finding(views, span, 0.8)
        for span in _told_otherwise(views, private, public):
            yield self.finding(views, span, 0.5)


def judged_addresses(views: Views) -> tuple[Sequence[Span], Sequence[Span]]:
    """Return the addresses of a text: those to conceal, and those of agencies and institutions."""
    judged: tuple[list[Span], list[Span]] | None = views.cache.get(_CACHED)
    if judged is None:
        judged = views.cache[_CACHED] = list[Span](), list[Span]()
        for span in _spans(views):
            judged[_is_public(views, *span)].append(span)
    return judged


def _spans(views: Views) -> Iterator[tuple[int, int]]:
    folded = _in_traditional(views.folded)
    if "號" in folded:
        lowest = 0
        for house in grammar.HOUSE.finditer(folded):
            start = _leading_start(folded, lowest, house)
            lowest = house.end()
            if start is not None:
                end = with_floor_and_room(folded, house.end()) if views.has_letter else house.end()
                yield start, _without_next_floor(folded, start, _without_annex(folded, start, end))
    if _NUMBERED.search(folded) and _HOME.search(folded):
        yield from _homes(folded)
    for building in grammar.BUILDING.finditer(folded) if "樓" in folded else ():
        lives = _LIVES_BEFORE.match(folded, building.start(), building.end("name") - 1)
        first = building.start()
        yield lives.end() if lives else grammar.name_start(folded, first, first + 2), building.end()
    for house in grammar.UNMARKED.finditer(folded):
        base = max(0, house.start() - _LEFT_WINDOW)
        start = _place_start(folded[base : house.start()])
        if start is not None:
            yield base + start, house.end()
    if views.has_letter and _ENGLISH.search(folded):
        yield from english_addresses(folded)


def _in_traditional(folded: str) -> str:
    return folded.translate(_TRADITIONAL) if "号" in folded else folded


def _is_public(views: Views, start: int, end: int) -> bool:
    if is_place_of_office(views, start, end):
        return True
    if is_address_on_record(views, start, end) or is_surely_own(views, start, end):
        return False
    context = PublicContext.of(views)
    if context.publishes_address(start, end) or follows_office(views, start):
        return context.lists_address(start, end) or not reads_as_private(views, start, end)
    if is_told_with_office(views, start, end):
        return True
    return reads_as_public(views, start, end) or belongs_to_institution(views, start, end)


def _is_nobodys(views: Views, start: int, end: int) -> bool:
    if is_address_on_record(views, start, end):
        return False
    published = PublicContext.of(views).publishes_address(start, end) or is_place_of_office(views, start, end)
    return published or belongs_to_institution(views, start, end)


def _told_otherwise(views: Views, told: Sequence[Span], others: Sequence[Span]) -> Iterator[Span]:
    """Yield the places of addresses that are told again or in pieces, beside those that are known."""
    folded = _in_traditional(views.folded)
    again = grammar.DOOR_AGAIN.finditer(folded) if told and "樓" in folded else ()
    doors = (door.span(door.lastgroup or 0) for door in again)
    pieces = [*chain(doors, numbers_again(folded, told), roads_of_doors(folded))]
    yield from pieces
    yield from told_apart(folded, chain(told, pieces), others, partial(_is_nobodys, views))


def _without_next_floor(folded: str, start: int, end: int) -> int:
    """Return where an address ends before another's floor, told behind a comma: 「8號4樓,五樓的先生」."""
    floor = _NEXT_FLOOR.search(folded, start, end) if _OTHERS_AFTER.match(folded, end) else None
    return floor.start() if floor else end


def _without_annex(folded: str, start: int, end: int) -> int:
    annex = _ANNEX.search(folded, start, end) if folded.endswith("加蓋", 0, end) else None
    if annex is None or _LIVED_IN.match(folded, end):
        return end
    return annex.start() if _REPORTED.search(folded, max(0, start - 40), start) else end


def _homes(folded: str) -> Iterator[tuple[int, int]]:
    """Yield where somebody lives or a neighbour does, without a road; no day, desk or park with a number."""
    patterns = (
        grammar.HOME_LANE,
        grammar.HOME_DOOR,
        grammar.NEXT_DOOR,
        grammar.HOME_BUILDING,
        grammar.SETTLEMENT,
    )
    for pattern in patterns:
        for home in pattern.finditer(folded):
            start, end = home.span(home.lastgroup or 0)
            numbered = folded[end - 1] == "號"
            if numbered and (grammar.NOT_HOUSE_IN_DISTRICT.match(folded, end) or grammar.NOT_DOOR.match(folded, end)):
                continue
            groups = home.groupdict()
            dated = numbered and groups.get("dated") is not None
            if not dated or groups.get("settled") not in PLAIN_PLACES:
                yield start, end


def _leading_start(folded: str, lowest: int, house: re.Match[str]) -> int | None:
    """Return where the address of a house number begins, or None when nothing leads up to it."""
    base, end = max(lowest - 1, house.start() - _LEFT_WINDOW, 0), house.end()
    window = folded[base : house.start()]
    if not window or _NOT_NUMBERS.search(window) or _NOT_HOUSE.match(folded, end):
        return None
    first = _place_start(window)
    if first is None and not grammar.NOT_HOUSE_IN_DISTRICT.match(folded, end):
        first = _weak_start(window)
    return None if first is None else base + first


def _place_start(window: str) -> int | None:
    """Return where the road or village that ends the window begins."""
    match = grammar.LEADING.search(window)
    if match is None:
        return None
    if match["road"] is None:
        if match["village"].endswith(_NOT_VILLAGES) and "鄰" not in match[0]:
            return None
        return grammar.name_start(window, match.start("village"), match.end("village") - 1)
    name_end = match.end("road")
    if _SAME_LANE.search(window, 0, name_end + 1):
        return None
    if window[name_end] == "巷" and (road := grammar.LANE_IN_ROAD.search(window, 0, name_end)):
        name_end = road.start()
    if grammar.NOT_A_ROAD.search(window[: name_end + 1]):
        return None
    first = grammar.name_start(window, match.start("road"), name_end)
    before = grammar.VILLAGE_BEFORE.search(window, 0, first)
    if before is None or not before[0].strip():
        return first
    if before[1] is None:
        return before.start()
    return grammar.name_start(window, before.start(1), before.end(1) - 1)


def _weak_start(window: str) -> int | None:
    """Return where a lead without road and village begins: a lane, a neighbourhood, a district alone."""
    if match := grammar.LANE_ONLY.search(window):
        return match.start()
    if match := grammar.NEIGHBOURHOOD.search(window):
        if match["village"] is None:
            return match.start()
        return grammar.name_start(window, match.start("village"), match.end("village") - 1)
    match = grammar.DISTRICT_ONLY.search(window)
    if match is None or grammar.NOT_A_PLACE.search(match["place"]):
        return None
    return match.start("place")
