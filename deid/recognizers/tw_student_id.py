"""Finds 學號, the number of a student in one school."""

from __future__ import annotations

import re

from deid.recognizers import cue_words
from deid.recognizers.cued import LETTERS, CuedRecognizer
from deid.views import SEPARATORS


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
