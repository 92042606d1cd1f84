"""Finds personal user names, and numbers by which a company or an office knows a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from deid.findings import Finding
from deid.identifiers import tw_phone
from deid.patterns import Pattern, late
from deid.recognizers import cue_words
from deid.recognizers.cued import CODE, CuedRecognizer, Span
from deid.recognizers.handles import HANDLE, is_name, is_official, is_private
from deid.recognizers.phone_parts import is_landline
from deid.recognizers.told_numbers import pieces_told
from deid.views import Views

_MENTION = Pattern(
    r"(?<![A-Z0-9._%+\-/@])@[A-Z0-9_](?:[A-Z0-9._]{1,28}[A-Z0-9_])(?![A-Z0-9@\-]|\.[A-Z0-9])"
)
_DOMAIN = re.compile(r".*(?:\.(?:COM|TW|NET|ORG|EDU|GOV|IO|ME)|APP|BOT)")
_PROFILE = Pattern(
    r"(?<![A-Z0-9.])(?:WWW\.|M\.)?(?:FACEBOOK|FB|INSTAGRAM|THREADS|TWITTER|TIKTOK|T|LINE)\.(?:COM|NET|ME)/"
    r"(?:PROFILE\.PHP\?ID=|PEOPLE/|TI/P/~?|@)?[A-Z0-9._\-]{4,40}"
)
_INMATE = late(
    "(?:監獄|看守所|戒治所|收容所|感化院|受刑人|收容人|療養院|安置機構)[^。!?\n]{0,16}"
    "(?:編號|呼號|號碼|代號)[ :是為]{0,3}"
    "([A-Z]{0,2}-?[0-9]{3,8})(?![0-9A-Z])"
)
# A paper of somebody's own: 「榮民證號榮字第1120763號」.
_PAPER = Pattern(
    "(?:榮民證|國民證|障礙?證明|證明號碼|(?<!保)證書字?號|(?<!保)證號|手冊|合約|權狀)(?:號碼?|編號)?"
    "(?:[ :是為]{0,3}|[?呢]{1,2}\n(?:[一-鿿A-Z]{1,8}:)?)"
    "((?!府)[一-鿿]{1,3}字第 ?[0-9]{4,10} ?號)(?!函)"
)
# 「水號四K，三六，零七七…，三」: as the water company writes it, said in groups.
_WATER = Pattern(
    r"水號[^0-9\n]{0,12}([0-9][0-9A-Z][ ,、-]{1,2}[0-9]{2}[ ,、-]{1,2}[0-9](?:[ -]?[0-9]){4,5}"
    r"(?:[ ,、-]{1,2}[0-9](?![0-9]))?)(?![0-9])"
)
_ENROLLED = re.compile("投保[人號]?([0-9]{9,10})(?![0-9元級])")
# 「保單號碼 0907 第 12 字 AB 0012345」.
_INSURED = re.compile(
    "保(?:險證|險單|單|險卡)(?:號碼?|編號)?[^0-9\n]{0,10}"
    "([0-9]{2,4} ?第 ?(?:[0-9]{1,3} ?字 ?(?:第 ?)?[A-Z0-9]{2,4} ?|[0-9]{2}[A-Z]{2,3})[0-9]{5,9}(?: ?號)?)(?![0-9])"
)
_SERVICES = ("FB", "FACEBOOK", "MESSENGER", "臉書", "IG", "INSTAGRAM")
_SHOWN_NAME = re.compile(
    rf"(?<![A-Z])(?:{'|'.join(_SERVICES)})(?:的|名稱|名字|帳號|暱稱|叫做?|是|搜尋?|找|:|「| ){{0,5}}"
    r"([A-Z][A-Z'.]{1,19}(?: [A-Z][A-Z'.]{1,19}){1,3})(?![A-Z0-9@])"
)
_SERVICE = re.compile(
    "MARKETPLACE|MESSENGER|FACEBOOK|INSTAGRAM|META|BUSINESS|PAGE|GROUP|LIVE|TAIWAN|TAIPEI|STORE|SHOP|CLUB|NEWS"
)
_QUOTED = Pattern(
    "(?:暱稱|網名|網友|卡稱|(?:(?<!官方)帳號|遊戲|角色|賣家|買家)(?:名稱?|帳號)?|(?:網路|使用者)(?:名稱?|帳號)|ID)"
    "(?:叫做?|是|為|:| ){0,3}"
    "「([^「」,。!?:\n]{2,16})」"
)
# 「遊戲ID 宵夜就吃肉圓」
_GAMER = Pattern(
    "(?:(?:遊戲|角色|玩家)(?:裡面?|內)?的?(?:ID|暱稱)(?:叫做?|是|為|:| ){1,3}"
    "|(?:角色|玩家)(?:名稱|名字)(?:叫做?|是|為|:))"
    "([一-鿿A-Z0-9_]{2,12})(?=[ \n,。;!?)]|$)"
)
_NO_GAMER = re.compile("什麼|可以|哪[個裡]|[嗎呢]$|主角")
# A page or a seller in quotes: 「在臉書跟「Mimi代購」買」.
_SELLER = re.compile(
    "(?:臉書|FB|IG|蝦皮|露天|抖音|賣場|粉專)(?:上|的)?(?:跟|向|找|有個|賣家|叫做?|名叫| ){1,3}"
    "「([^「」,。!?:\n]{2,16})」"
)
_NO_HANDLE = re.compile(
    "已|無法|未|請|不|登入|錯誤|官方|客服|公所|政府|市府|縣府|中心|粉絲|系統|管理員|訪客|匿名|如何"
)
_SERVICE_BEFORE = re.compile(
    "(?:(?<![A-Z])(?:IG|FB|INSTAGRAM|FACEBOOK|THREADS|TWITTER|TIKTOK|DCARD)|脆|臉書|推特|抖音|帳號|真正的)"
    "(?: (?:IS|AT|ON))?[^0-9A-Z\n]{0,6}$"
    "|(?<![A-Z])(?:IS|ARE|FB|IG|AT|ON|TO|AND) $"
)
_SPOKEN = Pattern(
    rf"(?<![A-Z])(?:{'|'.join(_SERVICES)}|LINE|THREADS)(?:的|ID|帳號|叫做?|是|:| ){{0,4}}"
    r"([A-Z]{2,12}(?: [A-Z]{2,12}){1,2} ?(?:下?底線|底槓|點|UNDERSCORE|DOT) ?[A-Z0-9]{1,12})(?![A-Z0-9@])"
)
_INNER_ID = re.compile(
    "(?:STOP|BUS|ROUTE|NCC|FCC|BSMI|PRODUCT|DEVICE|"
    "REQ(?:UEST)?|TRACE|SESSION|ERR(?:OR)?|JOB|TASK|MSG|MESSAGE|TRANSACTION)[ _-]?ID[^0-9A-Z]{0,5}$"
)
# 「契約上寫押金兩個月 24000」.
_SUM_BEFORE, _LONGEST_SUM = re.compile("(?:押金|租金|月租|房租|保證金|[訂定]金)[^0-9A-Z]{0,6}$"), 6
_PERIOD_BEFORE = re.compile("起[訖迄][ :]{0,3}(?:[0-9/.]{6,10} ?[~至到-] ?)?$")  # 「租約起訖：1140901~1150831」
_ZEROS = re.compile("[0 -]+")
# 「晶片是 134.2kHz」
_AMOUNT = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?[KMG]HZ")
_QUERY = re.compile("[?&][A-Z_]{0,8}(?:ID|V)=$")
_LOCAL_LINE, _CALLED = re.compile("[2-9][0-9]{2,3}-[0-9]{4}"), re.compile("公司|客服|中心|[打撥洽]")
_SOMEONE = re.compile("[我他她](?!們)|私訊|對方|本人|鄰居|網友|MY |HIS |HER |PROFILE\\.PHP|TI/P/")
# 「租約編號市租-112-04471」
_LETTERED = Pattern(
    "(?:[合契租]約|保單)(?:編號|號碼|字號|書號)[:是 ]{0,2}([一-鿿]{1,3}-[0-9A-Z](?:-?[0-9A-Z]){4,20})(?![0-9A-Z])"
)


class AccountRecognizer(CuedRecognizer):
    """User names after a service's name or 帳號, ``@name``, and the numbers of contracts, meters, policies, parcels.

    A page that an office runs stays.
    """

    ENTITY = "ACCOUNT"
    KINDS = (cue_words.USER_NAME, cue_words.SOCIAL, cue_words.LOGIN, cue_words.ID, cue_words.CONTRACT)
    VALUE = HANDLE
    SCORE = 0.65

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        yield from super().find(views)
        folded = views.folded
        yield from self._mentioned(views)
        if "編號" in folded or "呼號" in folded or "號碼" in folded or "代號" in folded:
            for match in _INMATE.finditer(views.figures):
                yield self.finding(views, match.span(1), 0.5)
        papers = _PAPER.finditer(folded) if "字" in folded else ()
        insured = chain(_INSURED.finditer(folded), _ENROLLED.finditer(folded)) if "保" in folded else ()
        water = _WATER.finditer(views.figures) if "水號" in folded else ()
        for match in chain(papers, insured, water):
            yield self.finding(views, match.span(1), 0.5)
        if "約" in folded or "保單" in folded:
            yield from (self.finding(views, match.span(1), 0.6) for match in _LETTERED.finditer(folded))
        if any(name in folded for name in _SERVICES):
            yield from self._named(views)
        if "/" in folded:
            for match in _PROFILE.finditer(folded):
                if _SOMEONE.search(views.before(match.start(), 16) + match[0]):
                    yield self.finding(views, match.span(), 0.5)

    def _mentioned(self, views: Views) -> Iterator[Finding]:
        """Find ``@name``, a name in quotes, and names of several words that are read out: coach kevin 底線 tw."""
        folded = views.folded
        for match in _MENTION.finditer(folded) if "@" in folded else ():
            named = _SERVICE_BEFORE.search(views.before(match.start(), 16)) or not _DOMAIN.fullmatch(match[0])
            if named and not is_official(views, match.span()):
                yield self.finding(views, match.span(), 0.5)
        gamers = (match for match in _GAMER.finditer(folded) if not _NO_GAMER.search(match[1]))
        quoted = chain(_QUOTED.finditer(folded), _SELLER.finditer(folded)) if "「" in folded else ()
        for match in chain(quoted, gamers):
            if not _NO_HANDLE.search(match[1]):
                yield self.finding(views, match.span(1), 0.5)
        for match in _SPOKEN.finditer(folded) if "線" in folded or "點" in folded else ():
            yield self.finding(views, match.span(1), 0.5)

    def _named(self, views: Views) -> Iterator[Finding]:
        """Find a page that is called like a person: FB Anna Maria Lin."""
        for match in _SHOWN_NAME.finditer(views.folded):
            words = views.text[slice(*views.original_span(*match.span(1)))].split()
            called = all(word[0].isupper() and word[1:].islower() for word in words)
            if called and not _SERVICE.search(match[1]) and not is_official(views, match.span(1)):
                yield self.finding(views, match.span(1), 0.5)

    def shape(self, kind: str) -> re.Pattern[str]:
        return CODE if kind == cue_words.CONTRACT else HANDLE

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        before = views.before(span[0], 16)
        if _ZEROS.fullmatch(views.figures, *span):
            return False
        if _INNER_ID.search(before) or tw_phone.is_toll_free(views.figures[slice(*span)]):
            return False
        if (span[1] - span[0] <= _LONGEST_SUM and _SUM_BEFORE.search(before)) or _PERIOD_BEFORE.search(before):
            return False
        if is_landline(views.figures, span) or _is_local_line(views, span):
            return False
        if kind == cue_words.CONTRACT and _AMOUNT.fullmatch(views.folded, *span):
            return False
        if kind != cue_words.USER_NAME and _QUERY.search(before):
            return False
        return super().accepts(views, span, kind) and (kind == cue_words.CONTRACT or is_private(views, span))

    def fills(self, views: Views, cell: Span) -> bool:
        return is_name(views, cell)


def _is_local_line(views: Views, span: Span) -> bool:
    """Whether it is rather a line without area code: 「請打悠遊卡公司 412-8880」."""
    local = _LOCAL_LINE.fullmatch(views.figures, *span)
    return local is not None and _CALLED.search(views.before(span[0], 12)) is not None
