"""Finds 身分證字號, the number of the national identity card."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.identifiers import tw_national_id
from deid.patterns import Pattern
from deid.recognizers.base import TextRecognizer, without_month
from deid.recognizers.partial_number import parts_of
from deid.recognizers.told_numbers import pieces_told
from deid.views import SEPARATORS, Views

_SHAPE = Pattern(
    rf"[A-Z]{SEPARATORS}{{0,2}}[12](?:{SEPARATORS}{{0,2}}[0-9]){{8}}(?![0-9]|[A-Z](?! ?[12]))"
)
_CHAINED = Pattern(r"(?<=[12][0-9]{8})[A-Z] ?[12](?: ?[0-9]){8}(?![0-9])")
_MISCOUNTED = re.compile(rf"[A-Z]{SEPARATORS}?[12](?:{SEPARATORS}?[0-9]){{3,10}}(?![0-9A-Z])")
_CUE = re.compile("身分證|身份證|身證|證號|統一編號|字號|駕照|駕駛執照|ID")
_SURE_CUE = re.compile("身分證|身份證")
_SAMPLE, _SAMPLE_BEFORE = "A123456789", re.compile("(?:範例|樣本|例如|例|格式|EXAMPLE|SAMPLE)[^0-9A-Z]{0,6}$")
_OTHER_NUMBER = re.compile("(?:訂單|單號|案號|案件|文號|發票|編號|保單|型號|料號)[^0-9]{0,4}$")


class TwNationalIdRecognizer(TextRecognizer):
    """The checksum is evidence, not a gate: a mistyped number is hidden too.

    Only where another kind of number is announced right before does a failed checksum let the value stand.
    Digits too few or too many are accepted after 身分證. The sample that forms print stays.
    """

    ENTITY = "TW_NATIONAL_ID"
    COUNTRY_CODE = "tw"

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        if views.has_letter:
            for match in views.number_matches(_SHAPE):
                yield from self._judge(views, match.start, match.end, match.value)
            for chained in _CHAINED.finditer(views.figures):
                yield self.finding(views, chained.span(), 0.7)
            if _SURE_CUE.search(views.folded):
                for part in _MISCOUNTED.finditer(views.figures):
                    if _SURE_CUE.search(views.before(part.start(), 12)):
                        yield self.finding(views, (part.start(), without_month(views, part.end())), 0.5)
        for span in parts_of(views, _SURE_CUE):
            yield self.finding(views, span, 0.5)

    def _judge(self, views: Views, start: int, end: int, value: str) -> Iterator[Finding]:
        if value == _SAMPLE and _SAMPLE_BEFORE.search(views.before(start)):
            return
        cue = _CUE.search(views.around(start, end)) is not None
        if tw_national_id.is_valid(value.replace("·", "").replace("・", "").replace("‧", "")):
            yield self.finding(views, (start, end), 1.0 if cue else 0.85)
        elif cue or not _OTHER_NUMBER.search(views.before(start)):
            yield self.finding(views, (start, end), 0.7 if cue else 0.5)
