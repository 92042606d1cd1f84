"""Finds numbers of cases: of the 1999 hotline, of applications, of traffic tickets, of protection orders."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.identifiers import tw_case_no, tw_phone
from deid.patterns import Pattern
from deid.recognizers import cue_words
from deid.recognizers.cued import LETTERS, CuedRecognizer, Span
from deid.recognizers.phone_parts import is_landline
from deid.views import SEPARATORS, Views

_HOTLINE = re.compile(rf"20(?:{SEPARATORS}?[0-9]){{11}}(?![0-9A-Z])")
_COURT = Pattern(
    r"(?<![0-9])[0-9]{2,3} ?年度?[一-鿿]{0,4}(?:護|偵|家|婚|監|養|少|執|他|簡|易|訴)[一-鿿]{0,3}字第 ?[0-9]{1,8} ?號"
)
_TENDER = re.compile("標案|招標|採購|[開決流投]標")
_PUBLISHED = re.compile("[台臺判釋]|裁字|決議")


class TwCaseNoRecognizer(CuedRecognizer):
    """Thirteen digits that begin with a date are the hotline's; other numbers need a cue.

    A tender's stays.
    A court's number is found where it names a private matter; published judgments and official letters stay.
    """

    ENTITY = "TW_CASE_NO"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.CASE,)
    VALUE = re.compile(
        rf"{LETTERS}[0-9](?:{SEPARATORS}?[0-9]|[.\-]?[A-Z]| [A-Z](?![A-Z])){{4,19}}(?![0-9A-Z])(?! ?[年月元])"
    )
    REACH = 16

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        value = views.figures[slice(*span)]
        if is_landline(views.figures, span) or ("-" in value and tw_phone.is_toll_free(value)):
            return False
        if _TENDER.search(views.around(*span)):
            return False
        return super().accepts(views, span, kind)

    def find(self, views: Views) -> Iterator[Finding]:
        if views.has_long_number:
            for match in views.number_matches(_HOTLINE):
                if tw_case_no.is_valid(re.sub(SEPARATORS, "", match.value)):
                    yield self.finding(views, (match.start, match.end), 0.7)
        if "字第" in views.folded:
            for found in _COURT.finditer(views.figures):
                if not _PUBLISHED.search(found[0]):
                    yield self.finding(views, found.span(), 0.5)
        yield from super().find(views)
