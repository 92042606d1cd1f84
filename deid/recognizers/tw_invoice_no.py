"""Finds numbers of uniform invoices."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.recognizers import cue_words
from deid.recognizers.cued import CuedRecognizer, Span
from deid.recognizers.public_context import PublicContext
from deid.views import SEPARATORS, Views

_WRITTEN = re.compile(r"[A-Z]{2}-[0-9]{8}(?![0-9A-Z\-])")


class TwInvoiceNoRecognizer(CuedRecognizer):
    """Two letters and eight digits after a cue, or with the printed dash. One that a notice shows stays."""

    ENTITY = "TW_INVOICE_NO"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.INVOICE,)
    VALUE = re.compile(rf"[A-Z] ?[A-Z](?:{SEPARATORS}{{0,2}}[0-9]){{8}}(?![0-9A-Z])")

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        return not PublicContext.of(views).announces(*span) and super().accepts(views, span, kind)

    def find(self, views: Views) -> Iterator[Finding]:
        if not views.has_long_number or not views.has_letter:
            return
        for match in views.number_matches(_WRITTEN):
            if not PublicContext.of(views).announces(match.start, match.end):
                yield self.finding(views, (match.start, match.end), 0.5)
        yield from super().find(views)
