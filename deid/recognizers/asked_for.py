"""Whose line, address or mailbox is told in a call: an office's, told by its desk, or the citizen's own.

「民眾:公所電話幾號?」「客服:02-…」; 「客服:您的電話?」「民眾:02-…」; 「客服:永和衛生所在竹林路…,02-…」.
What a desk tells is an office's where it was asked for, follows the office's name, or one is told to call it; never
what is read back, on record or said of somebody, nor what a citizen told before or confirms.
"""

from __future__ import annotations

import re
from enum import Enum

from deid.identifiers import tw_phone
from deid.patterns import Pattern, late
from deid.recognizers.call import Call
from deid.recognizers.public_context import PublicContext
from deid.recognizers.public_words import REPORTED_BESIDE
from deid.speakers import Role, Turn
from deid.tagger.tagger import load_tagger
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
    "登記|紀錄|資料|對方|戶籍地|車籍|[屋業房車地飼失案駕]主|房東|鄰居|[他她](?!們)|家屬|主委|負責人|所有人|肇事|駕駛|照顧者|拾得|委託|好心|"
    "(?:陳情|檢舉|申請|當事|報案|聯絡|通報)[的人]|(?:先生|小姐|女士|太太)的|[樓隔][上下壁]|那戶|府上|"
    "(?:民眾|來電者)的?(?:電話|手機|號碼)|"
    "(?:[爸媽嬤婆]|[阿外]公|老師|同學|仲介|朋友|[男女]友|里長|鄰長|委員|課長|老闆|先生|小姐|女士|太太|家(?!扶|暴|庭|防|長會))[一-鿿]{0,3}(?:電話|手機|號碼|地址|住)"
)
# A citizen who asks for what somebody has told, or for a private person's.
_OF_SOMEBODY = late(
    f"{_SOMEBODY}|留的|案件|違[建停規]|[打撥回][^。,]{{0,5}}給我|"
    "我(?:的|們?家|[爸媽]|先生|太太|老[公婆]|兒子|女兒|小孩|朋友|室友)[一-鿿]{0,6}(?:電話|手機|號碼|市話|地址)"
)
# A desk that reads back what somebody has told, has it on record, or speaks of him.
_READ_BACK = late(
    f"{_SOMEBODY}|[您你妳](?:的|家|公司)?(?:[聯連]絡|這[支邊]|那[支邊])?(?:電話|手機|號碼|市話|地址|是|住|家|公司)|留的?|系統|螢幕|顯示|來電|核對|確認|"
    "我請|請承辦|請同仁|承辦可以|會再[打撥]|一樣|上次|之前|填|另外1支|緊急|查到|案件|案址|地點|立案|回[撥電]給|[打撥寄]給[您你妳]|[找聯][到絡繫][您你妳]|手機|"
    "YOUR|ON FILE|LANDLORD|OWNER"
)
_READ_BACK_AFTER = late(
    r"[^。\n]{0,12}(?:對嗎|[對是]吧|對不對|是嗎|沒錯|\?|嗎|收到|了解|抄好|記(?:下來|起來|好了)|登記|立案|回電給?您|[打聯][給絡]您|"
    "小姐|先生|女士|太太|[沒無]人接|請他(?!們)|接的)"
)
_ASKS_BACK = re.compile("[ ,]{0,2}(?:對嗎|對吧|對不對|是嗎|沒錯吧)")
_CONFIRMED = re.compile("[嗯喔欸啊哦好 ,、。]{0,4}(?:對|是[的啊喔,。]|是$|沒錯|不對|不是|錯|那支?是|我家|我的|就是)")
_CLAIMED = re.compile("(?:我家|我的|家裡|我這[支邊])[^0-9\n]{0,6}$")
# Before an office's name: what is passed on to it.
_PASSED_ON = re.compile("(?:立案|轉|通報|派|填|送|交|請(?![洽撥打電至到您你])|叫|讓|聯絡|回電)[^0-9。!?\n]{0,12}$")
_REPORTED = late(
    "通報|轉[交給派]|派[員工]|反映|檢舉|案[件發址]|地點|事發|現場(?!是)|會勘|稽查|前往|[寄送收接]|戶籍|[看去]過"
)
_AREA = "(?:[一-鿿]{1,3}[市縣])?(?:[一-鿿]{1,3}[區鄉鎮市])?"
_UNIT = "(?:[一-鿿]{0,6}[組科課隊站所處股局室台])?(?:那邊|這邊)?"
_GLUE = late(f"{_UNIT}[ ,:(|]{{0,2}}(?:就?在|位於|地址(?:是|在)?|是)?[ ,:]{{0,2}}{_AREA}")
_ITS_ADDRESS = (
    f"(?:(?:就?在|位於|地址(?:是|在)?)?:?(?![到去往來過]){_AREA}[一-鿿]{{1,4}}(?:路|街|大道)"
    r"[^。!?\n]{0,14}[號樓][ ,;()、]{0,2})?"
)
_LINE_GLUE = late(
    f"{_UNIT}的?[ ,:;(|]{{0,2}}{_ITS_ADDRESS}(?:[他它]們的?)?"
    "(?:(?:服務|聯絡|代表)?(?:電話|專線|總機|直撥|分機|號碼|傳真))?(?:換成|改成|現在)?[是:為 ,(]{0,3}"
)
_TELLS = late(
    "(?:(?:[您你妳](?:可以|也可以|要|再|就|先)*|請)(?:直接)?[打撥洽](?:去|到|過去)?|抄[1一]?下|直撥|總機|專線|代表號|服務電話|洽詢電話)"
    "(?:[他它]們)?[^0-9。!?\n我他她]{0,8}$"
)
_ENDS_THERE = re.compile("[ ,、。;:()|!?~\n喔啦唷]|$|電話|就|可以|[0-9一二三四五六七八九十]{1,3}樓")
_ASKS_WHERE = re.compile("(?:那邊|現在)?的?(?:地址|在哪|位置|怎麼[去走]|搬到哪)")
_YOU = re.compile("(?:[您你妳]們|貴[局所處公])[一-鿿]{0,3}?(?:地址|在哪|位置|怎麼[去走])")
_WANTED = re.compile("[找問要轉接?]|幾號|哪")
_NO_OFFICE = re.compile("[住人寄送派說找]|我家|我[爸媽]")
_WINDOW, _BEHIND_NAME, _TOLD_AGAIN, _FARTHEST, _AT_ONCE = 60, 44, 6, 4000, 8


