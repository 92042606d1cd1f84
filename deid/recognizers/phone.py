"""Finds private telephone numbers: mobile, landline, without area code, foreign; with extension."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from deid.findings import Finding
from deid.identifiers import tw_phone
from deid.number_places import NumberMatch
from deid.patterns import Pattern, late
from deid.published import line
from deid.recognizers.asked_for import Asked, line_asked_for
from deid.recognizers.base import TextRecognizer
from deid.recognizers.phone_answers import phones_answered
from deid.recognizers.phone_groups import told_in_groups
from deid.recognizers.phone_parts import (
    EXTENSION,
    fragments,
    in_words,
    landlines_read_out,
    pieces,
    with_followers,
)
from deid.recognizers.phone_places import disguised, extensions_apart, numbers_in_columns, parts_told
from deid.recognizers.phone_said import said_in_tens
from deid.recognizers.published_lines import is_published_line
from deid.views import Views

_GAP = r"[ .\-·・‧()]{0,3}"
_NATIONAL = late(
    rf"(?:[+加]886{_GAP}(?:0{_GAP})?|886{_GAP}(?:0{_GAP})?|\(0|0)[2-9](?:{_GAP}[0-9]){{7,9}}(?![0-9]){EXTENSION}"
)
_SPLIT_GAP = (
    r"(?:[ \t\r\n.,、/_\-*~]{1,3}| ?DASH ?"
    r"|[ ,]{0,2}(?:(?:然後|再來|接著|之後|後面|最後面?|尾巴|中間|那個|等[一1]下|我看[一1]?下|[嗯呃欸喔啊對])"
    r"是?[ ,]{0,2}){1,4})"
)
_SPLIT = Pattern(
    rf"(?<![0-9])(?:09|[+加]?886[ \-]?0?9)[0-9]{{2}}(?:{_SPLIT_GAP}[0-9]{{3}}{_SPLIT_GAP}[0-9]{{3}}|"
    rf"{_SPLIT_GAP}[0-9]{{6}}|"
    rf"(?:{_SPLIT_GAP}[0-9]{{2}}){{3}})"
    r"(?![0-9])"
)
# 「加六三 九一…」, 「國碼 八五三 六二…」: the countries that citizens call, read out.
_COUNTRY_SAID = "(?:加 ?|(?<=國碼)|(?<=國碼[ 是]))(?=(?:1|44|6[0-6]|8[1246]|85[235]|9[1-5])[ .\\-])"
_FOREIGN = Pattern(
    rf"(?:\+(?!886)[1-9]|{_COUNTRY_SAID}[1-9]|"
    rf"(?<![0-9])00(?:[29]{_GAP}|(?=[1-9][0-9]{{0,2}}[ .\-]))[1-9])(?:{_GAP}[0-9]){{8,14}}(?![0-9])"
    r"|(?<![0-9\-])(?P<japanese>0[789]0-[0-9]{4}-[0-9]{4})(?![0-9\-])"
)
_MAYBE_FOREIGN = Pattern("\\+|加 ?[1-9]|國碼")
# An area code that is said behind its number.
_AREA_SAID = re.compile("前面加 ?(0[2-8][0-9]{0,2})(?![0-9])")
_LOCAL = Pattern(
    rf"(?:[2-8]-(?=[0-9]{{3,4}}-?[0-9]{{4}}))?"
    rf"[2-9](?<![/.][2-9])(?<![0-9]-[2-9])[0-9]{{2,3}}[ \-]?[0-9]{{2,3}}[ \-]?[0-9]{{2,3}}(?![0-9A-Z\-/]|[ "
    rf"]?元){EXTENSION}"
)
_WHOLE = re.compile(r"\s*+(?:[2-8][0-9]{2,3}-[0-9]{4})\s*+")

_CUE = re.compile(
    "電話|手機|聯絡|連絡|聯繫|市話|門號|專線|來電|回電|撥打|撥|打給|打到|打我|打去|打來|打|傳真|簡訊|室話|家用|家[裡中]|住家|"
    "家電(?=[: ])|我家是?[ :]?$|"
    "TEL|PHONE|MOBILE|CALL|WHATSAPP|VIBER|FAX|LANDLINE|CELL(?![A-Z])|"
    "號碼|請洽|電洽|洽詢"
)
_CUE_AFTER = Pattern(
    f"{EXTENSION.removesuffix('?')}|[ ,]?(?:[這那]支|是我|是[他她]|是家|我家電話|我的電話|找我|可以?找到?我|"
    f"聯絡我|打給我|打這)"
)
_OTHER_NUMBER = re.compile(
    "(?:統編|統一編號|帳號|劃撥|局號|戶號|學號|卡號|案號|編號|文號|單號|字第|保單|病歷|護照|郵遞|金額|元|載具|發票|"
    "ISBN|桿|票號|"
    "水號|電號|車號|車牌|地號|建號|轉|分機|#)(?:號碼)?"
)
_OFFICIAL_NUMBER = re.compile(r"字第 ?$")
_PRIZE_BEFORE = re.compile("[別特頭二三四五六]獎(?:號碼)?[:是 ]{0,2}$")
# 「訂單編號是0912…,不是手機喔」
_ORDER_BEFORE = re.compile("(?:訂單|物流|收據)(?:編號|號碼)?[是為: ]{0,2}$")
_NO_PHONE_AFTER = re.compile("[ ,]{0,2}這?不是(?:手機|電話)[喔啦哦]")
_NEXT_WORD = re.compile("一[直下樣起定般]")
_IN_CODE = re.compile("[電水表]號[^0-9\n]{0,8}[0-9]{2}-[0-9]{2}-$")  # 「電號 16-42-0873-15-2」
_DATE = re.compile(r"(?:19|20)[0-9]{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12][0-9]|3[01])$")
# A day and the hour behind it, as logs have them.
_HOUR = re.compile("(?:19|20)[0-9]{2}[01][0-9][0-3][0-9][0-2][0-9]")
# An area code and as many digits as some area has, a mobile with one digit too few or many: mistyped, read out wrong.
_RUNS_ON = re.compile("(?:-[0-9]+)*")  # 「0955 0955-201-330」: begun twice
_MISTYPED = re.compile(r"0[2-8][0-9]{7,8}(?:#[0-9]+)?|09(?:[0-9]{7}|[0-9]{9})")
# An area code set apart says telephone, whichever numbers the area has.
_AREA_APART = re.compile(
    r"\(0[2-8][0-9]?\) ?[2-9][0-9]{2,3}[ \-]?[0-9]{4}|0[2-8]-[2-9][0-9]{2,3}-[0-9]{4}|"
    "09[0-9]{2}-[0-9]{3}-[0-9]{2}"
)


class TelephoneRecognizer(TextRecognizer):
    """Public lines stay: toll-free and 412 numbers, the agency's own (the whole number must match), and what the
    words around a number show to be an agency's.

    Nationwide short lines (110, 119, 165, 1999 ...) are shorter than anything looked for here.
    """

    ENTITY = "PHONE"
    COUNTRY_CODE = "tw"

    def __init__(self, public_lines: Iterable[str] = (), **options: Any) -> None:
        super().__init__(**options)
        compacted = [*map(line, public_lines)]
        areas = filter(None, map(tw_phone.split_area, compacted))
        self._public = frozenset(compacted).union(subscriber for _, subscriber in areas)

    def find(self, views: Views) -> Iterator[Finding]:
        numbers = []
        for start, end, score in self._spans(views):
            for span in with_followers(views.figures, start, end):
                numbers.append(span)
                yield self.finding(views, span, score)
        told = (span for span in parts_told(views) if line_asked_for(views, *span) is not Asked.OFFICE)
        for span in chain(extensions_apart(views, sorted(numbers)), told):
            yield self.finding(views, span, 0.6)
        answered = phones_answered(views.figures) if "\n" in views.figures else ()
        for span in chain(fragments(views.figures), in_words(views.folded), answered, disguised(views)):
            yield self.finding(views, span, 0.5)

    def _spans(self, views: Views) -> Iterator[tuple[int, int, float]]:
        judged: set[int] = set()
        verdicts: dict[str, bool] = {}
        for match in views.number_matches(_NATIONAL):
            if match.start in judged and match.end - 1 in judged:
                continue
            judged.update(range(match.start, match.end))
            yield from self._national(views, match, verdicts)
        yield from self._in_pieces(views, judged, verdicts)
        if "前面加" in views.folded:
            yield from ((*found.span(1), 0.5) for found in _AREA_SAID.finditer(views.figures))
        if not views.has_long_number:
            return
        if _MAYBE_FOREIGN.search(views.figures) or "00" in views.figures or "0-" in views.figures:
            yield from _foreign(views)
        yield from self._local(views, judged, verdicts)

    def _national(
        self, views: Views, match: NumberMatch, verdicts: dict[str, bool]
    ) -> Iterator[tuple[int, int, float]]:
        before = views.before(match.start)
        if _OFFICIAL_NUMBER.search(before):
            return
        if _ORDER_BEFORE.search(before) and _NO_PHONE_AFTER.match(views.folded, match.end):
            return
        for candidate in chain(_with_and_without_word(views, match), match.shorter()):
            number = tw_phone.compact(candidate.value)
            if self._is_public(number):
                return
            if tw_phone.is_valid(number):
                if _IN_CODE.search(views.before(match.start, 16)) and not tw_phone.is_mobile(number):
                    return
                break
        else:
            candidate, number = match, tw_phone.compact(match.value)
            if not _MISTYPED.fullmatch(number):
                return
            if not (_AREA_APART.match(match.value) or _is_announced(views, match)):
                return
            candidate = replace(match, end=_RUNS_ON.match(views.figures, match.end).end())  # type: ignore[union-attr]
        if not is_published_line(views, (candidate.start, candidate.end), number, verdicts):
            yield *_balanced(views.folded, candidate.start, candidate.end), 0.9

    def _in_pieces(
        self, views: Views, judged: set[int], verdicts: dict[str, bool]
    ) -> Iterator[tuple[int, int, float]]:
        """Find numbers whose groups stand between commas or words, or are said in tens."""
        figures = views.figures
        if "09" in figures or "886" in figures:
            for split in _SPLIT.finditer(figures):
                if split.start() not in judged:
                    judged.update(range(*split.span()))
                    yield from ((*span, 0.8) for span in pieces(figures, *split.span()))
        read_out = chain(landlines_read_out(figures), said_in_tens(figures))
        whole = (([*pieces(figures, *span)], number) for *span, number in read_out if span[0] not in judged)
        for spans, number in chain(whole, told_in_groups(figures)):
            start, end = spans[0][0], spans[-1][1]
            if start in judged and end - 1 in judged:
                continue
            if not (self._is_public(number) or is_published_line(views, (start, end), number, verdicts)):
                yield from ((*span, 0.8) for span in spans)
            judged.update(range(start, end))

    def _local(self, views: Views, judged: set[int], verdicts: dict[str, bool]) -> Iterator[tuple[int, int, float]]:
        """Find numbers that only a telephone cue tells from others: no area code or no leading zero."""
        for start, end in numbers_in_columns(views):
            number = tw_phone.compact(views.folded[start:end])
            if not (self._is_public(number) or is_published_line(views, (start, end), number, verdicts)):
                yield start, end, 0.6
        if _WHOLE.fullmatch(views.folded):
            yield 0, len(views.folded), 0.5
        if not _CUE.search(views.folded) and not _CUE_AFTER.search(views.folded):
            return
        for match in views.number_matches(_LOCAL):
            if match.start in judged or not self._is_local(match.value) or not _is_announced(views, match):
                continue
            if not is_published_line(views, (match.start, match.end), tw_phone.compact(match.value), verdicts):
                yield match.start, match.end, 0.6

    def _is_local(self, value: str) -> bool:
        number = tw_phone.compact(value)
        main = number.partition("#")[0]
        if self._is_public(number) or _HOUR.fullmatch(main) or (len(main) in (7, 8) and _DATE.match(main)):
            return False
        return len(main) in (7, 8, 10) or tw_phone.is_valid(f"0{main}")

    def _is_public(self, number: str) -> bool:
        main = number.partition("#")[0]
        return main in self._public or tw_phone.is_service_line(main)


def _foreign(views: Views) -> Iterator[tuple[int, int, float]]:
    for found in _FOREIGN.finditer(views.figures):
        before = views.before(found.start())
        if found[0].startswith("+") or found["japanese"] or _CUE.search(before) or "國碼" in before[-4:]:
            yield *found.span(), 0.7


def _is_announced(views: Views, match: NumberMatch) -> bool:
    """Whether the nearest word before says telephone, or an extension or a telling word follows."""
    before = views.before(match.start, 16)
    if match.value.isdigit() and _PRIZE_BEFORE.search(before) and "發票" in views.folded:
        return False
    cues = [cue.end() for cue in _CUE.finditer(before)]
    others = max((other.end() for other in _OTHER_NUMBER.finditer(before)), default=-1)
    if cues and max(cues) > others:
        return True
    extended = tw_phone.has_extension(match.value)
    if others >= 0 and not extended:
        return False
    return extended or _CUE_AFTER.match(views.folded, match.end) is not None


def _with_and_without_word(views: Views, match: NumberMatch) -> Iterator[NumberMatch]:
    """Yield the number and, first where a word begins there, the same without the last digit: 「0912-345-678一直」."""
    less = NumberMatch(match.start, match.end - 1, match.value[:-1])
    if _NEXT_WORD.match(views.folded, match.end - 1):
        yield less
    yield match
    if views.folded[match.end - 2].isascii() and not views.folded[match.end - 1].isascii():
        yield less


def _balanced(folded: str, start: int, end: int) -> tuple[int, int]:
    """Leave a closing bracket that belongs to the sentence outside: ``(0912-345-678)``."""
    while folded[end - 1] in "( .-":
        end -= 1
    if folded[start] == "(" and ")" not in folded[start:end]:
        start += 1
    return start, end
