"""Finds 健保卡號."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from deid.findings import Finding
from deid.recognizers import cue_words
from deid.recognizers.cued import CuedRecognizer, Span, is_example
from deid.recognizers.phone_parts import is_landline
from deid.recognizers.told_numbers import told_of
from deid.views import SEPARATORS, Views

_CARD = re.compile(rf"0{SEPARATORS}?0{SEPARATORS}?0{SEPARATORS}?0(?:{SEPARATORS}?[0-9]){{8}}(?![0-9A-Z])")
_HEALTH, _CARD_NUMBER = "健保", re.compile(r"(?<!卡)卡號[^0-9\n]{0,8}([0-9]{12})(?![0-9A-Z])")
_HEALTH_REACH = 80


class TwNhiCardRecognizer(CuedRecognizer):
    """Twelve digits after a cue, or one more or fewer; four leading zeros, or 卡號 not far behind 健保, need none."""

    ENTITY = "TW_NHI_CARD"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.NHI_CARD,)
    VALUE = re.compile(rf"[0-9](?:{SEPARATORS}{{0,2}}[0-9]){{9,13}}[A-Z]?(?![0-9A-Z])")
    REACH = 32
    SCORE = 0.7

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        return not is_landline(views.figures, span) and super().accepts(views, span, kind)

    def find(self, views: Views) -> Iterator[Finding]:
        for group in chain.from_iterable(told_of(views, self.ENTITY)):
            yield self.finding(views, group, 0.7)
        if not views.has_long_number:
            return
        yield from super().find(views)
        for match in views.number_matches(_CARD):
            yield self.finding(views, (match.start, match.end), 0.6)
        for told in _CARD_NUMBER.finditer(views.figures) if _HEALTH in views.folded else ():
            near = _HEALTH in views.before(told.start(), _HEALTH_REACH)
            if near and not is_example(views, told.span(1)):
                yield self.finding(views, told.span(1), 0.6)
