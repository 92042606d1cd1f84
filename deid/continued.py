"""Digits told behind a number that is hidden, as its end or in its place: 「0937 218，等一下喔，44，尾仔是 6」."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from deid.findings import Finding
from deid.identifiers import tw_phone
from deid.patterns import late
from deid.views import Views, digits_of

_NUMBERS = frozenset(
    {"PHONE", "TW_NATIONAL_ID", "TW_UI_NO", "CREDIT_CARD", "TW_BANK_ACCOUNT", "TW_NHI_CARD", "TW_MEDICAL_RECORD",
     "ACCOUNT", "TW_STUDENT_ID", "TW_PASSPORT", "TW_HOUSEHOLD_NO", "TW_PLATE", "TW_CITIZEN_CERT",
     "TW_EINVOICE_CARRIER", "TW_LAND_NO"}
)  # fmt: skip
_AMENDABLE = _NUMBERS | {"DATE_OF_BIRTH"}
_END = "(?:最後|後[面壁背尾頭])"
_THEN = "(?:再來|然後|接著|接下來|[閣擱]來)"
_LOOKS = "(?:等咧|[等看找聽]1?下)[喔啊欸齁]?"
_WRONG = "(?:不是|不對|錯了?|[少漏][講說唸念寫打]了?1?個?(?:數?字|碼|號)?)"
_BETWEEN = "(?:[^0-9A-Z。!?\n]|[0-9](?![0-9])){0,16}?"
_COUNTED = (
    "年月日號元塊點分時歲樓個次十百千萬人台輛天週周期路弄巷段鄰坪度名戶成杯包箱件張折倍條款支公本位篇多幾左平棟那"
)
_DIGITS = (
    r"(?<![0-9A-Z])(?!(?:19|20)[0-9]{2}-[0-9])(?P<digits>[0-9](?:[ -]?[0-9]){1,7})"
    rf"(?![0-9A-Z]| ?[{_COUNTED}%]|[:/.,~-][0-9]| ?[與和跟及] ?[0-9]| [0-9])"
)
_SURELY = (
    "(?:尾[仔巴數]|末尾|(?:最後|後[面壁背尾頭]?)(?:的|還有)?[2-5][個碼隻](?:數?字|碼)?)"
    "(?:[^0-9A-Z。!?\n]{1,18}是|(?:就?是|[啦, ]){0,3})"
    rf"|{_WRONG}[啦喔]?[ ,、]{{1,2}}(?:應該)?是?"
)
_LAST = rf"{_BETWEEN}尾[仔巴]是?(?P<last>[0-9])(?=[啦喔 ,。!?\n]|$)"
_MORE_OF_WHOLE = late(rf"{_BETWEEN}(?:{_SURELY}){_DIGITS}|{_LAST}")
_MORE_OF_PART = late(
    rf"{_BETWEEN}(?:{_SURELY}|{_END}(?:[^0-9A-Z。!?\n]{{1,10}}是|(?:就?是|[啦, ]){{0,3}})"
    rf"|{_THEN}是?[ ,、]{{0,2}}|{_LOOKS}[ ,、]{{1,2}})"
    rf"{_DIGITS}|{_LAST}"
)
_PLACE = "(?:前面|開頭|中間|結尾|尾[數巴]|最後(?:[1-5]?(?:[碼個]|個數?字))?|第[1-9]碼|[末後前][1-9]?碼)"
# Words before such a part, which may be said by somebody else.
_WORDS = r"(?:[^0-9A-Z。]|[0-9](?=[下個碼])|。(?=\n|[一-鿿]{1,4}:)){0,24}?"
# 「前面應該是0938」, 「第二碼是2」, 「中間317改371」, 「不是0是9」
_AMENDED = late(
    rf"(?:{_WORDS}{_PLACE}[^0-9A-Z。\n]{{0,4}}?(?:[講說唸念寫抄打]錯了?[,、 ]{{0,2}})?"
    r"(?:應該?[是為]|更正[為成]?|才?是) ?(?P<right>[0-9]{1,8})(?:[,、\n ]{0,2}不是 ?(?P<not>[0-9]{1,8}))?"
    rf"|{_WORDS}{_PLACE} ?(?P<old>[0-9]{{1,6}}) ?(?:要改|改|更正)[成為]? ?(?P<new>[0-9]{{1,6}})"
    rf"|{_WORDS}(?:最後|[末後前][面頭]?)[1-5]?(?:碼|個?數?字)[ ,]?(?:應該|要)?改[成為]? ?(?P<changed>[0-9]{{1,6}})"
    rf"|[ ,、。]{{0,2}}[啊欸喔呃]?[ ,、]{{0,2}}{_PLACE}?不是 ?(?P<wrong>[0-9A-Z]{{1,6}})[ ,啦]{{0,2}}是 ?"
    r"(?P<instead>[0-9A-Z]{1,6}))(?=[ ,、。.!?\n啦喔才吧對結)」]|$)"
    rf"(?! ?[{_COUNTED}%])"
)
# 「生日是78年5月13,不對,14號」, 「寫錯月份,6月才對」
_DATE_AMENDED = late(
    "[ ,、。]{0,2}[啊欸喔呃]?(?:不對|不是|[寫講說打]錯(?:[月日年]份?|了)?|更正|錯了)[啦喔 ,、]{0,3}(?:應該)?是? ?"
    "(?P<date>(?:[0-9十]{2,4} ?年)?(?:[0-9十]{1,3} ?月)?(?:[0-9十]{1,3} ?[日號])?)(?=才對|[ ,、。!?\n啦喔]|$)"
)
# From how many digits on a number is whole; of others nobody knows.
_WHOLE = {
    "PHONE": 9, "TW_PLATE": 3, "CREDIT_CARD": 14, "TW_NHI_CARD": 12, "TW_PASSPORT": 8, "TW_NATIONAL_ID": 9,
    "TW_UI_NO": 8, "TW_CITIZEN_CERT": 14, "TW_HOUSEHOLD_NO": 7, "TW_LAND_NO": 1, "TW_EINVOICE_CARRIER": 1,
}  # fmt: skip
_MOST, _HALF, _LONGEST = 3, 8, 20


def with_continuations(
    views: Views, settled: Sequence[Finding], conceals: Callable[[Finding], bool]
) -> tuple[Finding, ...]:
    """Return the settled findings and what is told on behind one in the same sentence, in text order.

    ``conceals`` says whether the policy hides such a finding.
    """
    starts, ends = [one.start for one in settled], [one.end for one in settled]
    more, replaced = dict[tuple[int, int], Finding](), set[Finding]()
    for finding in settled:
        for first, last in _told_on(views, finding):
            touched = settled[bisect_right(ends, first) : bisect_left(starts, last)]
            wider = replace(finding, start=first, end=last, entity=_kind(views, finding, first, last))
            inside = all(first <= one.start and one.end <= last for one in touched)
            known = any((one.start, one.end) == (first, last) for one in touched)
            if inside and not known and conceals(wider):
                more.setdefault((first, last), wider)
                replaced.update(touched)
    return tuple(sorted({*settled, *more.values()} - replaced, key=lambda one: one.start)) if more else tuple(settled)


def _kind(views: Views, finding: Finding, first: int, last: int) -> str:
    """Return of which entity the digits behind a number are: two halves of sixteen are a card's."""
    halves = _count(views, finding.start, finding.end) == _count(views, first, last) == _HALF
    return "CREDIT_CARD" if finding.entity == "PHONE" and halves else finding.entity


