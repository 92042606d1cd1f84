"""Finds 學號, the number of a student in one school."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.recognizers import cue_words
from deid.recognizers.cued import LETTERS, CuedRecognizer
from deid.recognizers.told_numbers import pieces_told
from deid.views import SEPARATORS, Views

_PAPERS = ("在學證明", "成績單", "學生證")
# 「B1090334的在學證明」
_OF_PAPER = re.compile(
    r"(?<![0-9A-Z.\-/字號])(?!(?:19|20)[0-9]{6}(?![0-9]))(?P<number>[A-Z]{0,2}[0-9]{6,10})"
    rf" ?的(?:那[張個份]?)?(?:{'|'.join(_PAPERS)})"
)
_OTHER_NUMBER = re.compile("費|統編|劃撥|字號|民國|[0-9] ?$")


class TwStudentIdRecognizer(CuedRecognizer):
    """Every school has its own form, so only a cue tells: five to eleven digits, letters before or behind."""

    ENTITY = "TW_STUDENT_ID"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.STUDENT,)
    VALUE = re.compile(
        rf"{LETTERS}[0-9](?:{SEPARATORS}{{0,2}}[0-9]){{0,4}}[A-Z]{{1,2}}(?:{SEPARATORS}{{0,2}}[0-9]){{2,7}}"
        rf"(?![0-9A-Z])"
        rf"|{LETTERS}[0-9](?:{SEPARATORS}{{0,2}}[0-9]){{4,11}}[A-Z]?(?![0-9A-Z])(?! ?[年月元])"
    )
    REACH = 32

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        yield from super().find(views)
        if views.has_long_number and any(paper in views.folded for paper in _PAPERS):
            for match in _OF_PAPER.finditer(views.figures):
                if _OTHER_NUMBER.search(views.before(match.start(), 6)) is None:
                    yield self.finding(views, match.span("number"), 0.6)
