"""Finds 自然人憑證 numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.patterns import Pattern
from deid.recognizers import cue_words
from deid.recognizers.cued import WORD_BEFORE, CuedRecognizer
from deid.recognizers.told_numbers import pieces_told
from deid.views import SEPARATORS, Views

_SHAPE = Pattern(rf"[A-Z]{SEPARATORS}?[A-Z](?:{SEPARATORS}{{0,2}}[0-9]){{14}}(?![0-9A-Z])")

_WORD = re.compile(f"{WORD_BEFORE}[ .]")


class TwCitizenCertRecognizer(CuedRecognizer):
    """Two letters and fourteen digits are unmistakable; after a cue some digits may lack or be too many."""

    ENTITY = "TW_CITIZEN_CERT"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.CITIZEN_CERT,)
    VALUE = re.compile(
        rf"(?:[A-Z]{SEPARATORS}?){{0,2}}[0-9](?:{SEPARATORS}{{0,2}}[0-9]){{10,16}}(?![0-9A-Z])"
    )
    REACH = 32
    SCORE = 0.7

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        if not views.has_long_number:
            return
        for match in views.number_matches(_SHAPE) if views.has_letter else ():
            if not _WORD.match(views.folded, match.start):
                yield self.finding(views, (match.start, match.end), 0.85)
        yield from super().find(views)
