"""User names of chat and social services: what one looks like, and when it is a private person's."""

from __future__ import annotations

import re

from deid.patterns import late
from deid.recognizers.cued import Span
from deid.tagger.tagger import load_tagger
from deid.views import Views

_SPOKEN = "下?底線|底槓|點|減號|槓|UNDERSCORE|UNDERLINE|DASH|DOT"
HANDLE = late(
    rf"(?:@|小老鼠)? ?(?!IP [0-9]{{1,3}}\.)[A-Z0-9](?:[A-Z0-9._\-]| ?(?:{_SPOKEN}) ?(?=[A-Z0-9])"
    r"|(?<=[A-Z_]) (?!09[0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3})(?=[0-9]{2,6}(?![0-9年月日號點元樓個次]))"
    r"|(?<=(?<![A-Z0-9])[A-Z0-9]) (?=[A-Z0-9](?![A-Z]))){2,40}"
    r"(?<=[A-Z0-9_])(?:#[0-9]{4})?(?![A-Z0-9@]|\.[A-Z0-9])"
)

_TOLD = re.compile(
    r"(?:[:=?]|是|為|叫做?|改成|(?<![A-Z])(?:ID|IS|IT'S|NAME|USERNAME|HANDLE|CALLED)|帳號|名稱|代號|賴|LINE)"
    r"[ \n\"'「『(<]{0,3}(?:[^\n:]{0,8}: ?)?$"
)
_TOLD_OUTRIGHT = late(
    r"(?:(?:帳號|名稱|代號|暱稱|(?<![A-Z])(?:USERNAME|(?:LINE|WECHAT|IG|FB|DISCORD|賴)[ 的]{0,2}ID))[\"'」]?"
    r"(?: ?(?:[:=]|\?\n|就?是|為|叫做?)| IS| IT'S)*"
    r"|(?:(?<![A-Z])(?:ID|LINE|NAME|USER|LOGIN|HANDLE|ACCOUNT|ACCT|IG|FB|FACEBOOK|INSTAGRAM|THREADS|DISCORD|TELEGRAM|TWITTER|"
    r"WECHAT|TIKTOK|PTT|DCARD|STEAM)|賴|微信|臉書|推特|抖音|脆)[\"'」]?(?: CủA [A-ZÀ-ỹ]{1,5})?"
    r"(?: ?(?:[:=]|\?\n|就?是|為|叫做?)| IS| IT'S| Là| SAYA| ADALAH)+)"
    r"[ \n\"'「『(<]{0,3}(?:[A-Z]{1,12}: )?$"
)
# A name with a dot that follows the service directly: 「only line nuraini.tw」.
_SERVICE_BEFORE = re.compile("(?:(?<![A-Z])(?:LINE|WECHAT|IG|TELEGRAM|KAKAO)|賴|微信)[ :]{1,2}$")
# 「加我賴 amychen」: a name of letters that somebody offers, unless it is a common word.
_OFFERED = re.compile(
    "(?:(?P<asked>加我?的?(?:賴|LINE)|ME ON LINE)|我的?(?:賴|LINE|IG|FB|THREADS|臉書|推特|脆)|"
    "(?<![A-Z])MY (?:LINE|IG|FB|INSTAGRAM|FACEBOOK|THREADS))[ :]{0,2}$"
)
_OFFER_ENDS = re.compile(" ?(?:$|[,。;\n)]|私訊|私我|加我|[你可]|找我|聯絡|傳|密|被)")
_OFFICE_OFFERS = re.compile(" ?(?:好友|會員|領|優惠|點數)")
_COUNTED = re.compile(" ?[人元次名則位個件]")
_SENTENCE_GOES_ON = re.compile(" [A-Z]")
_OFFICIAL = re.compile("官方|官網|粉專|粉絲|市府|政府|縣府|公所|客服|GOV|訂閱|LINE@|小編|機關")
_SENTENCE_END = re.compile("[。!?\n]|我(?!們)")
_PRODUCT = re.compile(
    r"(?:V|VER|IOS|ANDROID|IPHONE|IPAD|WIN|WINDOWS|COVID|PM|MP|OPPO|PIXEL|GALAXY|CHROME|EDGE|GPT)[ \-]?[0-9.]+"
    r"|[A-Z]?[0-9]X[0-9A-F]+|[0-9.]+(?:[GKMPT]B?|PX|MIN|HR)|.*(?:APP|BOT)|[0-9]{1,2}點.*|HTTPS?|WWW\..*|.*\.(?:PHP|HTML?|ASPX?|PDF|JPG|PNG|MP4)"
)
_DOMAIN = re.compile(r".*\.(?:COM|TW|NET|ORG|EDU|GOV|ME|TV|CC)")
_LETTERS = re.compile("[A-Z._]{3,30}")
_KEY_AFTER = re.compile(r"[\"']?[ ]?[:=]")
_WORD = late(
    "ACCOUNT|ADMIN|AGENT|ALSO|AND|ANDROID|APP|AVAILABLE|BECAUSE|BLOCKED|BOT|BUSY|BUT|CALL|"
    "CALLER|CARD|CHAT|CHECK|CLOSED|CODE|CONTACT|DEAD|DETAILS|DOWN|EMAIL|EMPTY|FACEBOOK|"
    "FALSE|FRIEND|FROM|GMAIL|GOOGLE|GROUP|GUEST|HACKED|HAS|HAVE|HELLO|HERE|HOTMAIL|"
    "INSTAGRAM|INVALID|IOS|ITAIWAN|LINE|LOCKED|LOGIN|LOGOUT|LONG|MAIL|MESSAGE|MESSENGER|"
    "MINE|MUSIC|NAME|NONE|NOT|NOTIFY|NULL|NUMBER|OFFICIAL|OPEN|OUTLOOK|PASSWORD|PAY|PHONE|"
    "PLEASE|POINTS|POST|QRCODE|ROOT|SHOPPING|STILL|STOLEN|STORE|SUSPENDED|TAXI|TEST|THAT|"
    "THE|THIS|THREADS|TODAY|TRUE|UNKNOWN|USER|USERNAME|VOOM|WALLET|WAS|WITH|WRONG|YAHOO|"
    "YES|YOU|YOUR|STORY|STORIES|REELS?|FEED|FOLLOW|FOLLOWERS?|VIDEO|PHOTO|LIVE|KEEP|NOTE|PROFILE|BUSINESS|VERSION|"
    "MARKETPLACE|WEBTOON|OPENCHAT|THX|PLS|BANK|STICKERS?|THEME|BACKUP|UPDATE|ERROR|LINK|PAGE|SHOP|ADS?"
)
_SHORTEST = 4
_SHORTEST_TOLD = 3
_SHORTEST_NUMBER = 5
_LONGEST_ACRONYM = 5


