"""Who speaks in a call: a text is read as turns, a line each, and who speaks is named before a colon or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from deid.patterns import late

STAFF = (
    "(?:(?:1999)?(?:客服|話務|專員|承辦|值機|總機|受理|行政|服務|接線|櫃[台檯臺]|窗口|志工|社工|行員)(?:人?員)?"
    "|1999|小編|機器人|AGENT|OPERATOR|STAFF|CLERK|BOT)"
)
"""Somebody who answers for an office."""
CITIZEN = "(?:民眾?|市民|來電者?|報案人?|客[人戶]|家[長屬]|我|阿[嬤公伯姨]|老?伯|CALLER|CITIZEN|USER)"
"""Somebody who calls it."""
KNOWN = f"(?:{STAFF}|{CITIZEN}|[客專服]|先生|小姐|太太|問|答|[A-CQ甲乙])"
"""What is a speaker's name wherever a sentence begins, and nothing else."""
_CALLED_BY_NUMBER = "1999[一-鿿]{0,4}"
ANYBODY = f"(?:[一-鿿A-Z]{{1,8}}|{_CALLED_BY_NUMBER}):"
"""What may name a speaker behind a question."""
SPEAKER = late(f"(?P<who>[A-Z]|(?:{STAFF}|{CITIZEN})[0-9]?|[一-鿿]{{1,4}}|{_CALLED_BY_NUMBER}) ?: ?")
"""What names a speaker where a line begins."""
HOTLINE = re.compile(f"\n{_CALLED_BY_NUMBER} ?:")
_LINE = re.compile("[^\n]+")
_BY_NAME = "(?:1999)?(?:客服|話務|專員|小編)[一-鿿]{0,3}"  # 「客服小陳」
_STAFF = re.compile(
    f"(?:{STAFF}|[專服]|{_CALLED_BY_NUMBER}|{_BY_NAME}|[一-鿿]{{0,4}}(?:人員|館員|值[機班]員))[0-9]?"
)
_AT_DESK = re.compile(
    f"(?:[專服]|{_CALLED_BY_NUMBER}|{_BY_NAME}|值[機班]員?|總機|接線員?|櫃[台檯臺]|窗口|館員|機器人|"
    "(?:服務|話務|值班|值機|接聽|地政|戶政|稅務)人員|AGENT|OPERATOR|STAFF|CLERK|BOT)[0-9]?"
)
_CITIZEN = re.compile(f"{CITIZEN}[0-9]?")
_PERSON = re.compile(
    "(?:先生|小姐|太太|男|女|學生|讀者|阿姨|叔叔|大哥|大姐|小[弟妹]妹?|婦人|住戶|里民|患者|病患|車主|旅客|訪客|客|[A-Z甲乙])[0-9]?"
)
_SERVES = re.compile("1999[您你]好|為[您你]服務")
_CALLS = re.compile("我(?:家|住|要|想|的|叫|姓|[媽爸]|先生|太太|老[公婆]|兒子|女兒|阿)|你們")


class Role(Enum):
    """What somebody is in a call."""

    STAFF, CITIZEN, UNKNOWN = 0, 1, 2


class Turn(NamedTuple):
    """A line: the name of who speaks, empty where none is told; where begins and ends what is said."""

    who: str
    start: int
    end: int


def turns(text: str) -> Iterator[Turn]:
    """Yield the lines of a folded text."""
    for line in _LINE.finditer(text):
        speaker = SPEAKER.match(text, *line.span())
        yield Turn(speaker["who"], speaker.end(), line.end()) if speaker else Turn("", *line.span())


def roles(text: str, said: Sequence[Turn]) -> Mapping[str, Role]:
    """Return what each speaker is: by his name or, where just two speak, by what the other one is or his greeting."""
    found = {turn.who: _role(turn.who) for turn in said if turn.who}
    unknown = [who for who, role in found.items() if role is Role.UNKNOWN]
    if len(found) != 2 or not unknown:  # a call has two sides
        return found
    if Role.STAFF in found.values():
        return found | ({unknown[0]: Role.CITIZEN} if _PERSON.fullmatch(unknown[0]) else {})
    words = {who: [text[turn.start : turn.end] for turn in said if turn.who == who] for who in found}
    serve = [who for who in unknown if any(map(_SERVES.search, words[who]))]
    calls = [who for who in found if who not in serve and any(map(_CALLS.search, words[who]))]
    return found | {serve[0]: Role.STAFF, calls[0]: Role.CITIZEN} if len(serve) == len(calls) == 1 else found


def is_at_desk(who: str) -> bool:
    """Whether one of the staff tells callers where to turn; an official in charge is called himself, too."""
    return _AT_DESK.fullmatch(who) is not None or _STAFF.fullmatch(who) is None


def _role(who: str) -> Role:
    if _STAFF.fullmatch(who):
        return Role.STAFF
    return Role.CITIZEN if _CITIZEN.fullmatch(who) else Role.UNKNOWN


def is_hotline(text: str, at: int) -> bool:
    """Whether the digits at a place name the hotline as the one who speaks: 「1999：車號？」."""
    return HOTLINE.match(f"\n{text[at : at + 10]}") is not None and text[at - 1 : at] in ("", "\n")
