"""Tells a number or an address that an agency publishes from a private one, by the words around it.

Two kinds of evidence; without either a value is private, but for what the tagger makes of it (``public_reading``):

* a link: an agency's name, its form of address (本局, 承辦人) or a published line (服務專線) leads straight to it;
* a notice: the surroundings read like an agency's notice, nobody speaks of himself there, and no private word
  (姓名, 家裡, 住) leads to it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection
from functools import cached_property
from itertools import chain

from deid.patterns import late
from deid.recognizers.public_words import (
    ADDRESS_GLUE,
    ADDRESS_LINK,
    ANCHOR,
    ASKED,
    ASKED_OF,
    BLOCK_GLUE,
    CITIZEN,
    LINE_AFTER,
    LINE_GLUE,
    LINE_LINK,
    MAIL_TOLD,
    NAME_BEFORE,
    NOTICE,
    OWN_LINE,
    PLACE,
    PLACE_AFTER,
    PRIVATE_AFTER,
    PRIVATE_BEFORE,
    SERVED_AFTER,
    SERVED_BY_MOBILE,
    TOLD_BEFORE,
    is_reported,
)
from deid.speakers import STAFF
from deid.tagger.tagger import load_tagger
from deid.tw_districts import PLAIN_PLACES
from deid.views import Views

_LEFT, _CLAIM, _ASK, _SERVICE = 72, 40, 8, 16
_CITIZEN_REACH, _NOTICE_REACH = 160, 400
_ENOUGH_MARKS, _ENOUGH_PLACES = 2, 3
_LISTED = frozenset(" \n\t:(,、-|市區縣鄉鎮及")
_MOST_ANCHORS = 3
# Nobody tells so many lines of his own; a list of offices does.
_LANDLINE = re.compile(r"(?<![0-9])\(?0[2-8][0-9]{0,2}\)?[ -]?[0-9]{3,4}[ -]?[0-9]{3,4}(?![0-9])")
_ENOUGH_LINES = 3
_SOMEBODY_BEFORE = late(
    "(?:(?P<called>[阿小老](?![組學姐師人])[一-鿿](?<![街館店站棧鎮屋]))|"
    "歲|大[嫂姊姐哥]|學[姊姐長弟妹]|朋友)[ :(]{0,2}$"
)
_BESIDE = 4
_EXTENDED, _CONTACT_BEFORE = re.compile("[轉#]|分機|EXT"), re.compile("(?:聯絡|連絡|承辦)人[^\n。]{0,16}$")
# 「某某服務中心,電話…,地址:10569臺北市松山區」.
_ADDRESS_TOLD = late("地 ?址 ?: ?(?:[0-9]{3,6} ?)?(?:[一-鿿]{2}[市縣])?(?:[一-鿿]{1,3}[區鄉鎮市])?$")
_RECORDED = re.compile("(?<![A-Z])(?:TEL(?:EPHONE)?|PHONE|MOBILE|CALLER)[A-Z_]{0,8}=$")  # a form that somebody sent
# 「客服：09…」, 「總機：…」 of a transcript.
_SPEAKER = re.compile(rf"(?:^|\n) ?{STAFF}[0-9]?: ?$")
_NAME = "public_context"


class PublicContext:
    """Judges places of one text, in offsets of the folded view.

    Whatever it needs of the text is looked for once, by the first judgment that needs it.
    """

    def __init__(self, folded: str, names: Collection[tuple[int, int]] = ()) -> None:
        """Take the folded view, and where the tagger sees names begin and end."""
        self._folded = folded
        self._names = sorted(start for start, _ in names)
        self._name_ends = sorted(end for start, end in names if folded[start:end] not in PLAIN_PLACES)

    @classmethod
    def of(cls, views: Views) -> PublicContext:
        """Return the one that all recognisers of a text share."""
        context = views.cache.get(_NAME)
        if not isinstance(context, cls):
            names = [(start, end) for start, end, _ in load_tagger().spans(views)]
            context = views.cache[_NAME] = cls(views.folded, names)
        return context

    def publishes_line(self, start: int, end: int, *, mobile: bool = False) -> bool:
        """Whether the telephone number at ``start:end`` is an agency's.

        A mobile number needs a link and the word of a service (簡訊, 專線): an official's own is private.
        """
        before = self._folded[max(0, start - _SERVICE) : start]
        if mobile and (not SERVED_BY_MOBILE.search(before) or _SPEAKER.search(before)):
            return False
        if not mobile and LINE_AFTER.match(self._folded, end):
            return True
        return self._is_published(start, end, LINE_LINK, LINE_GLUE, notice=not mobile)

    def publishes_address(self, start: int, end: int) -> bool:
        """Whether the address at ``start:end`` is an agency's."""
        if is_reported(self._folded, start, end):
            return False
        if self._is_published(start, end, ADDRESS_LINK, ADDRESS_GLUE, notice=True):
            return True
        return self._is_near_citizen(start, end) is False and PLACE_AFTER.match(self._folded, end) is not None

    def lists_address(self, start: int, end: int) -> bool:
        """Whether an office's name and the word for an address lead to it where nobody speaks of himself."""
        if _ADDRESS_TOLD.search(self._folded, max(0, start - _CLAIM), start) is None:
            return False
        anchors = [at for at, _ in self._near_anchors(start)]
        return not self._is_near_citizen(start, end) and self._is_linked(start, anchors, ADDRESS_GLUE)

    def speaks_for_agencies(self, start: int, end: int) -> bool:
        """Whether agencies are spoken of and nobody speaks of himself around a value."""
        return not self._is_near_citizen(start, end) and self.speaks_of_agencies(start, end)

    def speaks_of_agencies(self, start: int, end: int) -> bool:
        """Whether agencies are spoken of around a value, and not only in it: 「市府路1號」."""
        if not self._has_evidence:
            return False
        marks = chain((at - 1 for at, _ in self._anchors), self._notice_marks, self._places)
        return any(not start <= at < end for at in marks) or self._is_served

    def is_claimed(self, start: int, behind: int = 0) -> bool:
        """Whether a private word or a name stands before a value, no further back than ``behind``.

        Behind it, an agency that is named between takes the value over.
        """
        anchors = [at for at, _ in self._near_anchors(start)] if behind else []
        return self._is_claimed(start, max((behind, *anchors)) - 1)

    def names_office_before(self, start: int) -> bool:
        """Whether an agency or a published line is named shortly before a value."""
        return bool(self._near_anchors(start))

    def is_told_with_office(self, start: int) -> bool:
        """Whether nothing but what belongs to an office's line or address stands between its name and a value."""
        return self._is_linked(start, [at for at, _ in self._near_anchors(start)], BLOCK_GLUE)

    def names_anybody(self, start: int, end: int) -> bool:
        """Whether a name begins between two places, as the tagger sees it."""
        return _count(self._names, start, end) > 0

    def offices_named(self, start: int, end: int) -> list[int]:
        """Return where each agency or published line that is named between two places ends."""
        low, high = bisect_left(self._anchors, (start + 1, False)), bisect_left(self._anchors, (end + 1, False))
        return [at for at, _ in self._anchors[low:high]]

    def publishes_mailbox(self, start: int, end: int, *, free: bool = False) -> bool:
        """Whether the e-mail address at ``start:end`` is an agency's or an event's.

        One at a ``free`` provider is an event's only where it is told as such.
        """
        if not free and self._is_published(start, end, LINE_LINK, LINE_GLUE, notice=True):
            return True
        told = MAIL_TOLD.search(self._folded[max(0, start - _CLAIM) : start])
        if told is None or self._is_near_citizen(start, end):
            return False
        near = start - _NOTICE_REACH, end + _NOTICE_REACH
        marks = _count(self._notice_marks, *near) + _count(self._places, *near)
        return told["event"] is not None or marks >= _ENOUGH_MARKS

    def _is_published(
        self, start: int, end: int, link: re.Pattern[str], glue: re.Pattern[str], *, notice: bool
    ) -> bool:
        if not (self._anchors if not notice else self._has_evidence):
            return False
        if PRIVATE_AFTER.match(self._folded, end):
            return False
        near = self._near_anchors(start)
        anchors = [at for at, _ in near]
        speaks = self._is_near_citizen(start, end)
        # So a citizen tells his own number: 「我小孩念公立幼兒園，聯絡電話…」.
        own = speaks and OWN_LINE.search(self._folded[max(0, start - _SERVICE) : start]) is not None
        said = [at for at, is_firm in near if not is_firm and not own]
        if self._is_linked(start, said, link):
            return True
        if speaks:
            return False
        if self._is_linked(start, anchors, glue):
            return True
        if not notice:
            return False
        if SERVED_AFTER.match(self._folded, end):
            return True
        contact = bool(anchors) and self._is_contact(start, end)
        if not contact and self._is_claimed(start, max(anchors, default=-1)):
            return False
        asked = bool(anchors) and ASKED.search(self._folded[max(0, start - _ASK) : start]) is not None
        return asked or self._is_asked_of(start) or self._is_notice(start, end)

    def _is_asked_of(self, start: int) -> bool:
        """Whether one is told to call a firm: 「電梯故障,請電三菱電梯(02)…」."""
        asked = ASKED_OF.search(self._folded, max(0, start - _SERVICE), start)
        return asked is not None and _count(self._names, asked.start(), start) == 0

    def _is_contact(self, start: int, end: int) -> bool:
        """Whether a contact is named with an extension: he answers there for an office."""
        before = self._folded[max(0, start - _CLAIM) : start]
        return (
            _CONTACT_BEFORE.search(before) is not None
            and _EXTENDED.search(self._folded[start:end]) is not None
        )

    def _near_anchors(self, start: int) -> list[tuple[int, bool]]:
        first = bisect_left(self._anchors, (start - _LEFT, False))
        return self._anchors[first : bisect_left(self._anchors, (start + 1, False))]

    def _is_near_citizen(self, start: int, end: int) -> bool:
        return _count(self._citizen_marks, start - _CITIZEN_REACH, end + _CITIZEN_REACH) > 0

    def _is_notice(self, start: int, end: int) -> bool:
        low, high = start - _NOTICE_REACH, end + _NOTICE_REACH
        if _count(self._notice_marks, low, high) >= _ENOUGH_MARKS:
            return True
        places = _count(self._places, low, high)
        if places < _ENOUGH_PLACES and not self._is_listed(start, low, high):
            return False
        before = self._folded[max(0, start - _ASK) : start]
        return before[-1:] in _LISTED or TOLD_BEFORE.search(before) is not None

    def _is_listed(self, start: int, low: int, high: int) -> bool:
        """Whether a value is told in a list of so many lines, and behind nobody's name."""
        if _count(self._landlines, low, high) < _ENOUGH_LINES:
            return False
        line = max(self._folded.rfind(mark, max(0, low), start) for mark in "\n;、")
        return _count(self._names, max(line, start - _CLAIM), start) == 0

    def _is_linked(self, start: int, anchors: list[int], glue: re.Pattern[str]) -> bool:
        return any(glue.fullmatch(self._folded, at, start) for at in reversed(anchors[-_MOST_ANCHORS:]))

    def _is_claimed(self, start: int, last_anchor: int) -> bool:
        """Whether a private word or a name stands before the value, with no agency between."""
        before = max(0, start - _CLAIM)
        if _RECORDED.search(self._folded, before, start):
            return True
        somebody = _SOMEBODY_BEFORE.search(self._folded, max(0, start - _ASK), start)
        if somebody and somebody["called"] not in PLAIN_PLACES:
            return True
        if _count(self._name_ends, max(last_anchor + 1, start - _BESIDE), start + 1):
            return True
        words = self._private_words
        at = bisect_left(words, (start + 1, 0)) - 1
        if at >= 0 and words[at][0] > last_anchor and words[at][1] >= before:
            return True
        named = NAME_BEFORE.search(self._folded[max(before, last_anchor) : start])
        return named is not None and PLAIN_PLACES.isdisjoint((named["name"], named["name"][:-2]))

    @cached_property
    def _anchors(self) -> list[tuple[int, bool]]:
        """Where each name of an agency or published line ends, and whether it is only a firm's."""
        found = (match for match in ANCHOR.finditer(self._folded) if not self._is_speaker(match.end()))
        return [(match.end(), match["firm"] is not None) for match in found]

    def _is_speaker(self, end: int) -> bool:
        """Whether what ends here tells who speaks a line: 「客服：」."""
        return _SPEAKER.search(self._folded, max(0, end - _ASK), end + 1) is not None

    @cached_property
    def _has_evidence(self) -> bool:
        """Whether anything in the text speaks of an agency at all: mostly not, and then nothing is weighed."""
        return bool(self._anchors or self._notice_marks or self._places or self._is_served)

    @cached_property
    def _is_served(self) -> bool:
        """Whether somebody of an agency is told to serve whoever calls."""
        return SERVED_AFTER.search(self._folded) is not None

    @cached_property
    def _private_words(self) -> list[tuple[int, int]]:
        """Where each private word ends and begins."""
        return [(match.end(), match.start()) for match in PRIVATE_BEFORE.finditer(self._folded)]

    @cached_property
    def _citizen_marks(self) -> list[int]:
        return [match.start() for match in CITIZEN.finditer(self._folded)]

    @cached_property
    def _notice_marks(self) -> list[int]:
        return [match.start() for match in NOTICE.finditer(self._folded) if not self._is_speaker(match.end())]

    @cached_property
    def _landlines(self) -> list[int]:
        return [match.start() for match in _LANDLINE.finditer(self._folded)]

    @cached_property
    def _places(self) -> list[int]:
        return [match.start() for match in PLACE.finditer(self._folded)]


def _count(positions: list[int], low: int, high: int) -> int:
    return bisect_left(positions, high) - bisect_left(positions, low)
