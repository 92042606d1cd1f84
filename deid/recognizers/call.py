"""A text as a call: its turns, what each speaker is, which question a turn answers, where a line is told first."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from deid.patterns import AnyPattern
from deid.recognizers.told import UNITS
from deid.speakers import Role, Turn, is_at_desk, roles, turns
from deid.views import Views

_TAIL = 6  # digits of a line that are told whoever leaves out its area
_QUESTION = re.compile("[?呢嗎]|[幾哪]|多少|請問|給我|告訴|提供|查|有沒有|[留念唸說報]|方便")
_NO_PAUSE, _LONGEST_PAUSE, _MOST_PAUSES, _LONGEST_QUESTION = re.compile("[0-9?]"), 12, 3, 160
_DIGIT, _FEWEST_OF_PART = re.compile("[0-9]"), 3
# A code, a mobile number, an account, a count: nothing that a landline would read back.
_OF_ELSE = re.compile(
    f"[A-Z][A-Z0-9_.-]*|(?<![0-9])09[0-9]{{2}}(?:[ .-]?[0-9]{{3}}){{2}}(?![0-9])"
    f"|(?<![0-9])[0-9](?:[ -]?[0-9]){{10,}}|(?<![0-9])[0-9]{{1,9}}(?:{UNITS})"
)
_ITEM = re.compile(r"(?:[0-9]{1,2}[.、)]|[-•▪●※*]) ?(?![0-9])")
_NUMBER = re.compile("[0-9](?:[ ,、-]{0,2}[0-9]){5,11}(?![0-9])")
_BEGUN, _LONGEST_NUMBER = re.compile("[(]?(?:[0-9][ ,、)-]{0,2})+$"), 16
_ENDED = re.compile("[0-9](?:[ ,、-]{0,2}[0-9]){0,5}")
_FEWEST_SPEAKERS, _MOST_TOLD, _MOST_WRONG = 2, 64, 2
_CACHED = "call"


@dataclass(frozen=True, slots=True)
class Call:
    """The turns of a text in offsets of the folded view; none where not two are named who speak.

    「小編:請市府打02-…」 begins a letter. ``said``: where each run of six digits is said first, None if in pieces over
    turns. ``told``: where citizens say numbers, and their last six digits.
    """

    turns: Sequence[Turn]
    roles: Mapping[str, Role]
    said: Mapping[str, int | None]
    told: Sequence[tuple[int, str]]
    has_citizen: bool

    @classmethod
    def of(cls, views: Views) -> Call:
        """Return the one that all recognisers of a text share."""
        call: Call | None = views.cache.get(_CACHED)
        if call is None:
            found = list(_with_items(views.folded)) if "\n" in views.folded else []
            if len({turn.who for turn in found if turn.who}) < _FEWEST_SPEAKERS:
                found = []
            known, figures = roles(views.folded, found), views.figures
            told = [number for turn in found if known.get(turn.who) is Role.CITIZEN for number in _told(figures, turn)]
            said = _first_said(figures, found) if Role.STAFF in known.values() else {}
            call = cls(found, known, said, told[:_MOST_TOLD], Role.CITIZEN in known.values())
            views.cache[_CACHED] = call
        return call

    @property
    def has_sides(self) -> bool:
        """Whether somebody of an office or a citizen speaks, and not only the fields of a form are named."""
        return any(role is not Role.UNKNOWN for role in self.roles.values())

    def at(self, start: int) -> int | None:
        """Return which turn a place stands in, None if it has no speaker."""
        at = bisect_right(self.turns, start, key=attrgetter("start")) - 1
        return at if at >= 0 and start < self.turns[at].end and self.turns[at].who else None

    def role(self, turn: Turn) -> Role:
        """Return what the one is who speaks."""
        return self.roles.get(turn.who, Role.UNKNOWN)

    def tells(self, turn: Turn) -> bool:
        """Whether somebody at a desk speaks to a citizen."""
        return self.has_citizen and self.role(turn) is Role.STAFF and is_at_desk(turn.who)

    def resembles_told(self, figures: str, start: int, end: int) -> bool:
        """Whether a citizen said a number before that differs from the one at a place in two digits at most."""
        tail = "".join(_DIGIT.findall(figures, start, end))[-_TAIL:]
        return any(at < start and sum(map(str.__ne__, tail, known)) <= _MOST_WRONG for at, known in self.told)

    def question(self, folded: str, at: int, asks: AnyPattern) -> Turn | None:
        """Return the turn of somebody else that asks for something and that a turn answers, short words between.

        Of a long one, its end.
        """
        for turn in reversed(self.turns[max(0, at - _MOST_PAUSES - 1) : at]):
            if not turn.who:
                return None
            asked = turn._replace(start=max(turn.start, turn.end - _LONGEST_QUESTION))
            if turn.who != self.turns[at].who and asks.search(folded[asked.start : asked.end]):
                return asked if _QUESTION.search(folded, *asked[1:]) else None
            if turn.end - turn.start > _LONGEST_PAUSE or _NO_PAUSE.search(folded, *turn[1:]):
                return None
        return None

    def first_said(self, figures: str, start: int, end: int) -> tuple[int, int] | None:
        """Return the place where a line that stands at a place is said first, None if in pieces over turns."""
        first = self.said.get("".join(_DIGIT.findall(figures, start, end))[-_TAIL:], start)
        if first is None or first >= start:
            return None if first is None else (start, end)
        begun = _BEGUN.search(figures, max(0, first - _LONGEST_NUMBER), first)
        ended = _ENDED.match(figures, first)
        return begun.start() if begun else first, ended.end() if ended else first

    def tells_digits(self, figures: str, at: int) -> bool:
        """Whether a turn says digits of a line that nobody said before, or a few that may be a part of one."""
        turn = self.turns[at]
        said = figures[max(turn.start, turn.end - _LONGEST_QUESTION) : turn.end]
        digits = "".join(_DIGIT.findall(_OF_ELSE.sub("", said)))
        if len(digits) < _TAIL:
            return len(digits) >= _FEWEST_OF_PART
        tails = (digits[first : first + _TAIL] for first in range(len(digits) - _TAIL + 1))
        return any((place := self.said.get(tail)) is not None and place >= turn.start for tail in tails)


def _told(figures: str, turn: Turn) -> Iterator[tuple[int, str]]:
    """Yield where numbers stand that may be a line's, and their last digits."""
    for number in _NUMBER.finditer(figures, turn.start, turn.end):
        yield number.start(), "".join(_DIGIT.findall(number[0]))[-_TAIL:]


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
    for first in range(len(digits) - _TAIL + 1):
        (begun, place), (ended, _) = places[first], places[first + _TAIL - 1]
        said.setdefault(digits[first : first + _TAIL], place if begun == ended else None)
    return said
