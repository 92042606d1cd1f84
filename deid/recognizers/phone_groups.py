"""Finds telephone numbers whose groups are said one by one, with what one says between them, and some twice.

「零七，七二六，對，七二六，閣來三三，九一」: the groups make a number that some area has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from deid.identifiers import tw_phone
from deid.patterns import Pattern, late
from deid.recognizers.told import NO_DIGIT, UNITS, Form, Span, told
from deid.said_digits import digits_said

# A group that goes before another; most numbers are whole and end here.
_NO_NUMBER = r"(?<![0-9./$#\-A-Z十百])(?<![0-9][: ])"
_BEGINS = Pattern(
    rf"{_NO_NUMBER}0(?:[ \-]?[0-9]){{1,8}}(?![0-9 \-]?[0-9])(?= ?(?:[^0-9年月日號元/.:\-]|\.{{2}}))"
    rf"|{_NO_NUMBER}0(?=[ ,、。~\-\n][^0-9]{{0,12}}9[ ,、。~\-\n])"
    "|(?:電話|市話|[打撥回][^0-9\\n]{0,3}(?:家裡|公司|辦公室))[的喔是: ,]{0,2}([2-8][0-9]{2,3})(?= ?[,、])"
)
_BEGUN = re.compile("0[0-9]{0,9}")
_LINE = Form(_BEGUN, tw_phone.is_valid, sure=tw_phone.is_valid)
_LOCAL_LINE = Form(re.compile("[2-8][0-9]{0,7}"), re.compile("[2-8][0-9]{6,7}").fullmatch, exact=False)
_GOES_ON = late(
    f"[ ,、]{{0,2}}(?!{NO_DIGIT}|[0-9]{{1,4}}(?:{UNITS}))[0-9]| ?[年月日號元塊點分時歲樓個次十百千萬%]|[幾多餘]"
)
_LONG = 3
_CUE, _CUE_REACH = re.compile("電話|手機|門號|市話|聯絡|打給|[撥打][^0-9]{0,6}$"), 12


def told_in_groups(figures: str) -> Iterator[tuple[list[Span], str]]:
    """Yield where the groups of a number stand and its digits; ``figures`` has Chinese digits as figures: 3個7, 十8.

    The numbers of a lottery and of lists have no more than two digits.
    """
    taken = 0
    for begun in _BEGINS.finditer(figures):
        start = begun.start(begun.lastindex or 0)
        if start < taken:
            continue
        groups, number = told(figures, start, _LINE if figures[start] == "0" else _LOCAL_LINE)
        if len(groups) < 2 or _GOES_ON.match(figures, groups[-1][1]) or _may_be_drawn(figures, groups):
            continue
        taken = groups[-1][1]
        yield groups, number


def _may_be_drawn(figures: str, groups: Sequence[Span]) -> bool:
    said = [digits_said(figures[slice(*group)]) for group in groups]
    if any(len(one) >= _LONG for one in said):
        return False
    start = groups[0][0]
    return _CUE.search(figures, max(0, start - _CUE_REACH), start) is None
