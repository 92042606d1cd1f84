"""One answer where recognisers disagree: sorted findings that do not overlap and hide all that was found.

The longer finding wins, then the higher score, then the earlier start, then the entity's name. What a losing finding
has outside the winners stays hidden: joined to the winner it touches when both are of one entity, otherwise as a
finding of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from deid.findings import Finding

# Numbers whose length nobody knows, and others that a rule may have seen in a part of one.
_OF_ANY_LENGTH = frozenset({"ACCOUNT", "TW_BANK_ACCOUNT", "TW_MEDICAL_RECORD", "TW_STUDENT_ID", "LINE_ID"})
_MAILBOX = frozenset({"EMAIL"})  # as it is read out, with words between
_TALK, _MOST_TALK = re.compile("(?![點底線小老鼠減號槓零〇○一二三四五六七八九])[一-鿿]"), 4
_MAY_BE_LONGER = _OF_ANY_LENGTH | _MAILBOX
_SEEN_IN_PART = _OF_ANY_LENGTH | {"PHONE", "TW_PLATE"}
_ANY_OF_IT = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ零〇○一二三四五六七八九"
_NUMBER, _MORE_OF_IT = re.compile(f"[{_ANY_OF_IT}]"), re.compile(f"[{_ANY_OF_IT}十點底線槓@_ .-]*")
_FIGURES = "零〇○一二三四五六七八九十百"
_DOOR = re.compile(f"[0-9０-９]|[{_FIGURES}]{{2}}|[附之][{_FIGURES}]|[巷弄號号樓楼棟座室]")
_DIGITS_AGAIN = re.compile(rf"\s+[0-9０-９{_FIGURES}]+\s*")
_AREA = re.compile("Dist|City|County|Township", re.IGNORECASE)
_SURE, _ADDRESS = 0.5, "TW_ADDRESS"


def resolve(text: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings that cover every letter and digit covered before, without overlaps, in text order."""
    ordered = sorted(findings, key=lambda f: (f.start - f.end, -f.score, f.start, f.entity))
    if len(ordered) <= 1:
        return tuple(ordered)
    winners = _Winners(())
    for finding in ordered:
        for piece in _outside(finding, winners):
            _settle(text, piece, finding, winners)
    return tuple(winners.findings)


class _Winners:
    """Findings in text order that do not overlap, and where they begin and end: numbers are searched faster."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        self.starts = [finding.start for finding in self.findings]
        self.ends = [finding.end for finding in self.findings]

    def touched(self, finding: Finding) -> tuple[int, int]:
        """Return the range of those that a finding overlaps."""
        return bisect_right(self.ends, finding.start), bisect_left(self.starts, finding.end)

    def put(self, first: int, last: int, finding: Finding) -> None:
        """Put a finding in the place of those from ``first`` to ``last``."""
        self.findings[first:last] = [finding]
        self.starts[first:last] = [finding.start]
        self.ends[first:last] = [finding.end]


def fill_gaps(text: str, settled: tuple[Finding, ...], doubtful: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the settled findings and those of the doubtful ones that touch none of them; of an address, its numbers.

    Where a doubtful finding that is sure enough goes on beyond a settled number, it is hidden
    whole: 「8H 04 226107 K」, of which a rule saw 「8H 04 226107」.
    """
    winners = _Winners(settled)
    alone = []
    for finding in doubtful:
        if _outside(finding, winners) == [finding]:
            alone.append(finding)
        elif finding.entity == _ADDRESS:
            pieces = _outside(finding, winners)
            alone += [piece for piece in pieces if _is_of_door(text[piece.start : piece.end])]
        elif finding.score >= _SURE and finding.entity in _MAY_BE_LONGER:
            _widen(text, finding, winners)
    return tuple(sorted((*winners.findings, *alone), key=lambda finding: finding.start))


def _is_of_door(said: str) -> bool:
    """Whether a door's number is told, and not only digits again or an area's postcode."""
    return _DOOR.search(said) is not None and not (_DIGITS_AGAIN.fullmatch(said) or _AREA.search(said))


def _widen(text: str, finding: Finding, winners: _Winners) -> None:
    """Put one as long as a finding in the place of the winners that it touches, when it holds them whole and more.

    Words alone between two numbers are no more of them: 「700 局號0051237」.
    """
    first, last = winners.touched(finding)
    touched = winners.findings[first:last]
    inside = finding.start <= touched[0].start and touched[-1].end <= finding.end
    more = text[finding.start : touched[0].start] + text[touched[-1].end : finding.end]
    between = "".join(text[one.end : other.start] for one, other in pairwise(touched))
    if not (more.strip() or _NUMBER.search(between)):
        return
    seen = {winner.entity for winner in touched}
    longer = finding.entity in _OF_ANY_LENGTH and seen <= _SEEN_IN_PART and _MORE_OF_IT.fullmatch(more)
    read_out = {finding.entity} == seen == _MAILBOX and len(_TALK.findall(more)) <= _MOST_TALK
    if inside and (longer or read_out):
        winners.put(first, last, replace(touched[0], start=finding.start, end=finding.end))


def cut_out(text: str, findings: Iterable[Finding], spans: list[Finding]) -> tuple[Finding, ...]:
    """Return the findings without the places of ``spans``, which are sorted and do not overlap."""
    kept, winners = list[Finding](), _Winners(spans)
    for finding in findings:
        kept.extend(piece for piece in _outside(finding, winners) if _says_something(text, piece))
    return tuple(kept)


def _outside(finding: Finding, winners: _Winners) -> list[Finding]:
    first, last = winners.touched(finding)
    if first == last:
        return [finding]
    pieces, position = [], finding.start
    for winner in winners.findings[first:last]:
        if winner.start > position:
            pieces.append((position, winner.start))
        position = max(position, winner.end)
    if position < finding.end:
        pieces.append((position, finding.end))
    return [replace(finding, start=start, end=end) for start, end in pieces]


def _says_something(text: str, piece: Finding) -> bool:
    return any(char.isalnum() for char in text[piece.start : piece.end])


def _settle(text: str, piece: Finding, whole: Finding, winners: _Winners) -> None:
    at = bisect_left(winners.starts, piece.start)
    if (piece.start, piece.end) != (whole.start, whole.end):
        if not _says_something(text, piece):
            return
        for index in (at - 1, at):
            if 0 <= index < len(winners.findings) and winners.findings[index].entity == piece.entity:
                winner = winners.findings[index]
                if winner.end == piece.start or winner.start == piece.end:
                    start, end = min(winner.start, piece.start), max(winner.end, piece.end)
                    winners.put(index, index + 1, replace(winner, start=start, end=end))
                    return
    winners.put(at, at, piece)