def is_private(views: Views, span: Span) -> bool:
    """Whether a user name of the right shape reads like one, and not like a word, a product or an office's page.

    Letters only, or digits only, must be told outright (「ID 是」, ``username:``).
    """
    start, end = span
    value = views.figures[start:end]
    name = value.lstrip("@ ")
    domain = _DOMAIN.fullmatch(name) and not (
        _TOLD_OUTRIGHT.search(views.before(start, 24))
        or (name.count(".") == 1 and _SERVICE_BEFORE.search(views.before(start, 12)))
    )
    words = name.split(" ")
    product = any(map(_PRODUCT.fullmatch, (name, words[-1])))
    if domain or product or _WORD.fullmatch(words[0]) or is_official(views, span):
        return False
    if _KEY_AFTER.match(views.folded, end) or views.before(start, 1) in ("#", "&", "/"):
        return False
    letters = any("A" <= char <= "Z" for char in name)
    digits = sum(map(str.isdigit, name))
    told = value[0] == "@" or _TOLD.search(views.before(start, 24)) is not None
    if not letters:
        return (
            told and digits >= _SHORTEST_NUMBER and "." not in name and not _COUNTED.match(views.folded, end)
        )
    if len(name) < (_SHORTEST_TOLD if told else _SHORTEST):
        return False
    if digits or "_" in name or "線" in name or "點" in name or "." in name:
        return True
    if value[0] == "@":
        return True
    if len(name) <= _LONGEST_ACRONYM and views.text[slice(*views.original_span(start, end))].isupper():
        return False
    outright = _TOLD_OUTRIGHT.search(views.before(start, 24))
    if outright is None:
        return _is_offered(views, span, name)
    joined = outright[0].rstrip()[-1] in ":=是為叫"
    return joined or _SENTENCE_GOES_ON.match(views.folded, end) is None


def _is_offered(views: Views, span: Span, name: str) -> bool:
    """Whether somebody offers a name of letters to be found by: 「加我賴 amychen」."""
    offered = _OFFERED.search(views.before(span[0], 16))
    if offered is None or load_tagger().is_english(name):
        return False
    asked = offered["asked"] is not None and not _OFFICE_OFFERS.match(views.folded, span[1])
    return asked or _OFFER_ENDS.match(views.folded, span[1]) is not None


def is_name(views: Views, cell: Span) -> bool:
    """Whether a cell of a column of user names holds one."""
    value = views.folded[slice(*cell)].strip()
    return _LETTERS.fullmatch(value) is not None and not _WORD.fullmatch(value)


def is_official(views: Views, span: Span) -> bool:
    """Whether an office is spoken of right beside a user name."""
    value = views.folded[span[0] : span[1]]
    before = _SENTENCE_END.split(views.before(span[0], 12))[-1]
    return _OFFICIAL.search(f"{before}\n{value}\n{views.after(span[1], 6)}") is not None
