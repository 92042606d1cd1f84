"""Finds 外來人口統一證號, old and new form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.identifiers import tw_ui_no
from deid.patterns import Pattern
from deid.recognizers.base import TextRecognizer, without_month
from deid.recognizers.told_numbers import pieces_told
from deid.views import SEPARATORS, Views

_SHAPE = Pattern(
    rf"[A-Z](?:{SEPARATORS}{{0,2}}[89]|[ \-]?[A-D])(?:{SEPARATORS}{{0,2}}[0-9]){{8}}(?![0-9A-Z])"
)
_CUE = re.compile("居留證|統一證號|統號|證號|外僑|移工|ARC|UI ?NO|RESIDENT|身分證|[Tt]H[Ẻẻ] C[Ưư] TR[Úú]")
_MISCOUNTED = Pattern(rf"(?<![0-9A-Z])[A-Z]{SEPARATORS}?[A-D89](?:{SEPARATORS}?[0-9]){{5,10}}(?![0-9A-Z])")
_SURE_CUE = Pattern("居留證|統一證號|(?<![A-Z])ARC(?![A-Z])|UI ?NO|[Tt]H[Ẻẻ] C[Ưư] TR[Úú]")
_INVOICE = re.compile("發票[^0-9]{0,8}$")


class TwUiNoRecognizer(TextRecognizer):
    """The new form is rare enough to be hidden with a wrong check digit too.

    The old form looks like an invoice number (two letters, eight digits): with a wrong check digit it needs a cue.
    Digits too few or too many are accepted after 居留證.
    """

    ENTITY = "TW_UI_NO"
    COUNTRY_CODE = "tw"

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        if views.has_letter:
            yield from self._written(views)

    def _written(self, views: Views) -> Iterator[Finding]:
        if _SURE_CUE.search(views.folded):
            for part in _MISCOUNTED.finditer(views.figures):
                if _SURE_CUE.search(views.before(part.start(), 12)):
                    yield self.finding(views, (part.start(), without_month(views, part.end())), 0.5)
        for match in views.number_matches(_SHAPE):
            span = (match.start, match.end)
            cue = _CUE.search(views.around(*span)) is not None
            compacted = re.sub(SEPARATORS, "", match.value)
            if tw_ui_no.is_valid(compacted):
                if cue or not _INVOICE.search(views.before(match.start)):
                    yield self.finding(views, span, 1.0 if cue else 0.8)
            elif cue:
                yield self.finding(views, span, 0.7)
            elif compacted[1].isdigit():
                yield self.finding(views, span, 0.5)
