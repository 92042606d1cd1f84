"""The words that tell the date of another event from a date of birth: right before it or right behind it."""

from __future__ import annotations

import re

from deid.patterns import late
from deid.recognizers.birth_words import PERSONAL_BEFORE
from deid.views import Views

_NEAR, _HAN = 18, "[一-鿿]"
_EVENT = (
    "過世|死亡|歿|逝世|辭世|往生|走的|走了|離世|身亡|陣亡|病故|亡故|殉職|離婚|結婚|登記|公證|換發|補發|核發|發證|發照|製發|換證|"
    "到期|屆滿|退伍|入伍|退休|到職|離職|報到|入境|出境|來[台臺]|抵[台臺]|隨軍|落成|完工|蓋|竣工|啟用|通車|成立|上任|就職|當選|連任|"
    "申請|送件|遞件|掛號|開刀|住院|出院|手術|車禍|受傷|失蹤|出門|遷入|遷出|遷[台臺]|設籍|搬|購|買|簽|起租|開業|"
    "設立|改制|升格|接種|打疫苗|"
    "篩檢|看診|就診|回診|公告|發布|施行|生效|判決|確定|起訴|開庭|立案|颱風|地震|水災|風災|農民運動|空照|報案|發生|開辦|解除|分割|辦婚禮|分家|"
    "上班|畢業|入學|註銷|換照|再婚|同居|負傷|過戶|入住|入團|入會|鑑定|期滿|切除|買進|重測|領牌|出廠|發放|忌日|上[梁樑]|加的|拿的|發的|"
    "進公司|加入|領的|辦的|換的|補的|掉的|退保|加保|開戶|開幕|立約|租的|停水|停電|施工"
)
_EVENT_AFTER = late(
    rf"[)」]?(?:的|[當那]天|[就才])?(?:{_EVENT})(?![前了證令人族])"
    r"| ?(?:歿|卒|亡(?!夫|妻|父|母))"
)
# 「92年12月31日(含)以前出廠」, 「89年1月1日以後出生的役男」: a rule's date.
_RULE_AFTER = re.compile(
    r"[ 」]?(?:\(含\))?(?:以前|以後|之前|之後|前(?=[年足須]?滿))(?P<born>出?生)?"
    r"|(?:至|到|起至)(?:民國)?[0-9]{2,4}年[0-9]{1,2}月[0-9]{1,2}日(?:之?間|期間)?(?P<between>出?生)"
    r"|[ 」]?(?:起(?=[,。、;)至算適施\n ]|$)|生效|實施|施行|修正|函)(?!出?生)"
)
_EVENT_BEFORE = late(
    r"(?:有效|效期|期限|到期|屆滿|初診|上次|版本|VER(?:SION)?|核發|製發|發證|發照|成立|落成|完工|啟用|離職|到職|退休|退伍|"
    r"結婚|離婚|過世)"
    r"(?:日期?)?[才就又是為於在至到寫:=\"' ]{0,4}$|"
    r"(?<![A-Z])(?:ISSUED?|EXPIR(?:ES|ED|Y|ATION)|ENTRY|ENTERED|UNTIL|VALID|SINCE|HếT HạN|HABIS|RENEWED|"
    r"ARRIVED|MấT|MET|LAPSES?|APPLIED|SIGNED|HIRED|MARRIED|DIED|SANG ĐàI LOAN|MASUK TAIWAN)"
    r"(?: DATE| ON| IN| TO| UNTIL| NGàY| TANGGAL|[: ]){0,4}$"
)

_TOLD_AFTER = re.compile("[日號]?(?:申請|送件|遷入|投保|搬來|入境|結婚|離婚|過世|往生|去世|報案|住院)的")
_GONE_BEFORE, _RECENTLY = re.compile("(?:過世|往生|去世)了[ ,]?$"), "今去前昨上"
# The last four digits of a card or a telephone.
_LAST_FOUR_BEFORE = re.compile("[卡帳機話號][^0-9,。生]{0,4}[末後][四4]碼[^0-9,。]{0,3}$")


def is_of_event(views: Views, start: int, end: int) -> bool:
    """Whether words of another event than a birth stand right beside a date."""
    after = _EVENT_AFTER.match(views.folded, end)
    return after is not None or _EVENT_BEFORE.search(views.before(start, _NEAR)) is not None


def is_told_of_event(views: Views, start: int, end: int) -> bool:
    """Whether a date is another event's however sure the tagger is: 「九月七號申請的」, 「他往生了 前年五月三號」."""
    recent = views.folded[start : start + 1] in _RECENTLY
    return _TOLD_AFTER.match(views.folded, end) is not None or (
        recent and _GONE_BEFORE.search(views.before(start, 8)) is not None
    )


def is_of_rule(views: Views, start: int, end: int) -> bool:
    """Whether a rule's words follow a date and nobody is spoken of who was born then, or it is no date at all."""
    if _LAST_FOUR_BEFORE.search(views.before(start, 12)):
        return True
    rule = _RULE_AFTER.match(views.folded, end)
    if rule is None or PERSONAL_BEFORE.search(views.before(start)):
        return False
    generic = rule["born"] or rule["between"]
    return generic is not None or "生" not in views.after(end, 15)
