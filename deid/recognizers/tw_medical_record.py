"""Finds 病歷號, the number of a patient in one hospital."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.identifiers import tw_phone
from deid.patterns import Pattern
from deid.recognizers import cue_words
from deid.recognizers.cued import LETTERS, CuedRecognizer
from deid.recognizers.phone_parts import is_landline
from deid.recognizers.told_numbers import pieces_told
from deid.views import SEPARATORS, Views

# 「榮總的號碼是A0712345」, 「在彰基的檔案451207」.
_OF_HOSPITAL = Pattern(
    r"(?:醫院|醫學中心|長庚|馬偕|榮總|慈濟|秀傳|奇美|三總|耕莘|敏盛|童綜合|[彰埔屏]基)"
    r"(?:那邊|這邊)?(?:給我?|核給|發|編)?[的之]?(?:號碼|檔案|編號)(?:就?是|為|:| ){0,3}"
    r"(?P<no>[A-Z]{0,2}[0-9](?:[ -]?[0-9]){4,9})(?![0-9A-Z]|[ -][0-9]| ?[元人年月])"
)
_DAY = re.compile("(?:(?:19|20)[0-9]{2}|1[01][0-9])-?[01][0-9]-?[0-3][0-9]")


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

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        yield from super().find(views)
        for match in _OF_HOSPITAL.finditer(views.figures):
            number = tw_phone.compact(match["no"])
            line = is_landline(views.figures, match.span("no")) or tw_phone.is_valid(number) or number[:3] == "412"
            if not (line or tw_phone.is_toll_free(number) or _DAY.fullmatch(match["no"])):
                yield self.finding(views, match.span("no"), 0.5)
