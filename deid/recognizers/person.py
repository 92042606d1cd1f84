"""Finds personal names in Han characters.

A first recogniser by rules, precise rather than complete; a learned tagger finds what rules cannot.
"""

from __future__ import annotations

from collections.abc import Iterator

from deid.findings import Finding
from deid.recognizers.base import TextRecognizer
from deid.recognizers.called_names import find_called_names, find_spelled
from deid.recognizers.full_names import Scored, find_full_names
from deid.recognizers.name_context import NameContext
from deid.views import Views

_REPEATED_NAMES = 64


class PersonRecognizer(TextRecognizer):
    """Full names, the surname before 先生 or 小姐, nicknames, spelled names; a name found once counts everywhere."""

    ENTITY = "PERSON"

    def find(self, views: Views) -> Iterator[Finding]:
        context = NameContext(views)
        full = list(find_full_names(context))
        called = list(find_called_names(context))
        spelled = find_spelled(context, [end for _, end, _ in full]) if full or "名" in views.folded else ()
        repeated = _repeated(views.folded, [*(name for name in full if name[1] - name[0] > 2), *called])
        for start, end, score in (*full, *called, *spelled, *repeated):
            yield self.finding(views, (start, end), score)


def _repeated(folded: str, names: list[Scored]) -> Iterator[Scored]:
    """Yield the other places of names found, where nothing around says that they are names."""
    for name, score in list({folded[start:end]: score for start, end, score in names}.items())[
        :_REPEATED_NAMES
    ]:
        at = folded.find(name)
        while at >= 0:
            yield at, at + len(name), score
            at = folded.find(name, at + len(name))
