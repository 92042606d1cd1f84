"""Finds the IDs of LINE and other chat services."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.patterns import late
from deid.recognizers import cue_words
from deid.recognizers.cued import Cue, CuedRecognizer, Span, cues_of
from deid.recognizers.handles import HANDLE, is_name, is_private
from deid.recognizers.told_numbers import pieces_told
from deid.views import Views

_UNTOLD = late("^(?:(?!LINE|賴|ID|帳號|[是叫為:=]).)*[一-鿿]$")
_GLUED = re.compile("LINE(?=[A-Z]{3,}[._-]?[A-Z0-9])")


class LineIdRecognizer(CuedRecognizer):
    """A user name after LINE, 賴, 加我; after ID alone only where a chat service is spoken of."""

    ENTITY = "LINE_ID"
    KINDS = (cue_words.CHAT, cue_words.CHAT_HINT, cue_words.ID)
    VALUE = HANDLE
    REACH = 40
    SCORE = 0.7

    def find(self, views: Views) -> Iterator[Finding]:
        yield from super().find(views)
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.5)

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        if kind == cue_words.ID and not cues_of(views).by_kind.get(cue_words.CHAT):
            return False
        return super().accepts(views, span, kind) and is_private(views, span)

    def _beside(self, views: Views, cue: Cue) -> Iterator[Span]:
        """The service's name may be glued to the ID: 「加我LINEsquid_77」."""
        for start, end in super()._beside(views, cue):
            glued = _GLUED.match(views.folded, start, end) if _UNTOLD.search(views.before(start, 8)) else None
            yield (glued.end() if glued else start), end

    def fills(self, views: Views, cell: Span) -> bool:
        return is_name(views, cell)
