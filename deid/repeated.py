"""The same number said once more, as when a clerk reads it back in Chinese digits: it is hidden there as well."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from operator import attrgetter

from deid.findings import Finding
from deid.identifiers import tw_phone
from deid.patterns import Pattern
from deid.repeated_parts import corrections, is_announced, mistyped, read_back, said_in_pieces
from deid.views import Views

_NUMBERS = frozenset(
    {"PHONE", "TW_NATIONAL_ID", "TW_UI_NO", "CREDIT_CARD", "TW_BANK_ACCOUNT", "TW_NHI_CARD", "TW_MEDICAL_RECORD",
     "TW_STUDENT_ID", "TW_PASSPORT", "TW_HOUSEHOLD_NO"}
)  # fmt: skip
_TOLD = _NUMBERS | {"ACCOUNT", "TW_CITIZEN_CERT"}
_CORRECTABLE = _TOLD | {"TW_PLATE", "TW_LAND_NO", "TW_ADDRESS"}
_OFTEN_ALIKE = frozenset({"PHONE", "ACCOUNT"})  # an office's lines, numbers in sequence
_START = attrgetter("start")
_FEWEST_DIGITS = 6
_MOST_VALUES = 64  # enough for any letter; more are found where they stand
_RUN = Pattern(r"[0-9](?:[ ,.、\-…]{0,2}[0-9]){5,}")
_DIGIT, _ALNUM = re.compile("[0-9]"), re.compile("[0-9A-Z]")
# Sums, days and the numbers of documents that have the same digits.
_OTHER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|(?:[0-9]{2,4}[.\-][0-9]{1,2}[.\-][0-9]{1,2})")
_COUNTED, _DOCUMENT = re.compile(" ?(?:[元塊次人度名筆]|號?[案函])"), re.compile(r"(?:第|\$|NT|USD) ?$")
_SHORT = 8  # digits that an order or a document may have, too
_HIDDEN = "\0"


def with_repeats(views: Views, settled: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the settled findings and the other places that say one of them again, in text order."""
    correctable = [finding for finding in settled if finding.entity in _CORRECTABLE]
    if not correctable:
        return tuple(settled)
    known, whole, numbers = dict[str, Finding](), dict[str, Finding](), 0
    places = [_folded(views, finding) for finding in correctable]
    told = ["".join(_ALNUM.findall(views.figures, *place)) for place in places]
    for finding, place, said in zip(correctable, places, told, strict=True):
        digits = "".join(filter(str.isdigit, said))
        if finding.entity not in _TOLD or len(digits) < _FEWEST_DIGITS:
            continue
        if len(whole) < _MOST_VALUES:
            whole.setdefault(said, finding)
        if finding.entity in _NUMBERS and digits not in known and numbers < _MOST_VALUES:
            numbers += 1
            for form in _forms(finding.entity, views.figures[slice(*place)], digits):
                known.setdefault(form, finding)
    visible, found = _visible(views, settled), list(settled)
    ends = [(end, said) for (_, end), said in zip(places, told, strict=True)]
    corrected = chain(corrections(visible, ends), read_back(visible, ends) if "\n" in visible else ())
    parts = chain(_in_parts(views.figures, visible, whole), ((correctable[at], span) for at, span in corrected))
    others = (_moved(views, one, span) for one, span in parts)
    for one in chain(_again(views, visible, known), others):
        at = bisect_right(found, one.start, key=_START)
        if not ((at and found[at - 1].end > one.start) or (at < len(found) and found[at].start < one.end)):
            found.insert(at, one)
    return tuple(found)


def _forms(entity: str, said: str, digits: str) -> Iterator[str]:
    """Yield a number's digits; of a telephone number also without its extension, its country and its area."""
    yield digits
    if entity != "PHONE":
        return
    number = tw_phone.compact(said).partition("#")[0]
    if tw_phone.is_mobile(number):
        yield from (number, number[1:], number[-_FEWEST_DIGITS:])
    else:
        area = tw_phone.split_area(number)
        rest = area[1] if area else number[2:] if number.startswith("0") else ""
        yield from (form for form in (number, rest) if len(form) >= _FEWEST_DIGITS)


def _moved(views: Views, finding: Finding, span: tuple[int, int]) -> Finding:
    start, end = views.original_span(*span)
    return replace(finding, start=start, end=end)


def _visible(views: Views, settled: Sequence[Finding]) -> str:
    """Return the figures with something else in the place of what is hidden."""
    pieces, last = list[str](), 0
    for start, end in (_folded(views, finding) for finding in settled):
        pieces += [views.figures[last:start], _HIDDEN * (end - start)]
        last = end
    return "".join((*pieces, views.figures[last:]))


def _in_parts(
    figures: str, visible: str, whole: Mapping[str, Finding]
) -> Iterator[tuple[Finding, tuple[int, int]]]:
    """Yield what is said in pieces or mistyped, with the finding that it says."""
    for value, spans in said_in_pieces(figures, whole):
        yield from ((whole[value], span) for span in spans)
    unlike = {value: finding for value, finding in whole.items() if finding.entity not in _OFTEN_ALIKE}
    yield from ((whole[value], span) for value, span in mistyped(visible, unlike))


def _again(views: Views, visible: str, known: Mapping[str, Finding]) -> Iterator[Finding]:
    """Yield what is said outside the findings; a run of digits may end in a word that begins with one (一直)."""
    taken = 0
    for run in _RUN.finditer(visible):
        digits = "".join(_DIGIT.findall(run[0]))
        value = next((value for value in (digits, digits[:-1]) if value in known), None)
        if value is None or _OTHER.fullmatch(run[0]) or _COUNTED.match(visible, run.end()):
            continue
        short = len(value) <= _SHORT and is_announced(views.figures, run.start())
        if short or _DOCUMENT.search(views.before(run.start(), 4)):
            continue
        end = [match.end() for match in _DIGIT.finditer(visible, *run.span())][len(value) - 1]
        first, after = views.original_span(run.start(), end)
        if first >= taken:
            yield replace(known[value], start=first, end=after)
            taken = after


def _folded(views: Views, finding: Finding) -> tuple[int, int]:
    return views.folded_offset(finding.start), views.folded_offset(finding.end)
