"""Finds addresses of Taiwan down to the house number.

The span begins at the road (or village) and ends after number, floor and room: division and district stay, because
the answer depends on them and they name nobody. Without a house number (a crossing, a landmark, a stretch of road)
the place is what a report is about, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.recognizers.base import TextRecognizer
from deid.views import Views

_FIGURE = "[0-9一二三四五六七八九十百零〇○廿兩]"
_NUM = "(?:[0-9]{1,5}|[一二三四五六七八九十百零〇○廿兩]{1,7})"
_SUB = f"(?: ?[之\\-~] ?{_NUM})"
_NUMBER = re.compile(
    rf"{_FIGURE}(?:(?<=[0-9])[0-9]{{0,4}}|"
    rf"(?<![0-9])[一二三四五六七八九十百零〇○廿兩]{{0,6}}){_SUB}? ?號(?:{_SUB}|"
    rf"(?: ?[至到~、] ?{_NUM}{_SUB}? ?號))?"
    rf"(?:[ ,]{{0,2}}(?:(?:地下)?{_NUM} ?(?:樓|F(?![A-Z]))|B[0-9]{{1,2}}F?(?![0-9A-Z])|頂樓|地下室){_SUB}?)?"
    rf"(?: ?{_NUM} ?室)?"
)
_LEFT_WINDOW = 44
_HAN = "[一-鿿]"
_LEADING = re.compile(
    rf"(?:"
    rf"(?P<road>{_HAN}{{1,7}}(?:路|街|大道|"
    rf"巷))(?: ?[東西南北]?[一二三四五六七八九十0-9]{{1,2}} ?段)?(?:{_HAN}{{1,3}}巷)?"
    rf"|(?P<village>{_HAN}{{1,4}}[里村])(?: ?{_NUM} ?鄰){_HAN}{{0,5}}"
    rf"|(?P<hamlet>{_HAN}{{1,3}}村){_HAN}{{0,3}}"
    rf")"
    rf" ?(?:{_NUM}{_SUB}? ?巷 ?)?(?:{_NUM}{_SUB}? ?[弄衖] ?)?$"
)
_LANE_ONLY = re.compile(rf"{_NUM} ?巷 ?(?:{_NUM} ?[弄衖] ?)?$")
_VILLAGE_BEFORE = re.compile(rf"({_HAN}{{1,4}}[里村]) ?(?:{_NUM} ?鄰 ?)?$")
_STOPS = frozenset(
    "在住是到於址的了跟往去就點為我你他她這那從寄找從區鄉鎮市縣里鄰村壁有前後面旁邊下上和與及叫名戶家還搬租給段號樓看站口間"
)
_ROAD_WORDS = (
    "和平",
    "市民",
    "市政",
    "中和",
    "永和",
    "民間",
    "前鎮",
    "後庄",
    "上海",
    "下營",
    "新店",
    "站前",
    "和美",
    "南區",
)
_NOT_ROADS = re.compile("(?:公路|鐵路|網路|道路|馬路|線路|電路|思路|通路|出路|迴路|國道)$")
_NOT_NUMBERS = re.compile("[第字]$")
_LATIN = re.compile(
    r"(?:[0-9]{1,3}F(?:-[0-9]{1,2})?[., ]{1,2})?NO\.? ?[0-9]{1,4}(?:-[0-9]{1,3})?[, ]{1,2}"
    r"(?:(?:LN|LANE|ALY|ALLEY|SEC|SECTION)\.? ?[0-9]{1,4}[, ]{1,2}){0,3}"
    r"(?:[A-Z0-9][A-Z0-9'\-]{0,20}\.? ){1,4}(?:RD|ROAD|ST|STREET|BLVD|AVE)\b\.?(?:, ?SEC\.? ?[0-9])?"
    r"(?:, ?(?:[0-9]{1,3}F|RM\.? ?[0-9]{1,4}))?"
)


class TwAddressRecognizer(TextRecognizer):
    """The house number is found first; what leads up to it is then read backwards. Linear in the text."""

    ENTITY = "TW_ADDRESS"
    COUNTRY_CODE = "tw"

    def find(self, views: Views) -> Iterator[Finding]:
        folded = views.folded
        if "號" in folded:
            for number in _NUMBER.finditer(folded):
                start = _leading_start(folded, number.start())
                if start is not None:
                    yield self.finding(views, (start, number.end()), 0.8)
        if "NO" in folded:
            for match in _LATIN.finditer(folded):
                yield self.finding(views, match.span(), 0.8)


def _leading_start(folded: str, end: int) -> int | None:
    """Return where the road or village of a house number begins, or None when nothing leads up to it."""
    base = max(0, end - _LEFT_WINDOW)
    window = folded[base:end]
    if _NOT_NUMBERS.search(window):
        return None
    match = _LEADING.search(window)
    if match is None:
        lane = _LANE_ONLY.search(window)
        return base + lane.start() if lane else None
    if match["road"]:
        name_end = match.end("road")
        if _NOT_ROADS.search(window[:name_end]):
            return None
        start = _name_start(window, match.start("road"), name_end)
        village = _VILLAGE_BEFORE.search(window, 0, start)
        if village:
            start = _name_start(window, village.start(1), village.end(1))
    else:
        group = "village" if match["village"] else "hamlet"
        start = _name_start(window, match.start(group), match.end(group))
    return base + start


def _name_start(window: str, start: int, end: int) -> int:
    """Cut words before a road's or village's name off: at the last stop that leaves two characters of name."""
    for at in range(end - 4, start - 1, -1):
        if window[at] in _STOPS and not window.startswith(_ROAD_WORDS, at):
            return at + 1
    return start
