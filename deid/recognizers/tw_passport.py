"""Finds passport numbers, of Taiwan and of other countries."""

from __future__ import annotations

import re

from deid.recognizers import cue_words
from deid.recognizers.cued import CuedRecognizer, Span
from deid.recognizers.phone_parts import is_landline
from deid.views import SEPARATORS, Views


class TwPassportRecognizer(CuedRecognizer):
    """Nine digits or a letter or two and digits say nothing without a cue; with one, a digit may lack."""

    ENTITY = "TW_PASSPORT"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.PASSPORT,)
    VALUE = re.compile(
        rf"(?:[0-9]{{2}} ?[A-Z]{{2}} ?[0-9]{{5}}"
        r"|(?=[A-Z0-9]{0,7}[0-9][A-Z0-9]{0,7}[0-9])[A-Z][A-Z0-9]{8}"
        rf"|(?:[A-Z] ?){{0,3}}[0-9](?:{SEPARATORS}{{0,2}}[0-9]){{5,9}}(?<![0-9]{{9}} [0-9])[A-Z]?)(?![0-9A-Z])"
    )
    REACH = 32
    SCORE = 0.7

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        return not is_landline(views.figures, span) and super().accepts(views, span, kind)