class Asked(Enum):
    """Whose line a question asks for, or a desk tells."""

    OFFICE, PRIVATE, UNKNOWN = 0, 1, 2


def line_asked_for(views: Views, start: int, end: int) -> Asked:
    """Return whose line stands at a place of the folded view, as far as the turns of a call tell.

    One that is said again is whose it was when it was said first.
    """
    call, folded = Call.of(views), views.folded
    at = call.at(start) if call.turns else None
    if at is None or tw_phone.is_mobile(tw_phone.compact(views.figures[start:end])):
        return Asked.UNKNOWN
    question = call.question(folded, at, _LINE)
    if question and (_is_own(views, call, question, call.turns[at]) or _is_of_somebody(views, question)):
        return Asked.PRIVATE
    if call.tells(call.turns[at]) and _ASKS_BACK.match(folded, end):
        return Asked.PRIVATE
    if call.role(call.turns[at]) is Role.CITIZEN and _CLAIMED.search(folded, max(0, start - _WINDOW), start):
        return Asked.PRIVATE
    span = call.first_said(views.figures, start, end)
    if span is None or (at := call.at(span[0])) is None or call.resembles_told(views.figures, *span):
        return Asked.UNKNOWN
    question = call.question(folded, at, _LINE)
    if question is None and at and call.tells_digits(views.figures, at - 1):
        return Asked.UNKNOWN
    told = _is_told(views, call, at, span) and _is_line(views, call, question, at, span[0])
    return Asked.OFFICE if told else Asked.UNKNOWN


def is_place_of_office(views: Views, start: int, end: int) -> bool:
    """Whether the address at a place of the folded view is an office's: asked for by name, or told behind it."""
    call, folded = Call.of(views), views.folded
    at = call.at(start) if call.turns else None
    if at is None or REPORTED_BESIDE.match(folded, end) or not _ENDS_THERE.match(folded, end):
        return False
    if folded.find(folded[end - _TOLD_AGAIN : end], max(0, start - _FARTHEST), start) >= 0:
        return False
    if not _is_told(views, call, at, (start, end)):
        return False
    answer, question = call.turns[at], call.question(folded, at, _PLACE)
    if _REPORTED.search(folded, max(answer.start, start - _WINDOW), start):
        return False
    return (question is not None and _asks_where(views, question)) or _is_led_to(views, answer, start, _GLUE)


