"""Whose line, address or mailbox is told in a call: an office's, told by its staff or asked for, or the citizen's own.

「民眾:公所電話幾號?」「客服:02-…」; 「客服:您的電話?」「民眾:02-…」; 「客服:中和稽徵所在中山路…,02-…」.
What staff read back, have on record or say of somebody is not an office's, nor what the other one told first.
"""

from __future__ import annotations

import re
from enum import Enum

from deid.patterns import Pattern, late
from deid.recognizers.call import TAIL, Call
from deid.recognizers.public_context import PublicContext
from deid.recognizers.public_words import REPORTED_BESIDE
from deid.speakers import Role, Turn
from deid.views import Views

Span = tuple[int, int]

_LINE = Pattern(
    "電話|專線|市話|號碼|總機|分機|手機|門號|聯[絡繫](?:方式|資訊)|回電|[打撥](?:去|到|給|回)?[哪誰]|哪[一1]?支|"
    "(?:怎麼|如何)(?:跟[一-鿿]{1,8})?聯[絡繫]|[問找]誰"
)
_PLACE = Pattern("[地住]址|在哪|哪[裡裏邊]|位置|怎麼[去走]|搬到")
_YOURS = re.compile("[您你妳](?!們)|聯絡電話|方便")
_SURELY_YOURS = re.compile("留[^。?]{0,6}[電支]|回[電撥]|[您你妳](?:的|家)")
_OFFICES = re.compile("戶政|地政|監理|稅捐|國稅|自來水|台電|電力公司|瓦斯公司|郵局")
_ELSEWHERE = late("店|公司|商家|廠商|業者|單位|機關|對方|管委會|學校|[您你妳]們")
_SOMEBODY = (
    "登記|紀錄|資料上|對方|戶籍地|[屋業房車地飼]主|房東|鄰居|[他她](?!們)|家屬|主委|(?:陳情|檢舉|申請|當事|報案|聯絡)人|"
    "(?:先生|小姐|女士|太太)的"
)
# A citizen who asks for what somebody has told, or for a private person's.
_OF_SOMEBODY = late(
    f"{_SOMEBODY}|留的|案件|違[建停規]|"
    "我(?:的|們?家|[爸媽]|先生|太太|老[公婆]|兒子|女兒|小孩|朋友|室友)[一-鿿]{0,6}(?:電話|手機|號碼|市話|地址)"
)
# Staff who read back what somebody has told, or speak of him.
_READ_BACK = late(
    f"{_SOMEBODY}|[您你妳](?:的|家)?(?:[聯連]絡|這[支邊]|那[支邊])?(?:電話|手機|號碼|市話|地址|是|住)|留的?|系統|顯示|來電|核對|確認|"
    "回[撥電]給|[打撥寄]給[您你妳]|[找聯][到絡繫][您你妳]|手機"
)
_ASKS_BACK = re.compile(
    r"[^。\n]{0,8}(?:對嗎|對不對|是嗎|沒錯|\?|收到|了解|記(?:下來|起來|好了)|登記|回電給?您|[打聯][給絡]您)"
)
_SENTENCE = re.compile("[。!?\n]")
# What is reported, and not where an office is.
_REPORTED = late("通報|轉[交給派]|派[員工]|反映|檢舉|案[件發]|事發|現場(?!是)|會勘|稽查|前往|住|戶籍|[看去]過")
_AREA = "(?:[一-鿿]{1,3}[市縣])?(?:[一-鿿]{1,3}[區鄉鎮市])?"
_LINE_AFTER = re.compile(
    r"[ ,、(|;。]{0,2}(?:[他它]們?的?)?(?:電話|專線|總機)?[:是為 (]{0,2}(?:0[2-8]|[2-9][0-9]{2,3}[ -]?[0-9]{4})"
)
_LINE_BEFORE = late(f"[0-9][ ,、;()|]{{0,2}}(?:地[址點])?(?:就?在|位於)?[是:]?{_AREA}[一-鿿]{{0,2}}$")
_GLUE = late(
    f"(?:[一-鿿]{{0,6}}[組科課隊站所處股局室])?[ ,:(|]{{0,2}}(?:就?在|位於|地址(?:是|在)?|是)?[ ,:]{{0,2}}{_AREA}$"
)
_WINDOW, _TOLD_AGAIN = 24, 6


class Asked(Enum):
    """Whose line a question asks for, or staff tell."""

    OFFICE, PRIVATE, UNKNOWN = 0, 1, 2


