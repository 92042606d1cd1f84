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

from deid.patterns import Pattern, late
from deid.recognizers.address_grammar import (
    DAY_OR_PLACE_AFTER,
    HAN,
    NOT_A_ROAD,
    NOT_HOUSE_IN_DISTRICT,
    NUM,
    NUMERALS,
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
from deid.speakers import ANYBODY

_PARTS = ("road", "section", "lane", "alley", "number", "floor", "room")
_ROAD, _LANE, _NUMBER, _FLOOR = map(_PARTS.index, ("road", "lane", "number", "floor"))
_NAME = f"(?:(?![巷弄號段]){HAN}){{1,4}}"
_PART = Pattern(
    rf"(?P<road>{_NAME}(?:路|街|大道)(?: ?[東西南北]?{NUM} ?段(?!時間|路|感情))?)"
    rf"|(?<![0-9字台月{NUMERALS}])(?:(?P<section>{NUM} ?段)(?!時間|路|感情)|(?P<lane>{NUM}{SUB}? ?巷)"
    rf"|(?P<alley>{NUM}{SUB}? ?[弄衖])"
    rf"|(?<!第)(?:(?P<number>{NUM}{SUB}? ?號(?: ?[之-] ?{NUM}(?! ?[0-9樓號F]))?)"
    rf"|(?P<floor>{NUM} ?樓(?: ?[之-] ?{NUM})?室?)|(?P<room>[A-Z]?{NUM} ?[室房](?!間?[東客租]))))"
)
# 「幾巷?」「三十。」: the unit stands in the question.
_ANSWER = Pattern(
    r"(?:幾(?P<unit>[段巷弄號樓])(?!停|櫃|窗|線|月台|出口)|(?P<door>門牌|號碼)|(?P<level>樓層))"
    rf"[^0-9\n?。:]{{0,6}}[?。]?\n?(?:{ANYBODY}|- )"
    rf"(?:(?!{NUM})[^0-9\n]){{0,8}}(?P<told>{NUM}{SUB}?)(?=[,。!?\n ]|$)"
)
# 「號碼好像二四七」, 「幾號去了,二八九」: asked and told by the same one.
_SELF_ASKED = Pattern(
    r"(?:幾號(?:去了|來著|[啊呢喔])?[,、。⋯… ]{1,3}|號碼(?:好像|大概|應該|記得)是?)"
    rf"(?P<told>{NUM}{SUB}?)(?=[,。!?\n ]|$)"
)
_SMALL = Pattern("[0-9零〇○一二兩三四五六七八九十百] ?[段巷弄號樓]|幾[段巷弄號樓]|門牌|樓層|號碼")
_WAY = re.compile("路|街|大道")
_GLUED = re.compile(f" ?{NUM}{SUB}? ?[段巷弄號樓]")
_WHICH = re.compile("(?:[哪這那](?:一?條)?|什麼)[路街]$|[走選到對在]路$")
_NO_ROAD_AFTER = re.compile("[樹燈人霸障況費線頭面邊名]")
_LIVES = late(
    "(?:住(?![戶院宿民])|[地住店]址|居地|租屋處|門牌|(?:[我阮]們?|老|租)家|戶籍|[厝家][在佇]|寄[到給去]|送[到去]|租在|蹛"
    "|(?:請問|地點|位置|路燈|現場)[^。\n]{0,6}在?哪[裡邊]?(?=[^。\n]{0,3}[?]))"
    f"[^0-9。!?]{{0,10}}(?:[?。]\n?{ANYBODY}[^0-9。!?]{{0,10}})?$"
)
_SPOKEN_OF = re.compile("住|[地住]址|門牌|[我阮]家|厝|寄|送")
_HIS = re.compile("我[就也家]?[住在][^0-9,。!?\n]{0,4}$")
_OWN = re.compile("[我阮咱][^,。\n]{0,6}$")
# A door goes before its road only where somebody says that it is his.
_DOOR_FIRST = re.compile("(?:住在?|門牌是?|家是|[我阮]們?是|戶籍是?)$")
_ASKS = re.compile("幾[段巷弄號樓]|[段巷弄號樓]呢|[巷弄]號|有[段巷弄樓]|門牌|號碼|樓層|請問|[?]")
_NAMED = re.compile("[路街]名|[路街](?:就?是|呢|喔|\\?|你們知道)|哪條[路街]")
_ASKED = late(
    f"幾[段巷弄號樓]|(?:對嗎|對不對|是嗎|沒錯吧?)[^\n]{{0,3}}\n{ANYBODY}|"
    "(?:[段巷弄號樓]呢|[巷弄]號|有[段巷弄樓]|門牌|樓層|號碼)[^\n]{0,6}[?\n。]?[^\n]{0,3}"
    f"(?:{ANYBODY}|\n|- )"
)
_WAY_THERE = re.compile("走進|[進出]來|進去|轉[進彎]|再過去|往[前裡]|對面")
_NEXT_LINE = re.compile("\n[^0-9\n]{0,6}")
# A citizen asks where an office is.
_OF_OFFICE = re.compile(
    "[站局所館院校處司店園行社會](?![路街大])(?:的?(?:地址|位置))?(?:是不是|[是在]?(?:哪[條裡邊]?|幾[號樓])|[^0-9。\n]{1,6}(?:幾[號樓]|嗎))"
)
# What is spoken of now is something else, or another place.
_ELSE = re.compile(
    "[0-9]{3}|(?:電話|手機|門號)[是:,]|生日|身[分份]?證|車牌|號碼是|聽說|之前住|我(?:們是|叫)|名字|[今明後昨前]天|[年月日週期]|禮拜|颱風"
)
_OTHER_FLOOR = re.compile(
    "放|服務(?!人員|員)|課|櫃|(?<![進出])去|看到|要[到上]|辦|幫|請問(?![樓幾您])|路|街|店|朋友|檔|資料|[領表]|窗口|申請"
)
_PAUSE = re.compile("[ ,、。!?\n;:.⋯…是在住到對齁]$|樓層(?!一樣)")
# A door that is told may need something (要修), and the next number is no part of it.
_NO_DOOR_AFTER = re.compile(f" ?(?:{DAY_OR_PLACE_AFTER}|那[家間][^,。\n]{0,4}店|會(?!漏)|[跟和到至發領來])")
_NO_FLOOR_AFTER = re.compile(" ?(?:[是就的也有嗎櫃那嬰客座]|陽台|服務|圖書|以[上下]|還是|屋主|住戶|先生|太太|小姐)")
# A building or a settlement of which nothing is said: the tagger reads such an address whole.
_BUILDING = late(f"{HAN}{{2,6}}(?:大廈|社區|大樓|公寓|華廈|[新眷國]村|新城|山莊|花園|家園|國宅|{SETTLED}) ?")
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
    parts = (part for part in _parts(folded) if part.start not in nobodys)
    for chain in chains(parts, partial(_step, folded)):
        first = chain[0]
        own = _OWN.search(folded, max(0, first.start - _LEAD), first.start)
        if not _is_told(folded, chain) or (own is None and is_public(first.start, first.end)):
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
    yield from heapq.merge(_named(folded), _answered(folded), _self_asked(folded), key=attrgetter("start"))


def _answered(folded: str) -> Iterator[Part]:
    for found in _ANSWER.finditer(folded) if ":" in folded or "- " in folded else ():
        unit = found["unit"] or ("號" if found["door"] else "樓")
        yield Part("段巷弄號樓".index(unit) + 1, *found.span("told"), found["told"])


def _self_asked(folded: str) -> Iterator[Part]:
    for found in _SELF_ASKED.finditer(folded) if "號" in folded else ():
        yield Part(_NUMBER, *found.span("told"), found["told"])


def _named(folded: str) -> Iterator[Part]:
    for found in _PART.finditer(folded):
        kind = _PARTS.index(found.lastgroup or "")
        start, end = found.span(found.lastgroup or 0)
        if kind == _ROAD:
            way = max(_WAY.finditer(folded, start, end), key=re.Match.end)
            name = folded[start : way.end()]
            if _WHICH.search(name):
                continue
            doubted = NOT_A_ROAD.search(name) or _NO_ROAD_AFTER.match(folded, way.end())
            start = name_start(folded, start, way.start())
            yield Part(kind, start, end, folded[start:end], doubted is not None)
        elif not _is_other(folded, kind, start, end):
            yield Part(kind, start, end, folded[start:end])


def _is_other(folded: str, kind: int, start: int, end: int) -> bool:
    """Whether a part is asked for (哪一段) or denied, or a number is a day, a gate, a counter, a floor spoken of."""
    if kind == _NUMBER:
        return bool(NOT_HOUSE_IN_DISTRICT.match(folded, end) or _NO_DOOR_AFTER.match(folded, end))
    if folded.endswith("哪", 0, start):
        return True
    if kind >= _FLOOR:
        return _NO_FLOOR_AFTER.match(folded, end) is not None
    return folded.endswith("不是", 0, start) and folded.startswith((",", "、"), end)


def _step(folded: str, chain: Sequence[Part], part: Part) -> Step:
    """Tell whether a part goes on with what is told; a road that is only passed does not."""
    near = part.start - chain[-1].end <= LONGEST_GAP
    if near and part.kind == _ROAD and (part.doubted or _is_passed(folded, chain, part)):
        return Step.PASSED
    return Step.ON if _follows(folded, chain, part) else Step.ANEW


def _is_passed(folded: str, chain: Sequence[Part], road: Part) -> bool:
    """Whether a road shows the way to the one that was told: 「住和平路,靠近中正路,五十巷」."""
    if chain[0].doubted or not all(one.kind < _LANE for one in chain) or is_told_again(chain, road):
        return False
    if corrects(folded[chain[-1].end : road.start]) or folded.endswith("不是", 0, chain[-1].start):
        return False
    alone = _GLUED.match(folded, road.end) is None
    return alone and _LIVES.search(folded, chain[-1].end, road.start) is None


def _follows(folded: str, chain: Sequence[Part], part: Part) -> bool:
    last = chain[-1]
    gap = folded[last.end : part.start]
    if not gap:
        return part.kind > last.kind
    named = part.kind == _ROAD and _NAMED.search(gap) is not None
    asks = named or (_ASKS.search(gap) or _WAY_THERE.search(gap)) is not None
    if not is_near(gap, asks=asks) or _BUILDING.fullmatch(gap):
        return False
    if part.kind == _NUMBER and _HIS.search(gap):
        return True
    said = gap.removesuffix("我們是") if part.kind > _ROAD else gap
    if _ELSE.search(said) or (part.kind == _FLOOR and not (_is_his_floor(gap) or corrects(gap))):
        return False
    if part.kind == _ROAD and all(one.kind != _ROAD for one in chain):
        return named or (len(gap) <= LONGEST_PAUSE and _is_his_door(folded, chain[0]))
    lanes = part.kind == last.kind == _LANE and len(gap) <= LONGEST_PAUSE
    corrected = corrects(gap) or folded.endswith("不是", 0, last.start)
    return is_told_again(chain, part) or part.kind > last.kind or lanes or corrected


def _is_his_floor(gap: str) -> bool:
    return _PAUSE.search(gap) is not None and _OTHER_FLOOR.search(gap) is None


def _is_his_door(folded: str, part: Part) -> bool:
    return part.kind >= _LANE and _DOOR_FIRST.search(folded, max(0, part.start - _LEAD), part.start) is not None


def _is_told(folded: str, chain: Sequence[Part]) -> bool:
    """Whether more than a road is told where somebody says that he lives, is asked, or goes on in the next line."""
    first = chain[0]
    if all(part.kind < _LANE for part in chain) or all(one.end == two.start for one, two in pairwise(chain)):
        return False
    if first.doubted and not {_LANE, _NUMBER} <= {part.kind for part in chain}:
        return False
    if first.kind > _ROAD and any(part.kind == _ROAD for part in chain):
        return True
    if first.kind >= _NUMBER or _OF_OFFICE.search(folded, max(0, first.start - _LEAD), chain[1].start):
        return False
    gaps = [folded[one.end : two.start] for one, two in pairwise(chain)]
    if any(_ASKED.search(gap) or _HIS.search(gap) for gap in gaps) or _NEXT_LINE.fullmatch(gaps[0]):
        return True
    whole = first.kind == _ROAD and {_LANE, _NUMBER} <= {part.kind for part in chain}
    if whole and _SPOKEN_OF.search(folded, max(0, first.start - _FAR), chain[-1].start):
        return True
    return _LIVES.search(folded, max(0, first.start - _LEAD), first.start) is not None


def _behind_known(folded: str, chain: Sequence[Part], known: Set[int]) -> list[Part]:
    """Return what goes on behind a part that is known to be somebody's, and its road where it was told before."""
    first = next((index for index, part in enumerate(chain) if part.start in known), None)
    if first is None:
        return []
    gap = folded[chain[first - 1].end : chain[first].start] if first else ""
    road = chain[0].kind == _ROAD and not chain[0].doubted
    corrected = road and (corrects(gap) or chain[first].kind == _LANE)
    found = [one for one in chain[:first] if corrected or any(part.said.startswith(one.said) for part in chain[first:])]
    for last, part in pairwise(chain[first:]):
        gap = folded[last.end : part.start]
        floor = part.kind >= _FLOOR and len(gap) <= LONGEST_PAUSE
        again = is_told_again(chain[:first], part)
        if not (part.start in known or floor or again or corrects(gap) or _ASKED.search(gap)):
            break
        found.append(part)
    return found
