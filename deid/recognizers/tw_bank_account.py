"""Finds bank and post office accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from deid.findings import Finding
from deid.identifiers import tw_bank_account, tw_phone
from deid.number_places import NumberMatch
from deid.patterns import Pattern, late
from deid.recognizers import cue_words
from deid.recognizers.cued import Cue, CuedRecognizer, Span, cues_of
from deid.recognizers.partial_number import parts_of
from deid.recognizers.phone_parts import has_extension
from deid.recognizers.told_numbers import pieces_told
from deid.views import Views, digits_of

_DIGIT = "[0-9零〇一二三四五六七八九]"
_GAP = r"[ .\-·・‧()]{0,3}"
# 「700-0021347 0381562 8月」: one or two digits that stand apart are a month.
_NO_MONTH = "(?:(?<! [1-9])(?<! 0[1-9])(?<! 1[0-2])|(?! ?月))"
_CODED = Pattern(r"(?:\([0-9]{3}\)[ \-]?|[0-9]{3}[ \-之]{1,2})[0-9](?:[ \-]?[0-9]){9,15}(?![0-9A-Z])" + _NO_MONTH)
_MONEY = Pattern("匯|帳|戶|轉|[扣退撥]款|入帳|銀行|郵局|存摺|BANK|ACCOUNT|ACCT")
_SPEAKS_OF_MONEY = Pattern("[帳賬簿匯]|戶頭|存摺")
_ACCOUNT = re.compile("[帳賬][號戶]|戶頭|轉帳|匯款|存摺|存簿|ACCOUNT")
_TELEPHONE = re.compile(r"0(?:9[0-9]{8}|[2-8][0-9]{7,8})")
_LOCAL = re.compile("[2-8][0-9]{2,3}-[0-9]{4}")
_CODE_BEFORE = late(
    r"(?<![0-9])\(?(?P<code>[0-9]{3})\)?[ ,/]{0,3}(?:(?![年月元號個張次人巷弄日度])[一-鿿]{2,6}(?<![帳賬][號戶]) ?)?"
    r"(?:之後|然後|再來|後面|接著|[的,]?[帳賬][號戶]|ACCOUNT(?: (?:NO|NUMBER))?\.?)?是?[ ,:]{0,2}$"
)
_CODE_REACH = 20
_CODE_TOLD = late("代[碼號][是: ]{0,2}([0-9]{3})(?=[ ,、]{1,2}(?:[一-鿿]{2,6})?[帳賬][號戶])")
# The two halves at the post office are one account, the words between them are not: 「局號0021347 帳號0584126」.
_HALF_BEFORE = re.compile(
    rf"局號[ :是為]{{0,3}}(?P<first>{_DIGIT}(?:[ \-]?{_DIGIT}){{5,7}})[ ,、和/]{{0,3}}[帳賬][號戶][ :是為]{{0,3}}$"
)
_HALF_REACH = 40
_VERSION = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,6}){3}")  # 「Chrome 131.0.6778.86」
_DIRECT = re.compile("(?:[帳賬][號戶]|戶頭|局號|存[摺簿]|ACC(?:OUN)?T)[^0-9撥打洽電]{0,4}$")
_FEWEST = {cue_words.POST_BRANCH: 6, cue_words.LOGIN: 8, cue_words.BANK: 8, cue_words.BANK_NAME: 10}
_FEWEST_AT_POST = 6
_LONGEST_TELEPHONE = 10


def _told(views: Views) -> Iterator[Span]:
    """Yield the code of a bank that is told before 帳號, and digits behind it that are said in groups."""
    for code in _CODE_TOLD.finditer(views.figures):
        if tw_bank_account.BANKS.fullmatch(code[1]):
            yield code.span(1)


class TwBankAccountRecognizer(CuedRecognizer):
    """Digits after a cue: the more the weaker the cue is. A bank's code with a dash needs only speak of money.

    帳號 announces user names as well; they are another recogniser's. The post office's two halves are seven digits.
    """

    ENTITY = "TW_BANK_ACCOUNT"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.POST_BRANCH, cue_words.BANK, cue_words.LOGIN, cue_words.BANK_NAME)
    VALUE = re.compile(
        rf"(?:[A-Z]{{2}}(?=[0-9]{{2}}))?\(?[0-9](?:{_GAP}[0-9]){{5,19}}(?![0-9A-Z])(?! ?[元年萬]){_NO_MONTH}"
    )
    REACH = 32
    SCORE = 0.7

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        for span in chain(parts_of(views, _ACCOUNT), _told(views) if _SPEAKS_OF_MONEY.search(views.folded) else ()):
            yield self.finding(views, span, 0.5)
        if not views.has_long_number:
            return
        yield from super().find(views)
        if _MONEY.search(views.folded):
            for match in views.number_matches(_CODED):
                if self._is_coded(match):
                    yield self.finding(views, (match.start, match.end), 0.5)

    @staticmethod
    def _is_coded(match: NumberMatch) -> bool:
        number = digits_of(match.value)
        return tw_bank_account.is_valid(number) and bool(tw_bank_account.BANKS.match(number))

    def _beside(self, views: Views, cue: Cue) -> Iterator[Span]:
        """A bank's code that is said before the number belongs to it."""
        for start, end in super()._beside(views, cue):
            window = max(0, start - _CODE_REACH)
            code = _CODE_BEFORE.search(views.figures[window:start])
            if half := _HALF_BEFORE.search(views.folded, max(0, start - _HALF_REACH), start):
                yield from (half.span("first"), (start, end))
            elif code is None or not tw_bank_account.BANKS.fullmatch(code["code"]):
                yield start, end
            elif "局號" in code[0]:
                yield from ((window + code.start("code"), window + code.end("code")), (start, end))
            else:
                yield window + code.start(), end

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        digits = digits_of(views.figures[span[0] : span[1]])
        fewest = _FEWEST[kind]
        if kind != cue_words.BANK_NAME and cues_of(views).by_kind.get(cue_words.POST_BRANCH):
            fewest = _FEWEST_AT_POST
        if _VERSION.fullmatch(views.figures, *span):
            return False
        if len(digits) < fewest or tw_phone.is_toll_free(views.figures[slice(*span)]):
            return False
        telephone = _TELEPHONE.fullmatch(digits) or _LOCAL.fullmatch(views.figures, *span)
        extended = len(digits) <= _LONGEST_TELEPHONE and has_extension(views.figures, span[1])
        if (telephone or extended) and not _DIRECT.search(views.before(span[0], 8)):
            return False
        return super().accepts(views, span, kind)
