"""Finds numbers of uniform invoices."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.patterns import Pattern
from deid.recognizers import cue_words
from deid.recognizers.cued import CuedRecognizer, Span, is_example
from deid.views import SEPARATORS, Views

_SAMPLE = re.compile("[樣範][張本例][^0-9A-Z]{0,3}$")
_WRITTEN = Pattern(r"[A-Z]{2}-[0-9]{8}(?![0-9A-Z\-])")


class TwInvoiceNoRecognizer(CuedRecognizer):
    """Two letters and eight digits after a cue, or with the printed dash. A sample stays."""

    ENTITY = "TW_INVOICE_NO"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.INVOICE,)
    VALUE = re.compile(rf"[A-Z] ?[A-Z](?:{SEPARATORS}{{0,2}}[0-9]){{8}}(?![0-9A-Z])")

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        return not _SAMPLE.search(views.before(span[0], 8)) and super().accepts(views, span, kind)

    def find(self, views: Views) -> Iterator[Finding]:
        if not views.has_long_number or not views.has_letter:
            return
        for match in views.number_matches(_WRITTEN):
            if not (_SAMPLE.search(views.before(match.start, 8)) or is_example(views, (match.start, match.end))):
                yield self.finding(views, (match.start, match.end), 0.5)
        yield from super().find(views)
