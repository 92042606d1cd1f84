"""Finds personal names in any script, as the learned tagger reads the sentence.

A name found once counts everywhere in the text, whatever stands around it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.recognizers.base import TextRecognizer
from deid.tagger.tagger import PERSON_USUAL, load_tagger
from deid.views import Views

# Taken off the tagger's probability, so that a policy's usual 0.4 means what it should.
_DOUBT = PERSON_USUAL - 0.4
_SURE = 0.8
_SHORTEST = 3
_REPEATED_NAMES = 64
_LETTER = re.compile("[A-Z]")


class PersonRecognizer(TextRecognizer):
    """Full names, given names, nicknames, spelled and romanised names, the surname before 先生 or 小姐."""

    ENTITY = "PERSON"

    def find(self, views: Views) -> Iterator[Finding]:
        names: dict[str, float] = {}
        for start, end, score in load_tagger().spans(views):
            yield self.finding(views, (start, end), max(0.0, score - _DOUBT))
            if score >= _SURE and end - start >= _SHORTEST:
                names.setdefault(views.folded[start:end], score - _DOUBT)
        for start, end, score in _repeated(views.folded, list(names.items())[:_REPEATED_NAMES]):
            yield self.finding(views, (start, end), score)


def _repeated(folded: str, names: list[tuple[str, float]]) -> Iterator[tuple[int, int, float]]:
    """Yield every place of the names, in Latin letters only as whole words."""
    for name, score in names:
        at = folded.find(name)
        while at >= 0:
            end = at + len(name)
            inside = _LETTER.match(name) and (
                _LETTER.match(folded[end : end + 1]) or (at and _LETTER.match(folded[at - 1]))
            )
            if not inside:
                yield at, end, score
            at = folded.find(name, end)
