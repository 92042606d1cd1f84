"""Numbers told in groups: with pauses, words, confirmations, repeats and corrections between the groups.

「零九一二，等我一下喔，三四五，對，三四五，尾巴是六七八」. A form says what a whole number looks like; what was said
so far is a set of readings, since a group may go on, say again what was said, or correct it. Groups belong to the
number as far as one of the readings is whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from deid.identifiers import tw_phone
from deid.patterns import late
from deid.said_digits import digits_said
from deid.speakers import HOTLINE, is_hotline

Span = tuple[int, int]

UNITS = (
    " ?[年月日號元塊點分時歲樓個次十百千萬%台輛位名張天週周度米公支條件包箱路巷弄段秒折倍成期屆級戶坪成本隻頭場班]"
    "|[幾多餘]|[:/][0-9]|\\.[0-9]"
)
"""What makes digits a count, a time or a place."""

_COUNTS = re.compile(UNITS)
_SURELY_COUNTS = re.compile(
    "[年月日號元塊點樓歲%萬千百]|[:/][0-9]|\\.[0-9]|(?:,[0-9]{3})+ ?[元塊]"
)
# 一直, 一下, 三碼: no digits.
NO_DIGIT = "(?:[0-9](?:[直下樣起定些般路遍半]|個(?![0-9]))|(?<![0-9])(?:[0-9][碼位隻片張支]|1[個个]))"
_SAID = rf"(?:[0-9]百0?[0-9]?十?[0-9]?|(?:[2-4]|(?<=[0-9])1)[個个][0-9]|雙[0-9]|[0-9]?十[0-9]?|(?!{NO_DIGIT})[0-9])"
_FIGURES = late(rf"{_SAID}(?:[ \-]?{_SAID})*")
CODE = late(
    rf"(?<![0-9A-Z])(?!(?:OK|ID|NO|LINE)(?![A-Z]))(?!{NO_DIGIT})[0-9A-Z](?:[ \-]?(?!{NO_DIGIT})[0-9A-Z])*"
)
_SAYING = (
    "[ ,、。.…!?~(]|停頓|[)]|對[對啦啊]?|沒錯|[好可]以?了?[嗎沒]?|[欸嗯呃啊阿喔噢好齁嘿啦蛤]|那個|再來|[閣擱]來|"
    "然後[呢咧]?|接著|接下來|接|繼續|OK|"
    "後[面壁背尾]|[前頭][面前]|中間|最後|末尾|尾[巴數仔]|(?:[後末]|(?<=後)|(?<=[後前][面壁背尾]))"
    "[1-5](?:[個碼位]|隻?字)|剩下的?|再1?個?|先|"
    "[槓杠斷]|1橫|就?是|等1下|等等|等我|你?[記抄聽寫]1?下|有[記抄聽寫]?[到著]?[嗎吼齁喔吧沒無]|有[記抄聽寫][到著]?|還有|你?有沒有(?:在[記抄聽]|[記抄聽]到)|"
    "[我你][看想等記]1?下|你等我|我再?[唸念講說](?:1次|1遍)?|慢慢來?|第[1-5][組段]|\n(?:[一-鿿A-Z]{1,6}:)?|是?的"
)
_SAYINGS = late(f"(?>{_SAYING}){{1,16}}+")
_WRONG = re.compile("不對|不是|毋[是著]|[講唸念說寫打報抄記看]錯|錯了|更正|抱歉|歹勢|重來|應該是|SORRY")
_OTHER_NUMBERS = (
    "電話|手機|市話|傳真|分機|[帳卡證編案單文戶學票電水]號|身[分份]證|車牌|地址|生日|出生|民國|密碼|病歷|保單|統編|LINE|信箱|公車|"
    "[餘金]額|一共|總共|轉"
)
# Words that tell of something else.
ELSE = late(f"{_OTHER_NUMBERS}|住|[路街巷弄段樓]|[元萬]|或|跟|和|以及|價|費|打給")
# The same right before the next group: where a number is certain, all else is talk.
_NAMED = re.compile(f"(?:{_OTHER_NUMBERS}|打給?|第)[號碼是為有: ]{{0,4}}$")
_OTHERS = re.compile("另外(?!1片)|[他她]們|分別")
_OPEN_CHAR = "[^0-9A-Z;{}]|[0-9](?=[直下樣起定些般個位張支碼隻字組片段句])"
_OPEN = late(f"[ ,、。.…~(](?:{_OPEN_CHAR.format('!?。' + chr(10))}){{0,20}}")
# Where the number is certain somebody may ask, say more than a sentence, or send it in lines.
_WIDE = f"(?:{_OPEN_CHAR.format('').replace('A-Z;', '')}){{0,28}}"
_OPEN_LETTERS = late(f"[^0-9A-Z一-鿿](?:{_OPEN_CHAR.format('')}){{0,28}}")
_OPEN_WIDE = late(f"[^0-9A-Z一-鿿]{_WIDE}")
# 「零九五二等一下水滾了三一七」: no pause, but a saying before any word.
_INTERRUPTED = late(f"(?:{_SAYING}){_WIDE}")
_OF_OTHER = re.compile("[:/.](?<=[0-9][:/.])")  # minutes, a day, a decimal
_LONGEST_BETWEEN, _MOST_GROUPS, _MOST_READINGS = 30, 16, 64
# Somebody else speaks, or goes on; other lines may be rows of a table.
_TURN = late("[^\n]*\n(?:[一-鿿A-Z]{1,6}:|接著|再來|然後|後面)")
NEXT_TURN = re.compile("\n(?=[一-鿿A-Z]{1,8}:)")
_FEWEST = (2, 3)  # groups, and those behind a letter alone
_VALUE = 7  # characters of a first group that is a value of its own: half an account of the post office
_PAUSE = re.compile("[ ,、.…~-]{0,2}(?:那個|[欸呃嗯啊喔對齁]{1,2})?[ ,、.…~-]{0,2}")
_CLOSED = re.compile("[ ,、。.!?\n;:)~…」】』→\"'-]|$|[啦喔哦啊呢齁嘿對有好欸嘛的]")


class _Between(Enum):
    SAYING, WRONG, OPEN = range(3)


def _never(_said: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind of number looks like.

    ``begun`` matches what may have been said so far; ``whole`` tells whether it may end here, ``sure`` whether it is
    one whatever words stood between its groups. Where it is ``done`` (``whole``, if not given) only a saying goes on.
    An ``exact`` one has a certain length: any word may stand right behind it.
    """

    begun: re.Pattern[str]
    whole: Callable[[str], object]
    sure: Callable[[str], object] = _never
    done: Callable[[str], object] | None = None
    letters: bool = False
    shortest: int = 1  # characters of its first group
    longest: int = 16
    exact: bool = True


