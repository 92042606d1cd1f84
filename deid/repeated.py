"""The same number said once more, in digits of another kind: a clerk reads it back. It is hidden wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deid.findings import Finding
from deid.views import Views

_NO_NUMBERS = frozenset({"PERSON", "TW_ADDRESS", "DATE_OF_BIRTH", "EMAIL"})
_FEWEST_DIGITS = 6
_MOST_VALUES = 64  # enough for any letter; more are found where they stand
_RUN = re.compile(r"[0-9](?:[ ,.、\-…]{0,2}[0-9]){5,}")
_DIGIT = re.compile("[0-9]")


def with_repeats(views: Views, settled: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the settled findings and every other place that says the digits of one of them, in text order."""
    known: dict[str, Finding] = {}
    for finding in settled:
        if finding.entity not in _NO_NUMBERS and len(known) < _MOST_VALUES:
            digits = "".join(_DIGIT.findall(views.figures, *_folded(views, finding)))
            if len(digits) >= _FEWEST_DIGITS:
                known.setdefault(digits, finding)
    again = list(_again(views, settled, known)) if known else []
    return tuple(sorted((*settled, *again), key=lambda finding: finding.start)) if again else tuple(settled)


def _again(views: Views, settled: Sequence[Finding], known: dict[str, Finding]) -> Iterator[Finding]:
    """Yield what is said outside the findings; a run of digits may go on in a word that begins with one (一直)."""
    places = iter(sorted(_folded(views, finding) for finding in settled))
    start, end = next(places)
    for run in _RUN.finditer(views.figures):
        while end <= run.start():
            start, end = next(places, (len(views.figures), len(views.figures) + 1))
        if start < run.end():
            continue
        found = _said(run[0], known)
        if found:
            first, last, finding = found
            original = views.original_span(run.start() + first, run.start() + last)
            yield replace(finding, start=original[0], end=original[1])


def _said(run: str, known: dict[str, Finding]) -> tuple[int, int, Finding] | None:
    digits = "".join(_DIGIT.findall(run))
    for value, finding in known.items():
        if digits.startswith(value) and len(digits) <= len(value) + 1:
            ends = [match.end() for match in _DIGIT.finditer(run)]
            return 0, ends[len(value) - 1], finding
    return None


def _folded(views: Views, finding: Finding) -> tuple[int, int]:
    return views.folded_offset(finding.start), views.folded_offset(finding.end)
