"""Finds numbers that are told in groups behind the word that announces them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from deid.findings import Finding
from deid.identifiers import credit_card, tw_national_id, tw_phone, tw_ui_no
from deid.patterns import Pattern
from deid.recognizers.base import TextRecognizer
from deid.recognizers.cued import is_example
from deid.recognizers.told import Form, told
from deid.views import Views

_NEAR = 16
_CUES = {
    "TW_NHI_CARD": "健保(?:IC)?卡(?:卡?號碼?)?",
    "TW_CITIZEN_CERT": "憑證(?:卡?號碼?)?",
    "TW_STUDENT_ID": "學號|學生證",
    "TW_MEDICAL_RECORD": "病歷號?碼?",
    "TW_HOUSEHOLD_NO": "戶號",
    "TW_PASSPORT": "護照號?碼?",
    "TW_NATIONAL_ID": "身[分份]證(?:字號|號碼|統一編號)?|證號|身證|居留證號?碼?|(?<![A-Z])(?:ID|ARC)(?![A-Z])|(?<![台臺府院部局法令])字號",
    "TW_BANK_ACCOUNT": "[帳賬][號戶]|戶頭|存摺|存簿|簿仔|簿子|匯[款到去給]|局號",
    "TW_PLATE": "車牌號?碼?|車號|牌照號?碼?|[機汽轎貨]車",
    "CREDIT_CARD": "信用卡(?:卡?號碼?)?|金融卡(?:卡?號碼?)?|簽帳卡|(?<!卡)卡號",
    "ACCOUNT": "電號|水號|保單號?碼?|用戶號碼?|(?:電|水|瓦斯)表號?碼?|會員編號|合約編號|契約編號",
}
_CUE = Pattern("|".join(f"(?P<{kind}>{words})" for kind, words in _CUES.items()))


def _form(begun: str, whole: str, sure: Any = None, letters: bool = False, longest: int = 16, done: Any = None) -> Form:
    matches = re.compile(whole).fullmatch
    return Form(re.compile(begun), lambda said: matches(said) is not None, sure or (lambda said: False), letters, longest, longest == 16, done)


def _any(said: str) -> bool:
    return True


_FORMS = {
    "TW_NATIONAL_ID": _form(
        "[A-Z]{1,2}|[A-Z][12][0-9]{0,8}|[A-Z][A-D89][0-9]{0,8}", "[A-Z][12A-D89][0-9]{8}",
        lambda said: tw_national_id.is_valid(said) or tw_ui_no.is_valid(said), letters=True,
    ),
    "TW_NHI_CARD": _form("[0-9]{1,12}", "[0-9]{12}", lambda said: said.startswith("0000")),
    "CREDIT_CARD": _form("[3-6][0-9]{0,15}", "[3-6][0-9]{15}|3[47][0-9]{13}", credit_card.is_valid),
    "TW_PASSPORT": _form("[0-9A-Z][0-9]{0,8}", "[0-9A-Z][0-9]{8}", letters=True),
    "TW_CITIZEN_CERT": _form("[A-Z]{1,2}|[A-Z]{2}[0-9]{1,14}", "[A-Z]{2}[0-9]{14}", _any, letters=True),
    "TW_PLATE": _form(
        "[A-Z]{1,3}|[A-Z]{2,3}[0-9]{1,4}|[0-9]{3,4}[A-Z]{1,3}", "[A-Z]{2,3}[0-9]{3,4}|[0-9]{3,4}[A-Z]{2,3}",
        re.compile("[A-Z]{3}[0-9]{4}").fullmatch, letters=True,
    ),
    "TW_BANK_ACCOUNT": _form("[0-9]{1,17}", "[0-9]{7,17}", _any, longest=9, done=re.compile("[0-9]{7}|[0-9]{10,}").fullmatch),
    "TW_STUDENT_ID": _form("[A-Z]{0,2}[0-9]{0,10}", "[A-Z]{0,2}[0-9]{6,10}", letters=True, longest=8),
    "TW_MEDICAL_RECORD": _form("[A-Z]{0,2}[0-9]{0,10}", "[A-Z]{0,2}[0-9]{5,10}", letters=True, longest=8),
    "TW_HOUSEHOLD_NO": _form("[A-Z][0-9]{0,7}", "[A-Z][0-9]{7}", _any, letters=True),
    "ACCOUNT": _form("[A-Z]{0,2}[0-9]{0,14}", "[A-Z]{0,2}[0-9]{7,14}", letters=True, longest=8),
}  # fmt: skip
_FIRST = re.compile("(?<![0-9A-Z_])(?<![0-9A-Z][ .-])[0-9A-Z]")


class ToldNumberRecognizer(TextRecognizer):
    """Groups of a number with words between them are found one by one; one group alone is left to the number's own rules."""

    ENTITY = "ACCOUNT"

    def __init__(self, supported_language: str = "zh", name: str | None = None, **options: Any) -> None:
        super().__init__(supported_language, name, **options)
        self.supported_entities = [*_FORMS, "TW_UI_NO"]

    def find(self, views: Views) -> Iterator[Finding]:
        figures = views.figures
        for cue in _CUE.finditer(views.folded):
            kind = cue.lastgroup or ""
            form = _FORMS[kind]
            for first in _FIRST.finditer(figures, cue.end(), cue.end() + _NEAR):
                spans, number = told(figures, first.start(), form)
                if spans:
                    break
            else:
                continue
            if tw_phone.is_valid(number) or is_example(views, spans[0]):
                continue
            if kind == "TW_NATIONAL_ID" and not number[1] in "12":
                kind = "TW_UI_NO"
            for span in spans:
                yield Finding(*views.original_span(*span), kind, 0.6, self.name)
