"""Finds private telephone numbers: mobile, landline, without area code, foreign; with extension."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from deid.findings import Finding
from deid.identifiers import tw_phone
from deid.recognizers.base import TextRecognizer
from deid.views import NumberMatch, Views

_GAP = r"[ .\-·・‧()]{0,3}"
_EXTENSION = r"(?:[ ,]{0,2}(?:#|\*|轉接|轉|分機|EXT\.?)[ :]{0,2}[0-9]{1,6}(?![0-9]))?"
_NATIONAL = re.compile(
    rf"(?:\+886{_GAP}(?:0{_GAP})?|886{_GAP}(?:0{_GAP})?|\(0|0)[2-9](?:{_GAP}[0-9]){{7,9}}(?![0-9]){_EXTENSION}"
)
_FOREIGN = re.compile(rf"\+(?!886)[1-9](?:{_GAP}[0-9]){{8,14}}(?![0-9])")
_LOCAL = re.compile(
    rf"[2-9](?<![\-/.][2-9])[0-9]{{2,3}}[ \-]?[0-9]{{2,3}}[ \-]?[0-9]{{2,3}}(?![0-9A-Z\-/]){_EXTENSION}"
)
_PART = re.compile(r"(?<![0-9A-Z])[0-9][0-9 \-]{1,6}[0-9](?![0-9A-Z])")
_PART_CUE = re.compile("(?:手機|電話|門號)[^0-9]{0,16}(?:[後末前]面?[0-9]碼)[^0-9]{0,4}$")

_CUE = re.compile(
    "電話|手機|聯絡|連絡|聯繫|市話|門號|專線|來電|回電|撥打|撥|打給|打到|打我|打|傳真|簡訊|TEL|PHONE|MOBILE|CALL|FAX|號碼"
)
_OTHER_NUMBER = re.compile(
    "統編|統一編號|帳號|劃撥|局號|戶號|學號|卡號|案號|編號|文號|單號|字第|保單|病歷|護照|郵遞|金額|元|載具|發票|ISBN|桿|票號|"
    "水號|電號|車號|車牌|地號|建號|轉|分機|#"
)
_OFFICIAL_NUMBER = re.compile(r"字第 ?$")
_DATE = re.compile(r"(?:19|20)[0-9]{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12][0-9]|3[01])$")
_TOLL_FREE = re.compile(r"0800[0-9]{6}|0809[0-9]{6}|412[0-9]{4}|4128185")


class TelephoneRecognizer(TextRecognizer):
    """Public lines stay: toll-free and 412 numbers, and the agency's own (the whole number must match).

    Nationwide short lines (110, 119, 165, 1999 ...) are shorter than anything looked for here.
    """

    ENTITY = "PHONE"
    COUNTRY_CODE = "tw"

    def __init__(self, public_lines: Iterable[str] = (), **options: Any) -> None:
        super().__init__(**options)
        compacted = [tw_phone.compact(line) for line in public_lines]
        areas = filter(None, map(tw_phone.split_area, compacted))
        self._public = frozenset(compacted).union(subscriber for _, subscriber in areas)

    def find(self, views: Views) -> Iterator[Finding]:
        if not views.has_long_number:
            return
        for match in views.number_matches(_NATIONAL):
            yield from self._national(views, match)
        if "+" in views.folded:
            for found in _FOREIGN.finditer(views.folded):
                yield self.finding(views, found.span(), 0.7)
        if _CUE.search(views.folded):
            yield from self._announced(views)

    def _national(self, views: Views, match: NumberMatch) -> Iterator[Finding]:
        if _OFFICIAL_NUMBER.search(views.before(match.start)):
            return
        for candidate in (match, *match.shorter()):
            number = tw_phone.compact(candidate.value)
            if self._is_public(number):
                return
            if tw_phone.is_valid(number):
                yield self.finding(views, _balanced(views.folded, candidate.start, candidate.end), 0.9)
                return

    def _announced(self, views: Views) -> Iterator[Finding]:
        """Find numbers that only a telephone cue tells from others: no area code, no leading zero, a part."""
        for match in views.number_matches(_LOCAL):
            number = tw_phone.compact(match.value)
            main = number.partition("#")[0]
            local = len(main) in (7, 8) and not _DATE.match(main)
            if (
                (local or len(main) == 10)
                and not self._is_public(number)
                and self._is_announced(views, match.start)
            ):
                yield self.finding(views, (match.start, match.end), 0.6)
        for found in _PART.finditer(views.figures):
            if _PART_CUE.search(views.figures[max(0, found.start() - 40) : found.start()]):
                yield self.finding(views, found.span(), 0.5)

    def _is_announced(self, views: Views, start: int) -> bool:
        before = views.before(start, 16)
        cues = [match.end() for match in _CUE.finditer(before)]
        others = [match.end() for match in _OTHER_NUMBER.finditer(before)]
        return bool(cues) and max(cues) > max(others, default=-1)

    def _is_public(self, number: str) -> bool:
        main = number.partition("#")[0]
        return main in self._public or _TOLL_FREE.fullmatch(main) is not None


def _balanced(folded: str, start: int, end: int) -> tuple[int, int]:
    """Leave a closing bracket that belongs to the sentence outside: ``(0912-345-678)``."""
    while folded[end - 1] in "( .-":
        end -= 1
    if folded[start] == "(" and ")" not in folded[start:end]:
        start += 1
    return start, end
