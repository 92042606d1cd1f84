"""Finds telephone numbers whose groups are said one by one, with what one says between them, and some twice.

「零七，七二六，對，七二六，閣來三三，九一」: the groups make a number that some area has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.identifiers import tw_phone
from deid.patterns import Pattern
from deid.recognizers.number_groups import INTERRUPTION
from deid.recognizers.phone_said import digits_said

_WORD = "(?:1[直下樣起定些般路次遍]|[0-9][個碼位](?![0-9]))"  # 一直, 三個: no digit
_SAID = f"(?:[0-9]百0?[0-9]?十?[0-9]?|[1-4][個个][0-9]|雙[0-9]|[0-9]?十[0-9]?|(?!{_WORD})[0-9])"
_GROUP = re.compile(rf"{_SAID}(?:[ \-]?{_SAID})*")
_SAYING = (
    "[ ,、。.…!?~]|對[對啦啊]?|沒錯|[好可]以?了?嗎|[欸嗯呃啊喔噢好齁嘿啦]|那個|再來|[閣擱]來|然後|接著|接下來|接|"
    "後[面壁背尾](?:[2-4](?:[個碼位]|隻?字))?|[前頭][面前]|中間|最後|尾巴|末尾|先|再|斷|就?是|"
    "等1下|等等|你?[記抄聽]1?下|有[記抄聽][到著]?[嗎吼齁喔吧沒無]?|你?有沒有(?:在[記抄聽]|[記抄聽]到)|我[看想]1?下|我再?[唸念講說](?:1次|1遍)?|慢慢|"
    "第[1-3][組段]"
)
_BETWEEN = re.compile(f"(?>{_SAYING}){{1,12}}+")
_LONGEST_BETWEEN = 24
_WRONG = re.compile(
    "[ ,、]{0,2}[欸啊呃]?(?:不對|不是|錯了?|[講說唸]錯了?|更正){1,2}[啦喔]?[ ,、]{0,2}"
    "(?:[^0-9。!?\n]{1,12}[ ,、])?(?:應該)?是?[ ,]?"
)
_GOES_ON = re.compile(f"[ ,、]{{0,2}}(?!{_WORD})[0-9]| ?[年月日號元塊點分時歲樓個次十百千萬%]|[幾多餘]")
# A group that goes before another; most numbers are whole and end here.
_BEGINS = Pattern(
    r"(?<![0-9./:$#\-A-Z十百])0(?:[ \-]?[0-9]){1,7}(?![0-9 \-]?[0-9])(?= ?[^0-9年月日號元/.:\-])"
    "|(?<=電話[喔是 ,])[2-8][0-9]{2,3}(?= ?[,、])|(?<=電話[喔是],)[2-8][0-9]{2,3}(?= ?[,、])"
)
_LOCAL = re.compile("[2-8][0-9]{6,7}")
_FEWEST = (3, 1)  # groups of a line without its area: two behind one another are one value
_MOST, _LONG, _MOBILE_ENDS, _CORRECTIONS = 10, 3, (4, 7), 2
_INTERRUPTION = re.compile(f"(?![ ,、]{{1,2}}[年月日號元]){INTERRUPTION}")

Span = tuple[int, int]


def told_in_groups(figures: str) -> Iterator[tuple[list[Span], str]]:
    """Yield where the groups of a number stand and its digits; ``figures`` has Chinese digits as figures: 3個7, 十8.

    One of the groups has three digits: the numbers of a lottery have two each.
    """
    taken = 0
    for begun in _BEGINS.finditer(figures):
        if begun.start() < taken:
            continue
        groups, number = _number(figures, begun.start())
        enough = number and len(groups) >= _FEWEST[number.startswith("0")]
        if enough and max(len(_digits(group)) for group in groups) >= _LONG:
            taken = groups[-1].end()
            yield [group.span() for group in groups], number


def _number(figures: str, start: int) -> tuple[list[re.Match[str]], str]:
    """Return the groups of the longest number that begins at a place, and its digits; none if there is none."""
    groups = [group] if (group := _GROUP.match(figures, start)) else []
    said = digits = _digits(groups[0]) if groups else ""
    found, number, corrected = 0, "", 0
    while groups and len(groups) <= _MOST and (group := _next(figures, groups[-1].end())):
        between = figures[groups[-1].end() : group.start()]
        again, last, said = _digits(group) == said and len(said) > 1, said, _digits(group)
        if corrected < _CORRECTIONS and _WRONG.fullmatch(between):
            corrected += 1
            whole = len(groups) == 1 or len(said) != len(last)
            digits = digits[: _MOST - len(said)] if whole and digits.startswith("09") else digits.removesuffix(last)
        elif not (_BETWEEN.fullmatch(between) or _is_mobile_on(digits, between, said)):
            break
        digits += "" if again else said
        if len(digits) > _MOST:
            break
        groups.append(group)
        line = tw_phone.is_valid(digits) or _LOCAL.fullmatch(digits) is not None
        valid = number == digits if again else line and not _GOES_ON.match(figures, group.end())
        if valid:
            found, number = len(groups), digits
    return groups[:found], number


def _next(figures: str, end: int) -> re.Match[str] | None:
    """Return the next group where it is not far."""
    near = _GROUP.search(figures, end, end + _LONGEST_BETWEEN + 1)
    return _GROUP.match(figures, near.start()) if near else None


def _is_mobile_on(digits: str, between: str, said: str) -> bool:
    """Whether three digits go on with a mobile number, whatever is said before them: 0937, 欸不要按喇叭, 660, 118."""
    groups = digits.startswith("09") and len(digits) in _MOBILE_ENDS and len(said) == _LONG
    return groups and _INTERRUPTION.fullmatch(between) is not None


def _digits(group: re.Match[str]) -> str:
    return digits_said(group[0])
