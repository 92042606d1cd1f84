"""Finds 病歷號, the number of a patient in one hospital."""

from __future__ import annotations

import re

from deid.recognizers import cue_words
from deid.recognizers.cued import LETTERS, CuedRecognizer
from deid.views import SEPARATORS


class TwMedicalRecordRecognizer(CuedRecognizer):
    """Every hospital has its own form, so only a cue tells: a letter or two, and four to twelve digits."""

    ENTITY = "TW_MEDICAL_RECORD"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.MEDICAL,)
    VALUE = re.compile(
        rf"{LETTERS}[0-9](?:{SEPARATORS}{{0,2}}[0-9]){{3,12}}(?: ?[之-] ?[0-9]{{1,2}}|-?[A-Z])?"
        r"(?![0-9A-Z])(?! ?[年月元])"
    )
    REACH = 32
