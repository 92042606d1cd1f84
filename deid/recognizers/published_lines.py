"""Tells an agency's telephone line from a private one by everything that stands around it."""

from __future__ import annotations

import re

from deid.identifiers import tw_phone
from deid.patterns import late
from deid.recognizers.address_english import follows_office
from deid.recognizers.addressed import is_named_near, is_surely_own, is_written_to
from deid.recognizers.asked_for import Asked, line_asked_for
from deid.recognizers.linked_places import is_line_of_institution, is_nobodys_line
from deid.recognizers.on_record import is_line_on_record
from deid.recognizers.public_context import PublicContext
from deid.recognizers.public_reading import is_called, is_told_with_office, reads_as_private, reads_as_public
from deid.recognizers.tw_address import judged_addresses
from deid.tagger.tagger import load_tagger
from deid.views import Views

_OWN_OFFICE = re.compile(
    "(?:(?:我|找我|[回打]我打)(?:的|們)?辦公室|(?<!其)[她他](?:的)?(?:公司|辦公室|工廠|店裡))(?:的?電話)?[是: ]{0,2}$"
)  # 「回我打辦公室02-…」
_OWN_AFTER = re.compile("[ ,]?就?是[我他她](?:家|本人|[媽爸]|太太|先生)")
# 「08-732… 是縣政府總機對吧」
_OF_OFFICE = re.compile(
    "[ ,]?就?是[^我他她家,。\n]{0,6}(?:政府|公所|分局|醫院)的?(?:總機|專線|代表號|服務電話)(?=[,。?!\n對嗎吧]|$)"
)
_ADDRESS_BEFORE, _ADDRESS_REACH = re.compile("[號樓室][^。\n]{0,12}$"), 16
_BEHIND_ADDRESS = re.compile(
    r"(?:[0-9一二三四五六七八九十]{1,3}樓)?[ ,、;|()]{0,3}(?:(?:聯絡|連絡|服務|洽詢)?電話|專線|總機|TEL)?"
    r"[.:是為 ]{0,2}\(?"
)
_REPORTED, _REPORT_REACH = re.compile("地點|案址|陳情|檢舉|違規|發生|報修|位置"), 40
_WHO, _NAME_REACH = re.compile("[^。\n]{0,6}(?:[聯連]絡人|陳情人|檢舉人|姓名|先生|小姐|女士|太太)"), 12
# 「技士 馮建凱⏎電話 …」, 「稽查員卓鈞 …」: titles of none but officials.
_TITLE = (
    "(?:技[士佐正]|[科課]員|辦事員|里幹事|稽查員|書記|[股課科]長|警員|巡[佐官]|偵查佐|戶籍員|約[聘僱]人員|[縣市鄉鎮區]長)"
)
_OFFICIAL_BEFORE = late(
    f"(?<!我是)(?:{_TITLE}[ :]?[一-鿿]{{2,4}}|(?<![一-鿿])[一-鿿]{{1,4}}?{_TITLE})[ \n|(,]{{1,2}}"
    r"(?:(?:[聯連]絡)?電 ?話|TEL|T|直撥|專線)?[ :.]{0,2}[(]?$"
)
_EXTENDED, _OFFICIAL_REACH, _MAYBE = re.compile("[轉#]|分機|EXT"), 24, 0.5
_CACHED = "public addresses by their ends"


def is_published_line(views: Views, span: tuple[int, int], number: str, verdicts: dict[str, bool]) -> bool:
    """Whether an agency's line stands here. One said again is judged as the first time, by ``verdicts``."""
    mobile = tw_phone.is_mobile(number)
    asked = line_asked_for(views, *span)
    if asked is not Asked.UNKNOWN:
        verdicts[number] = asked is Asked.OFFICE
        return verdicts[number]
    if _OWN_OFFICE.search(views.before(span[0], 14)) or _OWN_AFTER.match(views.folded, span[1]):
        return False
    if is_line_on_record(views, *span) or is_surely_own(views, *span):
        return False
    if number in verdicts:
        return verdicts[number] or (not mobile and is_nobodys_line(views, *span))
    if PublicContext.of(views).publishes_line(*span, mobile=mobile):
        found = mobile or not reads_as_private(views, *span)
    else:
        found = not mobile and (
            follows_office(views, span[0])
            or is_line_of_institution(views, *span)
            or reads_as_public(views, *span)
            or is_called(views, *span)
            or is_told_with_office(views, *span)
            or _is_of_office(views, *span)
            or _is_officials(views, *span)
            or _follows_public_address(views, *span)
        )
    verdicts[number] = found
    return found or (not mobile and is_nobodys_line(views, *span))


def _is_of_office(views: Views, start: int, end: int) -> bool:
    """Whether the words behind a line say that it is an office's, and none before that it is somebody's."""
    return _OF_OFFICE.match(views.folded, end) is not None and not PublicContext.of(views).is_claimed(start)


def _is_officials(views: Views, start: int, end: int) -> bool:
    """Whether an official's title and name stand before a line, with an extension or where the tagger doubts."""
    if not _OFFICIAL_BEFORE.search(views.folded, max(0, start - _OFFICIAL_REACH), start):
        return False
    if not is_named_near(views, start) or is_written_to(views, start, end):
        return False
    extended = _EXTENDED.search(views.folded, start, end) is not None
    return extended or load_tagger().value_mean(views, start, end) < _MAYBE


def _follows_public_address(views: Views, start: int, end: int) -> bool:
    """Whether an office's address, where nothing is reported, stands right before a line, and nobody's name behind."""
    if not _ADDRESS_BEFORE.search(views.folded, max(0, start - _ADDRESS_REACH), start):
        return False
    context = PublicContext.of(views)
    if context.names_anybody(end, end + _NAME_REACH) or _WHO.match(views.folded, end):
        return False
    places: dict[int, int] | None = views.cache.get(_CACHED)
    if places is None:
        places = views.cache[_CACHED] = {last: first for first, last in judged_addresses(views)[1]}
    near = (at for at in range(max(0, start - _ADDRESS_REACH), start + 1) if at in places)
    behind = [places[at] for at in near if _BEHIND_ADDRESS.fullmatch(views.folded, at, start)]
    reported = (_REPORTED.search(views.folded, max(0, first - _REPORT_REACH), first) for first in behind)
    return any(not (told or context.is_claimed(start, first)) for told, first in zip(reported, behind, strict=True))