_Reading = tuple[str, bool]  # what was said so far, and whether just any words were said in between


def told(figures: str, start: int, form: Form) -> tuple[list[Span], str]:
    """Return where the groups of a number stand whose first one begins at a place, and the number; none if it is none.

    ``figures`` has Chinese digits as figures: 3個7, 十8.
    """
    group = (CODE if form.letters else _FIGURES).match(figures, start)
    first = _plain(group, form) if group else ""
    if group is None or not _begins(first, form):
        return [], ""
    alone = form.exact and len(group[0]) > len(first) and form.whole(first) and form.sure(first)
    if not (_ends(figures, group) or (alone and not _SURELY_COUNTS.match(figures, group.end()))):
        return [], ""
    groups, found, number = _told_on(figures, group, first, form)
    if not form.exact and (number == first or 0 < found < _FEWEST[len(first) == 1]):
        return [], ""  # only said again, or a letter that may be a mark before a whole number
    if not found and alone:
        found, number = 1, first
    return [one.span() for one in groups[:found]], number


def _begins(first: str, form: Form) -> bool:
    """Whether a group may be the first of a number: of those without a certain length no digit alone."""
    if not (form.shortest <= len(first) <= form.longest and form.begun.fullmatch(first)):
        return False
    return form.exact or len(first) > 1 or not first.isdigit()


