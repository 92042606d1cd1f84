"""Finds 戶號."""

from __future__ import annotations

import re

from deid.recognizers import cue_words
from deid.recognizers.cued import CuedRecognizer, Span
from deid.views import SEPARATORS, Views

_FEWEST_DIGITS = 4


class TwHouseholdNoRecognizer(CuedRecognizer):
    """A letter and seven letters or digits after a cue; one more or fewer, or digits only, count too."""

    ENTITY = "TW_HOUSEHOLD_NO"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.HOUSEHOLD,)
    VALUE = re.compile(rf"[0-9A-Z](?:{SEPARATORS}{{0,2}}(?:[0-9]|(?<![ .])[A-Z])){{6,10}}(?![0-9A-Z])")
    REACH = 32

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        digits = sum(map(str.isdigit, views.figures[span[0] : span[1]]))
        return digits >= _FEWEST_DIGITS and super().accepts(views, span, kind)
