"""Public officials in their role: a name beside the office that its bearer holds is public."""

from __future__ import annotations

import re

_OFFICE = (
    "總統|副總統|(?:行政|立法|司法|考試|監察)院(?:副?院長)?|部長|次長|政務委員|立法委員|立委|監察委員|大法官|"
    "市長|縣長|議長|議員|署長|局長|處長|市府秘書長|市府發言人|市府副秘書長"
)
_BEFORE = re.compile(f"(?:{_OFFICE})$")
_AFTER = re.compile(f"前?(?:副|代理)?(?:{_OFFICE})(?!室|信箱|您|你)")
_LONGEST_OFFICE = 8
# 「主任委員…、監察委員…」: the committee of a block of flats has one, too.
_SUPERVISOR, _COMMITTEE, _LIST = (
    "監察委員",
    re.compile("管委會|管理委員會|主任委員|主委|財務委員"),
    120,
)


def in_role(text: str, start: int, end: int) -> bool:
    """Whether a public office stands directly before or behind a name: 市長〇〇〇, 〇〇〇立委."""
    before = text[max(0, start - _LONGEST_OFFICE) : start]
    if before.endswith(_SUPERVISOR) and _COMMITTEE.search(text, max(0, start - _LIST), end + _LIST):
        return False
    return _BEFORE.search(before) is not None or _AFTER.match(text, end) is not None
