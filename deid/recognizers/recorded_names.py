"""Chinese names in records: behind a key that asks for one, in the column that such a word heads, in a greeting.

「owner=酈守中」, 「"nickname": "圓圓"」, cells under 「申請人」, 「親愛的鄺世華您好」: no sentence that
the tagger could read stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.patterns import late
from deid.recognizers import columns
from deid.recognizers.name_context import SURNAME_START
from deid.recognizers.name_lexicon import COMPOUND_SURNAMES, SURNAMES
from deid.tagger.tagger import load_tagger
from deid.tw_districts import PLAIN_PLACES
from deid.views import Views

Span = tuple[int, int]

_ROLES = (
    "姓名|(?:申請|報修|反映|學員|緊急聯絡|聯絡|連絡|收件|寄件|當事|監護|被保險|要保|承租|出租|駕駛|通報|陳情|報案|繼承|代理|委託|受託|檢舉|"
    "被害|領取|投保|就診|受照顧|受文|訂位|訂票|聲請|相對|撤回|受任|委任|收養|出養|義務|權利|保證|見證|債權|陳報|承受|買受|出賣|贈與|受贈|"
    "告訴|申訴|遷入|遷出)人[一二三四五甲乙]?|戶長|病患|病人|家長|車主|屋主|飼主|房東|房客|學生姓名"
)
_KEYS = (
    "(?:FULL|USER|STUDENT|PATIENT|CONTACT|OWNER|MEMBER|GUARDIAN|RECEIVER|SENDER|PAYEE|PAYER|EMERGENCY|APPLICANT)?[_.\\-]?NAME|"
    "APPLICANT|CONTACT(?:_PERSON)?|OWNER|RECIPIENT|PATIENT|CALLER|HOLDER|GUARDIAN|TENANT|LANDLORD|PAYEE|EMERG(?:ENCY)?|"
    "REPORTER|INSURED|CONSIGNEE|RESIDENT"
)
_NICK = "NICK(?:_?NAME)?|ALIAS|暱稱|綽號|小名"
_VALUE = "(?P<name>[一-鿿]{2,4})(?![一-鿿])"
_TOLD = late(rf"[=:] ?\"?{_VALUE}(?=[\"'&,;|/\t\n }}()\]]|$)")
_KEY_BEFORE = late(rf"(?:(?<![A-Z])(?:(?P<nick>{_NICK})|{_KEYS})|{_ROLES})\"? ?$")
_REACH = 24
_HEADING = re.compile(f"(?:{_ROLES}|(?:{_KEYS}))(?:\\([^)]*\\))?")
_CELL = late(f'[ "]*{_VALUE}[ "]*')
_DEAR = late("親愛的(?P<name>[一-鿿]{3})(?=[您你]好|先生|小姐|女士|同學|,|:)")
_NOBODY = re.compile(
    ".*(?:[路街巷口站號館宮廟院園區里村山橋店隊校樓場局處所科室課股組會府部司社行庫]|中心|公司)|"
    "方案.?|全部|本人|同上|不詳|匿名|未填|空白|無誤|自己|民眾|家屬|家長|師長|全體|管理員|總幹事|主委|里長|先生|小姐|女士|姓名|單位|電話|地址|"
    "成年|單身|時間|金額|何[人時故]|[車屋]主|路人|房東"
)
# Given names often end in the words for places that are one character long: 「林青山」.
_LIKE_PLACES = re.compile("..[山村橋園宮]")
_USUAL, _LONG, _TRACE = 3, 4, 0.002


def recorded_names(views: Views) -> Iterator[Span]:
    """Yield where names stand in records, on the folded view."""
    folded = views.folded
    if ":" in folded or "=" in folded:
        for match in _TOLD.finditer(folded):
            key = _KEY_BEFORE.search(views.before(match.start(), _REACH))
            if key and (key["nick"] or _is_name(views, match.span("name"))):
                yield match.span("name")
    if "親愛的" in folded:
        for match in _DEAR.finditer(folded):
            if _is_name(views, match.span("name")) and _is_seen(views, match.span("name")):
                yield match.span("name")
    yield from _in_columns(views)


def _in_columns(views: Views) -> Iterator[Span]:
    folded = views.folded
    for header, rows in columns.tables(views):
        asked = [at for at, span in enumerate(header) if _HEADING.fullmatch(folded[slice(*span)].strip(' "'))]
        for row in rows:
            for at in asked:
                cell = _CELL.fullmatch(folded, *row[at]) if at < len(row) else None
                if cell and _is_name(views, cell.span("name")):
                    yield cell.span("name")


def _is_name(views: Views, span: Span) -> bool:
    """Whether words look like a whole Chinese name: a surname, and nothing that tells a place, an office or nobody.

    Of three characters that begin with no surname we know the tagger must see a trace.
    """
    words = views.folded[slice(*span)]
    if words in PLAIN_PLACES:
        return False
    if _LIKE_PLACES.fullmatch(words) and words[0] in SURNAMES and words[:2] not in PLAIN_PLACES:
        return True
    if _NOBODY.fullmatch(words):
        return False
    if len(words) == _LONG:
        return words[:2] in COMPOUND_SURNAMES
    return SURNAME_START.match(words) is not None or (len(words) == _USUAL and _is_seen(views, span))


def _is_seen(views: Views, span: Span) -> bool:
    return load_tagger().name_mean(views, *span) >= _TRACE
