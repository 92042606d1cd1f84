"""The same number said once more, as when a clerk reads it back in Chinese digits: it is hidden there as well."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deid.findings import Finding
from deid.patterns import Pattern
from deid.views import Views

_NUMBERS = frozenset(
    {"PHONE", "TW_NATIONAL_ID", "TW_UI_NO", "CREDIT_CARD", "TW_BANK_ACCOUNT", "TW_NHI_CARD", "TW_MEDICAL_RECORD",
     "TW_STUDENT_ID", "TW_PASSPORT", "TW_HOUSEHOLD_NO"}
)  # fmt: skip
_FEWEST_DIGITS = 6
_MOST_VALUES = 64  # enough for any letter; more are found where they stand
_RUN = Pattern(r"[0-9](?:[ ,.、\-…]{0,2}[0-9]){5,}")
_DIGIT = re.compile("[0-9]")
# Sums, days and the numbers of documents that have the same digits.
_OTHER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|(?:[0-9]{2,4}[.\-][0-9]{1,2}[.\-][0-9]{1,2})")
_COUNTED, _DOCUMENT = re.compile(" ?(?:[元塊次人度名筆]|號?[案函])"), re.compile(r"(?:第|\$|NT|USD) ?$")
_HIDDEN = "\0"


def with_repeats(views: Views, settled: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the settled findings and the other places that say all digits of one of them, in text order."""
    known: dict[str, Finding] = {}
    for finding in settled:
        if finding.entity in _NUMBERS and len(known) < _MOST_VALUES:
            digits = "".join(_DIGIT.findall(views.figures, *_folded(views, finding)))
            if len(digits) >= _FEWEST_DIGITS:
                known.setdefault(digits, finding)
    if not known:
        return tuple(settled)
    starts = [finding.start for finding in settled]
    again = [one for one in _again(views, settled, known) if not _touches(one, settled, starts)]
    return tuple(sorted((*settled, *again), key=lambda finding: finding.start))


def _again(views: Views, settled: Sequence[Finding], known: dict[str, Finding]) -> Iterator[Finding]:
    """Yield what is said outside the findings; a run of digits may end in a word that begins with one (一直)."""
    pieces, last, taken = list[str](), 0, 0
    for start, end in (_folded(views, finding) for finding in settled):
        pieces += [views.figures[last:start], _HIDDEN * (end - start)]
        last = end
    visible = "".join((*pieces, views.figures[last:]))
    for run in _RUN.finditer(visible):
        digits = "".join(_DIGIT.findall(run[0]))
        value = next((value for value in (digits, digits[:-1]) if value in known), None)
        if value is None or _OTHER.fullmatch(run[0]) or _DOCUMENT.search(views.before(run.start(), 4)):
            continue
        if not _COUNTED.match(visible, run.end()):
            end = [match.end() for match in _DIGIT.finditer(visible, *run.span())][len(value) - 1]
            first, after = views.original_span(run.start(), end)
            if first >= taken:
                yield replace(known[value], start=first, end=after)
                taken = after


def _touches(finding: Finding, settled: Sequence[Finding], starts: list[int]) -> bool:
    """Whether a place lies in a settled one: a character that is folded to several may belong to both."""
    at = bisect_right(starts, finding.start)
    return (at > 0 and settled[at - 1].end > finding.start) or (
        at < len(settled) and settled[at].start < finding.end
    )


def _folded(views: Views, finding: Finding) -> tuple[int, int]:
    return views.folded_offset(finding.start), views.folded_offset(finding.end)
