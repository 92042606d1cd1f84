"""Finds passport numbers, of Taiwan and of other countries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.patterns import Pattern
from deid.recognizers import cue_words
from deid.recognizers.base import matches_near
from deid.recognizers.cued import CuedRecognizer, Span
from deid.recognizers.partial_number import parts_of
from deid.recognizers.phone_parts import is_landline
from deid.recognizers.told_numbers import pieces_told
from deid.views import SEPARATORS, Views

_PASSPORT = Pattern("護照|PASSPORT")
# 「PPT No. …」, 「PP# …」: as agents and hotels write it; alone it may be slides.
_SHORT = re.compile(r"(?<![A-Z])PPT? ?(?:NO\b\.?|NUMBER|#)[ :.]{0,3}")
# 「新的是 …」, 「the old one was …」 of a text that speaks of passports.
_OTHER_ONE = re.compile(
    r"(?<![A-Z])(?:NEW|OLD|PREVIOUS|CURRENT|FORMER|SECOND)(?: ONE| BOOK)?(?: IS| WAS)?(?: NO\.?)?[ :]{1,2}"
    r"(?=[A-Z]?[A-Z0-9][0-9]{6})"
    r"|(?:[新舊](?:的|那?本)|另一?本)(?:號碼)?[是為: ]{0,3}(?=[A-Z]?[A-Z0-9][0-9]{6})"
)
_REACH = 120
_LOCAL_LINE = re.compile("[2-8][0-9]{3}-[0-9]{4}")  # 「掉在書店 2365-1074」


class TwPassportRecognizer(CuedRecognizer):
    """Nine digits or a letter or two and digits say nothing without a cue; with one, a digit may lack."""

    ENTITY = "TW_PASSPORT"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.PASSPORT,)
    VALUE = re.compile(
        rf"(?:[0-9]{{2}} ?[A-Z]{{2}} ?[0-9]{{5}}"
        r"|(?=[A-Z0-9]{0,7}[0-9][A-Z0-9]{0,7}[0-9])[A-Z][A-Z0-9]{8}"
        r"|[A-Z]{1,2}[ ,]{0,2}(?:然後|再來|接著|後面)(?:接|再?加)?是?[ ,]{0,2}[0-9](?:[ \-]?[0-9]){6,8}"
        rf"|(?:[A-Z] ?){{0,3}}[0-9](?:{SEPARATORS}{{0,2}}[0-9]){{5,9}}(?<![0-9]{{9}} [0-9])[A-Z]?)"
        r"(?![0-9A-Z])"
    )
    REACH = 32
    SCORE = 0.7

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        yield from super().find(views)
        figures = views.figures
        openings = list(_SHORT.finditer(figures)) if "PP" in figures else []
        if _PASSPORT.search(views.folded):
            for span in parts_of(views, _PASSPORT):
                yield self.finding(views, span, 0.5)
            openings += matches_near(_OTHER_ONE, figures, _PASSPORT.finditer(views.folded), _REACH)
        for opening in openings:
            value = self.VALUE.match(figures, opening.end())
            if value and self.accepts(views, value.span(), cue_words.PASSPORT):
                yield self.finding(views, value.span(), self.SCORE)

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        if is_landline(views.figures, span) or _LOCAL_LINE.fullmatch(views.figures, *span):
            return False
        return super().accepts(views, span, kind)
