"""Tells an office that somebody writes to, or speaks of, from one that stands there with its own line or address."""

from __future__ import annotations

from deid.patterns import late
from deid.recognizers.public_context import PublicContext
from deid.views import Views

_AREA = "(?:[0-9]{3,6} ?)?(?:[一-鿿]{2}[市縣])?(?:[一-鿿]{1,3}[區鄉鎮市])?"
# 「此致⏎臺中市政府⏎電話:…」, 「請轉林課長…」, 「敬愛的區公所團隊…」: what follows is the writer's.
_WRITTEN_TO = late(
    "(?:此致|謹呈|敬[陳呈致愛]|謹[致陳]|親愛的?|(?:感謝|謝謝)(?![您你]?(?:[。!,; \n]|$))|原信|來信|"
    "(?:^|[\n :,。])(?:致|給|TO|FROM)[ :]|主旨|受文|收[件文信][者人單]?|[寄傳轉留][話言真]?[給交告知]|"
    "轉(?![0-9 學]|分機)|通知|[找叫問](?!題)|"
    "請(?![洽於將先備勿攜詳參逕向]|撥打|假|領)|拜託|麻煩|我要|投訴|檢舉|申訴|自稱|疑似|代表)"
    "(?:[^。\n]{0,30}\n){0,4}[^。\n]{0,28}$"
    rf"|(?:[您你]好|大人|先生)[^0-9。]{{0,12}}$|(?:至|到|往|受理|查詢|反映)[ :]?{_AREA}$"
)
_BETWEEN, _REACH = 48, 120
# 「(我家)」, 「是我自己的」, 「找我」, 「可以打這支」.
_OWN_AFTER = late(
    "[^。\n]{0,14}(?:我(?!們[局所處科]|國)|[她他您]家|[她他]在|宿舍|自宅|住家|家裡|的家|[打撥]這[支個]|請回電|這支|後面是|"
    "阿[嬤公婆]|下班)|(?:[^。\n]{0,30}\n){1,3}我(?!的)"
)
# Nearer and plainer: whatever says that an office's line stands here, this one is somebody's.
_SURELY_OWN = late(
    r"[ ,、()]{0,3}(?:(?:這|那)[支個]?)?(?:就?是|為)?"
    "(?:我(?:家|自己的|的(?![^。\n]{0,6}案)|宿舍|房間|租屋)|[自民住]?宅(?![配急])|住家|家裡|私人電話|[她他您]家(?!長)|"
    "(?:請|再|可以)?(?:[打撥回]這支|[打撥]給我|回電給我|找我|跟我聯[絡繫]))"
)
_BELOW_ADDRESSEE = late("(?:此致|謹呈|敬[陳呈致]|謹[致陳])[^。\n]{0,24}(?:\n[^。\n]{0,30}){0,4}$")
_NAMED = 60


def is_written_to(views: Views, start: int, end: int) -> bool:
    """Whether the words around a value say that it belongs to who writes to an office or speaks of one."""
    folded = views.folded
    if _OWN_AFTER.match(folded, end):
        return True
    if "\n\n" in folded[max(0, start - _BETWEEN) : start]:
        return True
    return _WRITTEN_TO.search(folded, max(0, start - _REACH), start) is not None


def is_surely_own(views: Views, start: int, end: int) -> bool:
    """Whether a value stands below a letter's addressee, or the words right behind it say that it is somebody's."""
    if _SURELY_OWN.match(views.folded, end):
        return True
    return _BELOW_ADDRESSEE.search(views.folded, max(0, start - _REACH), start) is not None


def is_named_near(views: Views, start: int) -> bool:
    """Whether an office is named a little before."""
    return bool(PublicContext.of(views).offices_named(start - _NAMED, start))
