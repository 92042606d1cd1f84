"""Finds parcels and buildings of the land register: 「中山段一小段123-4地號」, 「建號00123-000」."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.generalise import area_start
from deid.patterns import Pattern, late
from deid.recognizers.address_grammar import HAN, name_start
from deid.recognizers.base import TextRecognizer, matches_near
from deid.recognizers.public_context import PublicContext
from deid.recognizers.told_numbers import pieces_told
from deid.views import Views

_DIGIT = "[0-9一二三四五六七八九十百千零〇○]"
_NO = rf"{_DIGIT}(?: ?{_DIGIT}){{0,7}}(?: ?[-之槓杠] ?{_DIGIT}(?: ?{_DIGIT}){{0,3}})?"
_LIST = rf"{_NO}(?:(?: ?[、,及和跟與至~] ?|等){_NO}){{0,20}}"
_SMALL = rf"(?:{HAN}{{1,5}}|[0-9]{{1,2}}) ?小段 ?"
_SECTION = rf"(?:(?P<name>{HAN}{{1,7}}?)段 ?(?:{_SMALL})?)"
_NUMBERED = Pattern(rf"(?P<no>{_LIST}) ?(?:等[^,。\n]{{0,6}}?)?(?:號 ?土地|地號|建號)")
_SECTION_BEFORE = late(rf"{_SECTION}(?:[第:,] ?)?$")
_ANNOUNCED = Pattern(
    rf"(?:(?<!{_DIGIT})(?:地號|建號)|(?:地號|建號)(?= ?[:是]))"
    rf"(?:號碼)?(?:[ :=\"']|就?是|為|在|叫|大概|應該){{0,3}}(?!{_DIGIT}{{1,3}} "
    rf"?[筆個塊張份次位])(?P<value>{_SECTION}?{_LIST}(?: ?(?:地號|建號|號))?)"
)
# 「某某段二小段35號」: a number that only its section tells from a house's; without 小段 land must be spoken of.
_PLAIN = Pattern(
    rf"(?<=[^路街道0-9一二三四五六七八九十東西南北]段)(?: ?(?P<small>{_SMALL})(?: ?, ?)?)?"
    rf"(?:的(?=[ 0-9]))? ?{_NO}(?: ?號|(?P<bare>))"
    r"(?![0-9年月日公尺米元度])"
)
# Whose land it is stands before its section's name: 「本人所有頂社段」, 「我家那塊坪頂段」.
_OWNERSHIP = re.compile("所有|系爭|[私公國]有地|地為|[那這]塊|我家|標得")
_ROAD = re.compile("[路街]|大道|[階時片手路月分波一二三四五六七八九十0-9]$")
_LAND = re.compile(
    "土地|地政|地主|地目|地價|地籍|農地|農舍|旱地|建地|國有地|私有地|公有地|國有財產|持分|持有|所有權|謄本|鑑界|重劃|徵收|"
    "繼承|過戶|[那這]塊|祖產|果園|茶園|他的園|的田|的地|竊佔|[占佔]用|[占佔蓋]到|越界|測量|界址|界樁|林地|保留地|原保地|鄰地|地上物|農業區|住宅區|商業區|分區|LAND"
)
# 「Xinyi Section 2, Lot 123-4」, 「Lot 55, Wenshan Section」
_LATIN_NO = r"[0-9]{1,5}(?:-[0-9]{1,4})?"
_LATIN_SECTION = (
    r"(?<![A-Z'])(?!(?:ROAD|RD|STREET|ST|THE|OF)\.? )[A-Z][A-Z'\-]{2,20} SEC(?:TION|\.)(?: [0-9])?"
)
_LATIN = late(
    r"(?=[0-9A-Z])(?:"
    rf"(?:(?<=LAND NO )|(?<=LAND NO\. )|(?<=LAND NUMBER )|(?<=LAND NUMBER: )){_LATIN_NO},? (?:IN )?{_LATIN_SECTION}"
    rf"|{_LATIN_SECTION},? (?:(?:LAND )?(?:LOT|NO)(?: NO)?\.? ?){_LATIN_NO}"
    rf"|(?<!PARKING )(?<![A-Z])LOT (?:NO\.? ?)?{_LATIN_NO},? {_LATIN_SECTION}"
    rf"(?:, [A-Z]{{4,12}}(?![A-Z])(?: DIST(?:RICT)?(?![A-Z])\.?)?)?"
    ")"
)
_LATIN_CUE, _LATIN_REACH = re.compile("SEC"), 64
_LATIN_LAND = re.compile("(?<![A-Z])(?:LAND|LOT|PARCEL)(?![A-Z])")
_SECTION_WINDOW = 28
_NOTICE = re.compile("公告(?!現值|地價)|標售|標租|招標|管理機關|抵費地|遷葬")
_NOTICE_REACH = 40
_INHERITED = re.compile("繼承|權狀|遺產|遺屬")
_OWNED = late("[^。\n]{0,16}為[一-鿿]{2,4}所有")
# 「1186地號，旁邊那塊是1187」
_BESIDE = re.compile(
    "[,、 ]{0,2}(?:還有|[跟和及與])?(?:隔壁|旁邊)(?:那塊|的)?是?([0-9]{3,4}(?:[-之][0-9]{1,4})?)(?![0-9號樓巷弄])"
)
_LINES = ("|", "\t")
_AREA_ENDS = ("市", "縣", "鄉", "鎮", "區")


class TwLandNoRecognizer(TextRecognizer):
    """City, district and section (段, 小段) belong to the value."""

    ENTITY = "TW_LAND_NO"
    COUNTRY_CODE = "tw"

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        folded = views.folded
        for start, end in _spans(folded):
            if folded[max(0, start - 2) : start].rstrip().endswith(_AREA_ENDS):
                start = area_start(folded, start)
            if not _is_announced_land(views, start, end):
                yield self.finding(views, (start, end), 0.8)
                if beside := _BESIDE.match(views.figures, end):
                    yield self.finding(views, beside.span(1), 0.6)


def _is_announced_land(views: Views, start: int, end: int) -> bool:
    """Whether an office announces the parcel: sells it, or lists it in a notice in which nobody speaks of his own."""
    around = views.around(start, end, _NOTICE_REACH)
    if _NOTICE.search(around) is None or _INHERITED.search(around) or _OWNED.match(views.folded, end):
        return False
    context = PublicContext.of(views)
    return context.speaks_for_agencies(start, end) and not context.is_claimed(start)


def _spans(folded: str) -> Iterator[tuple[int, int]]:
    if "地號" in folded or "建號" in folded or "號土地" in folded or "號 土地" in folded:
        yield from _numbered(folded)
        yield from _announced(folded)
    if "段" in folded:
        yield from _plain(folded)
    if "SEC" in folded and _LATIN_LAND.search(folded):
        yield from (
            found.span() for found in matches_near(_LATIN, folded, _LATIN_CUE.finditer(folded), _LATIN_REACH)
        )


def _section_start(text: str, start: int, end: int) -> int:
    """Return where the name of a section begins in ``text[start:end]``."""
    start = name_start(text, start, end)
    words = _OWNERSHIP.finditer(text, max(0, start - 1), end)
    return max((word.end() for word in words if word.end() < end - 1), default=start)


def _numbered(folded: str) -> Iterator[tuple[int, int]]:
    lowest = 0
    for found in _NUMBERED.finditer(folded):
        base = max(lowest - 1, found.start() - _SECTION_WINDOW, 0)
        lowest = found.end()
        section = _SECTION_BEFORE.search(folded[base : found.start()])
        if section is None:
            yield found.span()
        else:
            start, end = section.span("name")
            if not (found[0].endswith("土地") and _ROAD.search(section["name"])):
                yield base + _section_start(folded[base : found.start()], start, end), found.end()


def _announced(folded: str) -> Iterator[tuple[int, int]]:
    for found in _ANNOUNCED.finditer(folded):
        start = found.start("value")
        if found["name"]:
            yield _section_start(folded, start, found.end("name")), found.end()
            continue
        base = max(0, found.start() - _SECTION_WINDOW)
        if section := _SECTION_BEFORE.search(folded[base : found.start()]):  # 「南海段五小段 建號 1296」
            start = base + _section_start(folded[base : found.start()], *section.span("name"))
        yield start, found.end()


def _plain(folded: str) -> Iterator[tuple[int, int]]:
    land, column = _LAND.search(folded) is not None, "地號" in folded
    for found in _PLAIN.finditer(folded):
        base = max(0, found.start() - _SECTION_WINDOW)
        section = _SECTION_BEFORE.search(folded[base : found.start()])
        if section is None:
            continue
        start, end = section.span("name")
        start = _section_start(folded[base : found.start()], start, end)
        told = found["small"] or (land and (found["bare"] is None or "-" in found[0]))
        told = told or (column and _is_cell(folded, base + start, found.end()))
        if told and end - start > 1 and not _ROAD.search(section["name"]):
            yield base + start, found.end()


def _is_cell(folded: str, start: int, end: int) -> bool:
    """Whether a stretch is all that stands between two lines of a table."""
    return folded[max(0, start - 1) : start] in {"\n", *_LINES} and folded[end : end + 1] in _LINES
