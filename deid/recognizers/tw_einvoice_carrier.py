"""Finds 手機條碼, the carriers of e-invoices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from deid.findings import Finding
from deid.identifiers import tw_einvoice_carrier
from deid.patterns import Pattern
from deid.recognizers import cue_words
from deid.recognizers.cued import CuedRecognizer, Span
from deid.recognizers.told_numbers import pieces_told
from deid.views import Views

_SHAPE = Pattern(r"(?<![0-9A-Z./+\-])/[0-9A-Z.+\-]{7}(?![0-9A-Z/+\-]|\.[0-9A-Z])")
# The same one read out behind the written one: 「/AB7-C2D，斜線 A B 7 減 C 2 D」.
_SIGN = r"(?:(?:[大小]寫 ?)?[0-9A-Z.+\-]|加號?|減號?|點|PLUS)"
_BETWEEN = "[ ,、]{0,2}(?:(?:然後|再來|最後)(?:[是1]?個)?[ ,、]?)?"
_READ_OUT = re.compile(rf"/[0-9A-Z.+\-]{{7}}[ ,(]{{0,2}}(?P<said>斜[線槓] ?{_SIGN}(?: ?{_SIGN}){{6}})(?![0-9A-Z+\-])")
# 「斜線 A 7 加號 B C 4 D」, letter by letter where no word announces it.
_SPELLED = re.compile(
    rf"斜[線槓][ ,、]{{0,2}}(?=[^0-9\n]{{0,20}}[0-9])"
    rf"(?=[^A-Z\n]{{0,12}}[A-Z][^A-Z\n]{{0,12}}[A-Z]){_SIGN}(?:{_BETWEEN}{_SIGN}){{6}}(?![0-9A-Z+\-])"
)
# 「條碼是斜線K7P，後面3QXW」
_HALVES = re.compile(
    r"(?:/|斜[線槓] ?)([0-9A-Z.+\-]{2,5})[ ,]{1,2}(?:然後|再來|後面|接著)是?[ ,]?([0-9A-Z.+\-]{2,5})(?![0-9A-Z+\-])"
)
_APART, _SITE = 3, re.compile("網址|官網|網站|點 ?TW|COM")
_SLASH = "/斜S"
_LENGTH = 7
_NOT_FRACTION = re.compile(r"[A-Z].*[0-9]|[0-9].*[A-Z]|[A-Z].*[+\-]")


class TwEinvoiceCarrierRecognizer(CuedRecognizer):
    """After a cue, with or without the slash, spoken too. Elsewhere the slash, a digit and a capital are needed.

    A path of the web looks the same, but is written in small letters or goes on after seven characters.
    """

    ENTITY = "TW_EINVOICE_CARRIER"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.CARRIER,)
    VALUE = re.compile(
        r"/[0-9A-Z.+\-]{7}(?= )|(?:(?:/|斜線|斜槓|SLASH) ?[0-9A-Z.+\-]|[0-9A-Z])"
        r"(?: ?(?:[0-9A-Z.+\-]|加號?|減號?|點(?= ?[0-9A-Z])|PLUS)){5,7}(?![0-9A-Z/])"
    )
    REACH = 32

    def find(self, views: Views) -> Iterator[Finding]:
        if "/" in views.folded:
            for match in _SHAPE.finditer(views.folded):
                start, end = views.original_span(*match.span())
                written = views.text[start:end]
                if _NOT_FRACTION.search(match[0]) and written.upper() == written:
                    yield self.finding(views, match.span(), 0.6)
        for span in chain(_read_out(views), pieces_told(views, self.ENTITY)):
            yield self.finding(views, span, 0.6)
        yield from super().find(views)

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        value = views.figures[span[0] : span[1]]
        digits = sum(map(str.isdigit, value))
        letters = sum("A" <= char <= "Z" for char in value)
        whole = tw_einvoice_carrier.is_valid(value)
        if value[0] not in _SLASH and len(value.replace(" ", "")) != _LENGTH:
            return False
        return (letters > 0 and (digits > 0 or whole)) and super().accepts(views, span, kind)


def _read_out(views: Views) -> Iterator[Span]:
    """Yield carriers that are read out sign by sign, or in halves."""
    figures = views.figures
    if "斜" in views.folded:
        for match in _READ_OUT.finditer(figures):
            yield match.span("said")
        for match in _SPELLED.finditer(figures):
            apart = match[0].count(" ") + match[0].count(",") >= _APART or "加" in match[0] or "減" in match[0]
            if apart and not _SITE.search(views.before(match.start(), 16)):
                yield match.span()
    for halves in _HALVES.finditer(figures) if "條碼" in views.folded or "載具" in views.folded else ():
        if len(halves[1] + halves[2]) == _LENGTH:
            yield halves.start(), halves.end(1)
            yield halves.span(2)
