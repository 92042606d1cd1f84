"""Finds 戶號."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.recognizers import cue_words
from deid.recognizers.cued import CuedRecognizer, Span
from deid.recognizers.told_numbers import pieces_told
from deid.views import SEPARATORS, Views

_FEWEST_DIGITS = 4
# 「戶號英文F開頭,後面9281046」
_APART = re.compile(r"戶號[^0-9A-Z\n]{0,12}([A-Z])(?![A-Z])[^0-9A-Z。\n]{1,16}([0-9]{7})(?![0-9])")


class TwHouseholdNoRecognizer(CuedRecognizer):
    """A letter and seven letters or digits after a cue; one more or fewer, or digits only, count too."""

    ENTITY = "TW_HOUSEHOLD_NO"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.HOUSEHOLD,)
    VALUE = re.compile(rf"[0-9A-Z](?:{SEPARATORS}{{0,2}}(?:[0-9]|(?<![ .])[A-Z])){{6,10}}(?![0-9A-Z])")
    REACH = 32

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        yield from super().find(views)
        for apart in _APART.finditer(views.figures) if "戶號" in views.folded else ():
            yield from (self.finding(views, apart.span(part), 0.6) for part in (1, 2))

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        digits = sum(map(str.isdigit, views.figures[span[0] : span[1]]))
        return digits >= _FEWEST_DIGITS and super().accepts(views, span, kind)