def _told_on(figures: str, begun: re.Match[str], said: str, form: Form) -> tuple[list[re.Match[str]], int, str]:
    """Return the groups, how many of them make a number, and the number."""
    groups, found, number = [begun], 0, ""
    readings, ends = {(said, False)}, True
    while ends and len(groups) < _MOST_GROUPS and (group := _next(figures, groups[-1].end(), form)):
        between = _between(figures, groups[-1].end(), group, form)
        if between is None:
            break
        said, last, before = _plain(group, form), said, readings
        readings = {new for one in readings for new in _read_on(one, said, last, between, form)}
        if _is_anew(said, between, before, form):
            readings.add((said, False))
        if not readings or len(readings) > _MOST_READINGS:
            break
        groups.append(group)
        ends = _ends(figures, group)
        whole = [one for one, open_ in readings if form.whole(one) and (not open_ or form.sure(one))]
        goes_on = len(group[0]) > 1 and (form.exact or not tw_phone.is_short_line(said))
        if whole and (ends or goes_on):
            found, number = len(groups), max(whole, key=len)
    return groups, found, number


def joined(figures: str, groups: Sequence[Span]) -> Iterator[Span]:
    """Yield the groups, those as one between which hardly anything is said."""
    start = groups[0][0]
    for (begin, end), (after, _) in pairwise(groups):
        halves = begin == groups[0][0] and end - begin >= _VALUE
        if halves or not _PAUSE.fullmatch(figures, end, after):
            yield start, end
            start = after
    yield start, groups[-1][1]


def _plain(group: re.Match[str], form: Form) -> str:
    return group[0].replace(" ", "").replace("-", "") if form.letters else digits_said(group[0].replace("-", " "))


def _next(figures: str, end: int, form: Form) -> re.Match[str] | None:
    """Return the next group where it is not far and is no date, sum or house number."""
    pattern = CODE if form.letters else _FIGURES
    near = pattern.search(figures, end, end + _LONGEST_BETWEEN + 1)
    if near and is_hotline(figures, near.start()):
        near = pattern.search(figures, figures.index(":", near.start()), end + _LONGEST_BETWEEN + 1)
    if near is None or _OF_OTHER.match(figures, near.start() - 1):
        return None
    group = pattern.match(figures, near.start())
    return None if group is None or _SURELY_COUNTS.match(figures, group.end()) else group


def _ends(figures: str, group: re.Match[str]) -> bool:
    """Whether digits count nothing and nothing but a saying goes on with them."""
    if _COUNTS.match(figures, group.end()):
        return False
    return (_CLOSED.match(figures, group.end()) or _SAYINGS.match(figures, group.end())) is not None


def _between(figures: str, end: int, group: re.Match[str], form: Form) -> _Between | None:
    words = HOTLINE.sub("\n客服:", figures[end : group.start()])
    if _OTHERS.search(words) or (_NAMED if form.exact else ELSE).search(words):
        return None
    if not (form.exact or "\n" not in words or _TURN.match(words)):
        return None
    if _SAYINGS.fullmatch(words):
        return _Between.SAYING
    narrow = _OPEN.fullmatch(words) is not None
    if not (narrow or (form.exact and (_OPEN_LETTERS if form.letters else _OPEN_WIDE).fullmatch(words))):
        interrupted = form.exact and not form.letters and _INTERRUPTED.fullmatch(words)
        return _Between.OPEN if interrupted else None
    if narrow and _WRONG.search(words):
        return _Between.WRONG
    return _Between.OPEN


def _is_anew(said: str, between: _Between, readings: set[_Reading], form: Form) -> bool:
    """Whether a number may be begun again: corrected, or with the same characters."""
    if form.whole(said) or not form.begun.fullmatch(said):
        return False
    return between is _Between.WRONG or any(len(one) > 1 and said.startswith(one) for one, _ in readings)


def _read_on(reading: _Reading, said: str, last: str, between: _Between, form: Form) -> Iterator[_Reading]:
    """Yield what a number may be with one more group: said again, corrected, or told on."""
    number, open_ = reading
    if len(said) > 1 and number.endswith(said):
        yield reading
    if between is _Between.WRONG:
        cuts = {len(number.removesuffix(last)), *range(max(1, len(number) - len(said)), len(number))} - {0}
        kept = {number[:cut] for cut in cuts}
        yield from ((one + said, open_) for one in kept if form.begun.fullmatch(one + said))
    opened = between is not _Between.SAYING
    if form.begun.fullmatch(number + said) and not (opened and (form.done or form.whole)(number)):
        yield number + said, open_ or opened
