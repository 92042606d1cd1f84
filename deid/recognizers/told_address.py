"""Reads an address that is told part by part with other words between: 「住和平路,對,五十巷進來,右邊九號」.

A part follows another where it is the next smaller one (road, section, lane, alley, number, floor, room), where it is
said again, or where words between say that what went before was wrong. What is told so counts where somebody says
that he lives there or is asked for it, and where it goes on behind an address that is known to be somebody's.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import partial
from itertools import pairwise
from operator import attrgetter

from deid.patterns import Pattern
from deid.recognizers.address_grammar import (
    HAN,
    NOT_A_ROAD,
    NOT_DOOR,
    NOT_HOUSE_IN_DISTRICT,
    NUM,
    SETTLED,
    SUB,
    name_start,
)
from deid.recognizers.told_parts import (
    LONGEST_GAP,
    LONGEST_PAUSE,
    Part,
    Span,
    Step,
    chains,
    corrects,
    is_near,
    is_told_again,
    places,
)

_PARTS = ("road", "section", "lane", "alley", "number", "floor", "room")
_ROAD, _LANE, _NUMBER, _FLOOR = map(_PARTS.index, ("road", "lane", "number", "floor"))
_PART = Pattern(
    rf"(?P<road>{HAN}{{1,4}}(?:路|街|大道)(?: ?[東西南北]?{NUM} ?段)?)"
    rf"|(?<![0-9第字台月個到至])(?:(?P<section>{NUM} ?段)(?!時間|路|感情)|(?P<lane>{NUM}{SUB}? ?巷)"
    rf"|(?P<alley>{NUM}{SUB}? ?[弄衖])"
    rf"|(?P<number>{NUM}{SUB}? ?號(?: ?[之-] ?{NUM}(?! ?[0-9樓號F]))?)"
    rf"|(?P<floor>{NUM} ?樓(?: ?[之-] ?{NUM})?室?)|(?P<room>[A-Z]?{NUM} ?[室房](?!間?[東客租])))"
)
# 「幾巷?」「三十。」: the unit stands in the question.
_ANSWER = Pattern(
    rf"(?:幾(?P<unit>[段巷弄號樓])|(?P<door>門牌|號碼)|(?P<level>樓層))[^0-9\n?。:]{{0,6}}[?。]?\n?(?:[一-鿿A-Z]{{1,5}}:)"
    rf"(?:(?!{NUM})[^0-9\n]){{0,8}}(?P<told>{NUM}{SUB}?)(?=[,。!?\n ]|$)"
)
_SMALL = Pattern("[0-9零〇○一二兩三四五六七八九十百] ?[段巷弄號樓]")
_WHICH = re.compile("[哪這那]條?路$|[走選到對]路$")
_NO_ROAD_AFTER = re.compile("[樹燈人霸障口邊名過上況費線頭]")
_LIVES = re.compile(
    "(?:住(?![戶院宿民])|[地住]址|門牌|(?:[我阮]們?|老|租)家|戶籍|[厝家]在|寄[到給去]|送[到去]|租在|蹛)"
    "[^0-9。!?]{0,10}(?:[?。]\n?(?:[一-鿿A-Z]{1,5}:)[^0-9。!?]{0,6})?$"
)
_SPOKEN_OF = re.compile("住|[地住]址|門牌|[我阮]家|厝|寄|送")
_HIS = re.compile("我[就也家]?[住在][^0-9,。!?\n]{0,4}$")
# A door goes before its road only where somebody says that it is his.
_DOOR_FIRST = re.compile("(?:住在?|門牌是?|家是|[我阮]們?是|戶籍是?)$")
_ASKS = re.compile("幾[段巷弄號樓]|[段巷弄號樓]呢|[巷弄]號|有[段巷弄樓]|門牌|號碼|樓層|請問|[?]")
_NAMED = re.compile("[路街]名|[路街](?:就?是|呢|喔|\\?|你們知道)|哪條[路街]")
_ASKED = re.compile(
    "(?:幾[段巷弄號樓]|[段巷弄號樓]呢|[巷弄]號|有[段巷弄樓]|門牌|樓層|號碼)[^\n]{0,6}[?\n。]?[^\n]{0,3}"
    "(?:[一-鿿A-Z]{1,5}:|\n)"
)
# What is spoken of now is something else, or another place.
_ELSE = re.compile(
    "[0-9]{3}|電話|手機|生日|身[分份]?證|車牌|號碼是|出口|公車|捷運|派出所|分局|國小|國中|醫院|診所|里長|"
    "(?<![進過回出上下])去|來[辦找看]|看到|聽說|發生|之前住|我(?:們是|[叫姓])|名字|元|點[半鐘]|[月日]"
)
_PAUSE = re.compile("[ ,、。!?\n;:.⋯…是在住]$")
_CLOSED = re.compile("[ ,、。!?\n;:().⋯…~」]|$|[啦喔齁呢吧欸嗎]|[一-鿿A-Z]{1,5}:")
_BESIDE = re.compile("[的對隔旁門]|這|那")  # what may stand behind a number, too: 「九號對面」
# A building or a settlement of which nothing is said: the tagger reads such an address whole.
_BUILDING = re.compile(f"{HAN}{{2,6}}(?:大廈|社區|大樓|公寓|華廈|[新眷國]村|新城|山莊|花園|家園|國宅|{SETTLED}) ?")
_LEAD, _FAR = 26, 40


def told_apart(
    folded: str, addresses: Iterable[Span], others: Iterable[Span], is_public: Callable[[int, int], bool]
) -> Iterator[Span]:
    """Yield the parts of each address that is told apart, in offsets of the folded view.

    ``addresses`` are those that are known to be somebody's, ``others`` those that are known to be nobody's;
    ``is_public`` tells of a place whether an agency or a shop is spoken of there.
    """
    if not _SMALL.search(folded):
        return
    known, nobodys = places(addresses), places(others)
    for chain in chains(_parts(folded), partial(_step, folded)):
        if any(part.start in nobodys for part in chain):
            continue
        if not _is_told(folded, chain) or is_public(chain[0].start, chain[0].end):
            chain = _behind_known(folded, chain, known)
        yield from _joined(folded, chain)


def _joined(folded: str, chain: Iterable[Part]) -> Iterator[Span]:
    """Yield where the parts stand, as one where nothing is said between them."""
    start = end = -1
    for part in chain:
        gap = folded[end : part.start]
        if part.start != end and not (part.kind > _LANE and gap == "\n") and not (part.kind > _FLOOR and gap == ","):
            if start >= 0:
                yield start, end
            start = part.start
        end = part.end
    if start >= 0:
        yield start, end


def _parts(folded: str) -> Iterator[Part]:
    parts = heapq.merge(_named(folded), _answered(folded), key=attrgetter("start"))
    for part, following in pairwise((*parts, None)):
        if part and _is_closed(folded, part, following):
            yield part


def _answered(folded: str) -> Iterator[Part]:
    for found in _ANSWER.finditer(folded) if ":" in folded else ():
        unit = found["unit"] or ("號" if found["door"] else "樓")
        yield Part("段巷弄號樓".index(unit) + 1, *found.span("told"), found["told"])


def _named(folded: str) -> Iterator[Part]:
    for found in _PART.finditer(folded):
        kind = _PARTS.index(found.lastgroup or "")
        start, end = found.span(found.lastgroup or 0)
        if kind == _ROAD:
            way = max(folded.rfind(word, start, end) for word in ("路", "街", "大道"))
            name = folded[start : way + 1]
            doubted = NOT_A_ROAD.search(name) or _WHICH.search(name) or _NO_ROAD_AFTER.match(folded, way + 1)
            start = name_start(folded, start, way)
            yield Part(kind, start, end, folded[start:end], doubted is not None)
        elif not _is_other(folded, kind, start, end):
            yield Part(kind, start, end, folded[start:end])


def _is_other(folded: str, kind: int, start: int, end: int) -> bool:
    """Whether a lane is denied, or a number is a day, a gate, a counter."""
    if kind == _NUMBER:
        return bool(NOT_HOUSE_IN_DISTRICT.match(folded, end) or NOT_DOOR.match(folded, end))
    return kind < _NUMBER and folded.endswith("不是", 0, start) and folded.startswith((",", "、"), end)


def _is_closed(folded: str, part: Part, following: Part | None) -> bool:
    """Whether nothing is said of a door or a floor that makes it another thing."""
    if part.kind < _NUMBER or (following and following.start == part.end) or _CLOSED.match(folded, part.end):
        return True
    return part.kind == _NUMBER and _BESIDE.match(folded, part.end) is not None


def _step(folded: str, chain: Sequence[Part], part: Part) -> Step:
    """Tell whether a part goes on with what is told."""
    if part.doubted and part.start - chain[-1].end <= LONGEST_GAP:
        return Step.PASSED
    return Step.ON if _follows(folded, chain, part) else Step.ANEW


def _follows(folded: str, chain: Sequence[Part], part: Part) -> bool:
    last = chain[-1]
    gap = folded[last.end : part.start]
    if not gap:
        return part.kind > last.kind
    asks = _ASKS.search(gap) is not None or (part.kind == _ROAD and _NAMED.search(gap) is not None)
    if not is_near(gap, asks=asks) or _ELSE.search(gap) or _BUILDING.fullmatch(gap):
        return False
    if part.kind >= _FLOOR and not _PAUSE.search(gap):
        return False
    if part.kind == _ROAD and all(one.kind != _ROAD for one in chain):
        return asks or (len(gap) <= LONGEST_PAUSE and _is_his_door(folded, chain[0]))
    return is_told_again(chain, part) or (part.kind != _ROAD and (part.kind > last.kind or corrects(gap)))


def _is_his_door(folded: str, part: Part) -> bool:
    return part.kind >= _LANE and _DOOR_FIRST.search(folded, max(0, part.start - _LEAD), part.start) is not None


def _is_told(folded: str, chain: Sequence[Part]) -> bool:
    """Whether somebody says that he lives there, or is asked, and more than a road is told."""
    first = chain[0]
    if all(part.kind < _LANE for part in chain) or all(one.end == two.start for one, two in pairwise(chain)):
        return False
    if first.doubted and not {_LANE, _NUMBER} <= {part.kind for part in chain}:
        return False
    if first.kind > _ROAD and any(part.kind == _ROAD for part in chain):
        return True
    if first.kind >= _NUMBER:
        return False
    gaps = [folded[one.end : two.start] for one, two in pairwise(chain)]
    if any(_ASKED.search(gap) or _HIS.search(gap) for gap in gaps):
        return True
    whole = first.kind == _ROAD and {_LANE, _NUMBER} <= {part.kind for part in chain}
    if whole and _SPOKEN_OF.search(folded, max(0, first.start - _FAR), chain[-1].start):
        return True
    return _LIVES.search(folded, max(0, first.start - _LEAD), first.start) is not None


def _behind_known(folded: str, chain: Sequence[Part], known: Set[int]) -> list[Part]:
    """Return what goes on behind a part that is known to be somebody's, and its road where it was told before."""
    places = [index for index, part in enumerate(chain) if part.start in known]
    if not places:
        return []
    first = places[0]
    found = [one for one in chain[:first] if any(part.said.startswith(one.said) for part in chain[first:])]
    for last, part in pairwise(chain[first:]):
        gap = folded[last.end : part.start]
        goes_on = corrects(gap) or (len(gap) <= LONGEST_PAUSE and part.kind >= _FLOOR)
        if not (part.start in known or goes_on or is_told_again(chain[:first], part) or _ASKS.search(gap)):
            break
        found.append(part)
    return found