def _count(views: Views, start: int, end: int) -> int:
    """Return how many digits stand in a stretch of the original text."""
    return len(digits_of(views.figures[views.folded_offset(start) : views.folded_offset(end)]))


def _is_public(number: str) -> bool:
    return tw_phone.is_short_line(number) or tw_phone.is_toll_free(number)


def _told_on(views: Views, finding: Finding) -> Iterator[tuple[int, int]]:
    if finding.entity not in _AMENDABLE:
        return
    at = views.folded_offset(finding.end)
    amended = (_AMENDED if finding.entity in _NUMBERS else _DATE_AMENDED).match(views.figures, at)
    if amended:
        spans = (amended.span(part) for part, said in amended.groupdict("").items() if said and not _is_public(said))
        yield from (views.original_span(*span) for span in spans)
        return
    if finding.entity not in _NUMBERS:
        return
    told = _count(views, finding.start, finding.end)
    more = _MORE_OF_WHOLE if told >= _WHOLE.get(finding.entity, _LONGEST) else _MORE_OF_PART
    for _ in range(_MOST):
        found = more.match(views.figures, at)
        if found is None:
            return
        group = found.lastgroup or 0
        number = digits_of(found[group])
        if _is_public(number):
            return
        yield views.original_span(*found.span(group))
        at = found.end()
