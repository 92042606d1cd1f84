"""Finds payment card numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.identifiers import credit_card
from deid.patterns import Pattern
from deid.recognizers.base import TextRecognizer
from deid.recognizers.partial_number import parts_of
from deid.recognizers.told_numbers import pieces_told
from deid.views import SEPARATORS, Views, digits_of

_SHAPE = Pattern(rf"[2-6](?:{SEPARATORS}{{0,2}}[0-9]){{12,18}}(?![0-9])")
_CUE = re.compile("信用卡|刷卡|卡號|簽帳|金融卡|VISA|MASTER|JCB|CARD|我的卡")
_GROUPED = re.compile("[0-9]{4}([ \\-])[0-9]{4}\\1[0-9]{4}\\1[0-9]{4}")
_OF_CARD = re.compile("卡|VISA|MASTER|CARD|JCB")
_CARD = re.compile("信用卡|卡號|卡片|簽帳|金融卡|刷卡|CARD")


class PaymentCardRecognizer(TextRecognizer):
    """An issuer's prefix and a Luhn digit are enough; with a card cue a wrong or missing one is hidden too."""

    ENTITY = "CREDIT_CARD"

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        for match in views.number_matches(_SHAPE):
            cue = _CUE.search(views.around(match.start, match.end)) is not None
            valid = next(
                (m for m in (match, *match.shorter()) if credit_card.is_valid(digits_of(m.value))), None
            )
            if valid:
                yield self.finding(views, (valid.start, valid.end), 1.0 if cue else 0.8)
            elif match.value[0] != "2" and (cue or (_GROUPED.fullmatch(match.value) and _OF_CARD.search(views.folded))):
                yield self.finding(views, (match.start, match.end), 0.6)
        for span in parts_of(views, _CARD):
            yield self.finding(views, span, 0.5)
