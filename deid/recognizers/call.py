"""A text as a call: its turns, what each speaker is, which question a turn answers, where a line is told first."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from deid.patterns import AnyPattern
from deid.recognizers.told import UNITS
from deid.speakers import Role, Turn, roles, turns
from deid.views import Views

TAIL = 6
"""The digits of a telephone line that are told whoever leaves out its area."""
_QUESTION = re.compile("[?呢嗎]|[幾哪]|多少|請問|給我|告訴|提供|查|有沒有|[留念唸說報]|方便")
_NO_PAUSE, _LONGEST_PAUSE, _MOST_PAUSES = re.compile("[0-9?]"), 12, 3
_DIGIT, _FEWEST_OF_PART = re.compile("[0-9]"), 3
# A code, a mobile number, an account, a count: nothing that a landline would read back.
_OF_ELSE = re.compile(
    f"[A-Z][A-Z0-9-]*|(?<![0-9])09[0-9]{{2}}(?:[ .-]?[0-9]{{3}}){{2}}(?![0-9])"
    f"|[0-9](?:[ -]?[0-9]){{10,}}|[0-9]+(?:{UNITS})"
)
_ITEM = re.compile(r"(?:[0-9]{1,2}[.、)]|[-•▪●※*]) ?(?![0-9])")
_CACHED = "call"


@dataclass(frozen=True, slots=True)
class Call:
    """The turns of a text in offsets of the folded view; none where nobody is named who speaks."""

    turns: Sequence[Turn]
    roles: Mapping[str, Role]
    said: Mapping[str, int | None]

    @classmethod
    def of(cls, views: Views) -> Call:
        """Return the one that all recognisers of a text share."""
        call: Call | None = views.cache.get(_CACHED)
        if call is None:
            found = list(_with_items(views.folded)) if "\n" in views.folded else []
            found = found if any(turn.who for turn in found) else []
            call = views.cache[_CACHED] = cls(found, roles(views.folded, found), _first_said(views.figures, found))
        return call

    def at(self, start: int) -> int | None:
        """Return which turn a place stands in, None if it has no speaker."""
        at = bisect_right(self.turns, start, key=attrgetter("start")) - 1
        return at if at >= 0 and start < self.turns[at].end and self.turns[at].who else None

    def role(self, turn: Turn) -> Role:
        """Return what the one is who speaks."""
        return self.roles.get(turn.who, Role.UNKNOWN)

    def question(self, folded: str, at: int, asks: AnyPattern) -> Turn | None:
        """Return the turn of somebody else that asks for something and that a turn answers, short words between."""
        for turn in reversed(self.turns[max(0, at - _MOST_PAUSES - 1) : at]):
            if not turn.who:
                return None
            if turn.who != self.turns[at].who and asks.search(folded[turn.start : turn.end]):
                return turn if _QUESTION.search(folded, *turn[1:]) else None
            if turn.end - turn.start > _LONGEST_PAUSE or _NO_PAUSE.search(folded, *turn[1:]):
                return None
        return None

    def first_said(self, figures: str, start: int, end: int) -> int | None:
        """Return where the digits of a line that stands at a place are said first, None in pieces over turns."""
        tail = "".join(_DIGIT.findall(figures, start, end))[-TAIL:]
        first = self.said.get(tail, start)
        return None if first is None else min(first, start)

    def tells_digits(self, figures: str, at: int) -> bool:
        """Whether a turn says digits of a line that nobody said before, or a few that may be a part of one."""
        turn = self.turns[at]
        digits = "".join(_DIGIT.findall(_OF_ELSE.sub("", figures[turn.start : turn.end])))
        if len(digits) < TAIL:
            return len(digits) >= _FEWEST_OF_PART
        tails = (digits[first : first + TAIL] for first in range(len(digits) - TAIL + 1))
        return any((place := self.said.get(tail)) is not None and place >= turn.start for tail in tails)


def _with_items(folded: str) -> Iterator[Turn]:
    """Yield the turns; the items of a list are said by who began it."""
    who = ""
    for turn in turns(folded):
        who = turn.who or (who if _ITEM.match(folded, turn.start, turn.end) else "")
        yield turn._replace(who=who)


def _first_said(figures: str, found: Sequence[Turn]) -> dict[str, int | None]:
    """Return where each run of digits begins that is as long as the end of a line, told in one turn or over several."""
    places = [(at, digit.start()) for at, turn in enumerate(found) for digit in _DIGIT.finditer(figures, *turn[1:])]
    digits, said = "".join(figures[place] for _, place in places), dict[str, int | None]()
    for first in range(len(digits) - TAIL + 1):
        (begun, place), (ended, _) = places[first], places[first + TAIL - 1]
        said.setdefault(digits[first : first + TAIL], place if begun == ended else None)
    return said