def line_asked_for(views: Views, start: int, end: int) -> Asked:
    """Return whose line stands at a place of the folded view, as far as the turns of a call tell.

    One that is said again is whose it was when it was said first.
    """
    call = Call.of(views)
    at = call.at(start) if call.turns else None
    if at is None:
        return Asked.UNKNOWN
    question = call.question(views.folded, at, _LINE)
    if question and (_is_own(views, call, question, call.turns[at]) or _is_of_somebody(views, call, question)):
        return Asked.PRIVATE
    first = call.first_said(views.figures, start, end)
    if first is None or (at := call.at(first)) is None or _is_answered(views, call, at, question):
        return Asked.UNKNOWN
    if first < start:
        start, end, question = first, first + TAIL, call.question(views.folded, at, _LINE)
    return Asked.OFFICE if _is_of_office(views, call, question, call.turns[at], (start, end)) else Asked.UNKNOWN


def _is_answered(views: Views, call: Call, at: int, question: Turn | None) -> bool:
    """Whether the turn before, which asks for no line, says digits that this one may read back."""
    before = at - 1
    return question is None and before >= 0 and call.tells_digits(views.figures, before)


def is_place_of_office(views: Views, start: int, end: int) -> bool:
    """Whether the address at a place of the folded view is an office's: asked for by name, or told with its line."""
    call, folded = Call.of(views), views.folded
    at = call.at(start) if call.turns else None
    if at is None or REPORTED_BESIDE.match(folded, end) or folded.find(folded[end - _TOLD_AGAIN : end]) < start:
        return False
    answer, question = call.turns[at], call.question(folded, at, _PLACE)
    if not _is_of_office(views, call, question, answer, (start, end)):
        return False
    if question is not None and _names_office(views, question):
        return True
    if call.role(answer) is not Role.STAFF or _REPORTED.search(folded, _sentence(folded, answer, start), start):
        return False
    if _LINE_AFTER.match(folded, end) or _LINE_BEFORE.search(folded, max(answer.start, start - _WINDOW), start):
        return True
    return _follows_office(views, max(answer.start, start - _WINDOW), start)


def tells_mailbox(views: Views, start: int, end: int) -> bool:
    """Whether staff tell the mailbox at a place of the folded view as one to write to."""
    call = Call.of(views)
    at = call.at(start) if call.turns else None
    if at is None or call.role(call.turns[at]) is not Role.STAFF or views.folded.find(views.folded[start:end]) < start:
        return False
    return _READ_BACK.search(views.folded, _sentence(views.folded, call.turns[at], start), start) is None


def _is_own(views: Views, call: Call, question: Turn, answer: Turn) -> bool:
    """Whether somebody tells his own line, as he was asked to."""
    asks, tells = call.role(question), call.role(answer)
    if tells is Role.STAFF or asks is Role.CITIZEN or _ELSEWHERE.search(views.folded[question.start : question.end]):
        return False
    if _SURELY_YOURS.search(views.folded, *question[1:]):
        return True
    if _names_office(views, question):
        return False
    known = asks is Role.STAFF or tells is Role.CITIZEN
    return known or _YOURS.search(views.folded, *question[1:]) is not None


def _is_of_somebody(views: Views, call: Call, question: Turn) -> bool:
    """Whether somebody's line is asked for, and no office's beside it."""
    if call.role(question) is Role.STAFF or not _OF_SOMEBODY.search(views.folded, *question[1:]):
        return False
    return not _names_office(views, question)


def _is_of_office(views: Views, call: Call, question: Turn | None, answer: Turn, span: Span) -> bool:
    """Whether staff tell what an office has, or anybody does whom a citizen asked for it."""
    tells, asked = call.role(answer), question is not None and call.role(question) is Role.CITIZEN
    if tells is Role.CITIZEN or not (tells is Role.STAFF or asked):
        return False
    if question is not None and _OF_SOMEBODY.search(views.folded, *question[1:]):
        return False
    start, end = span
    if _READ_BACK.search(views.folded, _sentence(views.folded, answer, start), start):
        return False
    behind = max((answer.start, *(name.end() for name in _OFFICES.finditer(views.folded, answer.start, start))))
    return not (_ASKS_BACK.match(views.folded, end) or PublicContext.of(views).is_claimed(start, behind))


def _sentence(folded: str, turn: Turn, start: int) -> int:
    """Return where the sentence begins in which a place of a turn stands."""
    ends = [mark.end() for mark in _SENTENCE.finditer(folded, turn.start, start)]
    return ends[-1] if ends else turn.start


def _names_office(views: Views, turn: Turn) -> bool:
    named = _OFFICES.search(views.folded, *turn[1:]) is not None
    return named or PublicContext.of(views).names_office(*turn[1:])


def _follows_office(views: Views, low: int, start: int) -> bool:
    """Whether an office's name leads to a place, without a verb between."""
    named = [name.end() for name in _OFFICES.finditer(views.folded, low, start)]
    ends = [*named, *PublicContext.of(views).offices_named(low, start)]
    return any(_GLUE.fullmatch(views.folded, end, start) for end in ends)