def tells_mailbox(views: Views, start: int, end: int) -> bool:
    """Whether a desk tells the mailbox at a place of the folded view as one to write to."""
    call, folded = Call.of(views), views.folded
    at = call.at(start) if call.turns else None
    if at is None or not call.tells(call.turns[at]):
        return False
    name = folded[start:end].partition("@")[0]
    words = re.split("[-_]", name)
    if not all(map(str.isalpha, words)) or any(map(load_tagger().is_family, words)):
        return False
    before = max(0, start - _FARTHEST)
    return "@" not in folded[before:start] and not _READ_BACK.search(folded, max(before, start - _WINDOW), start)


def _is_own(views: Views, call: Call, question: Turn, answer: Turn) -> bool:
    """Whether somebody tells his own line, as he was asked to."""
    asks, tells = call.role(question), call.role(answer)
    if tells is Role.STAFF or asks is Role.CITIZEN or _ELSEWHERE.search(views.folded[question.start : question.end]):
        return False
    if _SURELY_YOURS.search(views.folded, *question[1:]):
        return True
    if _offices(views, *question[1:]):
        return False
    known = asks is Role.STAFF or tells is Role.CITIZEN
    return known or _YOURS.search(views.folded, *question[1:]) is not None


def _is_of_somebody(views: Views, question: Turn) -> bool:
    """Whether somebody's line is asked for, and no office's beside it."""
    return _OF_SOMEBODY.search(views.folded, *question[1:]) is not None and not _offices(views, *question[1:])


def _is_told(views: Views, call: Call, at: int, span: Span) -> bool:
    """Whether a desk says a value and neither reads it back nor says it of somebody."""
    (start, end), turn, folded = span, call.turns[at], views.folded
    if not call.tells(turn) or _READ_BACK.search(folded, max(turn.start, start - _WINDOW), start):
        return False
    last = call.turns[at - 1] if at else turn
    if last.who == turn.who and _READ_BACK.search(folded, max(last.start, last.end - _WINDOW), last.end):
        return False
    if _READ_BACK_AFTER.match(folded, end):
        return False
    if at + 1 < len(call.turns) and _CONFIRMED.match(folded, *call.turns[at + 1][1:]):
        return False
    behind = max((turn.start, *_offices(views, max(turn.start, start - _WINDOW), start)))
    return not PublicContext.of(views).is_claimed(start, behind)


def _is_line(views: Views, call: Call, question: Turn | None, at: int, start: int) -> bool:
    """Whether a citizen asked for a line or named an office, an office leads to it, or one is told to call it."""
    turn, before = call.turns[at], call.turns[at - 1] if at else None
    if question is None and before and before.who != turn.who and start - turn.start <= _AT_ONCE:
        question = before._replace(start=max(before.start, before.end - _WINDOW))
        wanted = _WANTED.search(views.folded, *question[1:]) and _offices(views, *question[1:])
        question = question if wanted else None
    if question is not None:
        asked = call.role(question) is not Role.STAFF
        return asked and _OF_SOMEBODY.search(views.folded, *question[1:]) is None
    low = max(turn.start, start - _WINDOW)
    return _TELLS.search(views.folded, low, start) is not None or _is_led_to(views, turn, start, _LINE_GLUE)


def _is_led_to(views: Views, turn: Turn, start: int, glue: re.Pattern[str]) -> bool:
    """Whether an office's name leads to a place, and nothing is passed on to it."""
    low = max(turn.start, start - _BEHIND_NAME)
    return any(
        glue.fullmatch(views.folded, end, start) and not _PASSED_ON.search(views.folded, max(turn.start, end - 16), end)
        for end in _offices(views, low, start)
    )


def _asks_where(views: Views, question: Turn) -> bool:
    """Whether a question asks where an office is, and not where it has sent or found something."""
    if _NO_OFFICE.search(views.folded, *question[1:]) or _OF_SOMEBODY.search(views.folded, *question[1:]):
        return False
    named = any(_ASKS_WHERE.match(views.folded, end, question.end) for end in _offices(views, *question[1:]))
    return named or _YOU.search(views.folded, *question[1:]) is not None


def _offices(views: Views, start: int, end: int) -> list[int]:
    """Return where each office that is named between two places ends."""
    named = [name.end() for name in _OFFICES.finditer(views.folded, start, end)]
    return [*named, *PublicContext.of(views).offices_named(start, end)]
