"""A value that an office holds of somebody, told as such right before it: 「您登記之地址：…」, 「太太住處 …」.

An office writes so of a citizen in its replies, notices and notes, beside lines and addresses of its own.
"""

from __future__ import annotations

from deid.patterns import late
from deid.recognizers.public_context import PublicContext
from deid.tagger.tagger import load_tagger
from deid.views import Views

_YOURS = "(?:[您你]|[台臺]端)(?:的|之)?"
_KEPT = "(?:登記|留存|預留|[原所]留|申辦|綁定|註冊)(?:的|之)?"
_ADDRESS = "(?:聯[絡繫]|通訊|連絡|住家|戶籍|寄件|收件)?(?:地 ?址|住 ?址)"
_LINE = "(?:聯[絡繫]|連絡|住家)?(?:電 ?話|市話|號碼|手機|門號)"
_LEADS = r"[」\]】]?[ :是為在於=]{0,3}"
_AREA = "(?:[0-9]{3,6} ?)?(?:[一-鿿]{2}[市縣])?(?:[一-鿿]{1,3}[區鄉鎮市])?"
_ADDRESS_BEFORE = late(
    f"(?:{_YOURS}(?:{_KEPT})?{_ADDRESS}|(?<!公司)(?<!商業)(?<!工廠)(?<!機構){_KEPT}{_ADDRESS}|[台臺]端[\\]】]"
    "|(?:太太|先生|案主|個案|老人|長者|學生|病患|患者|家屬|當事人|民眾|女士|小姐|[他她])的?(?:住處|住家|住所|居所|租屋處)"
    "|(?:目前|現在?|實際)(?:居住地|住處|住所|居所|租屋處)|(?:房屋|土地|建物|房地)[座坐]落|(?:用[水電戶氣]|裝[置表設]|課稅|投保)(?:地址|地點)"
    f"|(?:另寄|寄達|寄至您|寄給您)(?:的?地址)?|(?:^|[\n,。;」] ?)住)"
    f"{_LEADS}{_AREA}$"
)
_LINE_BEFORE = late(
    f"(?:{_YOURS}(?:{_KEPT})?{_LINE}|{_KEPT}{_LINE}|[台臺]端[\\]】]"
    "|(?:^|[\n,。; (])(?:家裡?|住家|(?P<bare>))市話|家電|宅電|室話"
    rf"|(?:(?:[聯連]絡|行動|住家|家用|申請人|本人)電話|手機) ?=){_LEADS}\(?$"
)
_LINE_AFTER = late(r"[ ,)]{0,2}(?:[若如]有?(?:異動|變更|更改|誤)(?![^。\n]{0,8}(?:公告|通知各))|已註記)")
_MAILBOX_BEFORE = late(
    f"(?:{_YOURS}|上次|當時|原本|[所有])[填留寫](?:存)?的?(?:電子)?(?:信箱|郵件|E-?MAIL)?[是為 :]{{0,2}}$"
)
# 「獨居老人…，三天未取餐。地址…」
_NEXT_SENTENCE = late(f"[。;!?] ?地 ?址[ :是為在]{{0,2}}{_AREA}$")
# 「環保局在…3樓開單」: where an office was, and nobody's desk is.
_DONE_THERE = late(
    "[ ,]?(?:(?:這|那)?[戶家裡邊]|[前當現昨今]?場|被|又|已|就|有|遭|的住[戶家])?"
    "(?:開[單罰]|稽查|查[獲到緝封]|取締|拆[除違掉]|臨檢|搜索|抓[到獲走]|逮捕|救[出起援]|滅火|[勘訪]查|會勘|探[視訪]|訪視|家訪|噴藥)"
)
_REACH, _SENTENCES, _SEEN, _HARDLY_SEEN = 32, 60, 0.2, 0.1


def is_address_on_record(views: Views, start: int, end: int) -> bool:
    """Whether an address is told as somebody's: registered, lived in, visited, or behind a sentence that names him."""
    low = max(0, start - _REACH)
    if _ADDRESS_BEFORE.search(views.folded, low, start) or _DONE_THERE.match(views.folded, end):
        return True
    if not _NEXT_SENTENCE.search(views.folded, low, start):
        return False
    if load_tagger().value_mean(views, start, end) < _HARDLY_SEEN:
        return False
    context = PublicContext.of(views)
    named = max((start - _SENTENCES, *context.offices_named(start - _SENTENCES, start)))
    return context.names_anybody(named, start)


def is_line_on_record(views: Views, start: int, end: int) -> bool:
    """Whether a telephone number is told as one that somebody left with an office."""
    if _LINE_AFTER.match(views.folded, end):
        return True
    told = _LINE_BEFORE.search(views.folded, max(0, start - _REACH), start)
    return told is not None and (told["bare"] is None or load_tagger().value_mean(views, start, end) >= _SEEN)


def is_mailbox_on_record(views: Views, start: int) -> bool:
    """Whether a mailbox is told as one that somebody left with an office."""
    return _MAILBOX_BEFORE.search(views.folded, max(0, start - _REACH), start) is not None
