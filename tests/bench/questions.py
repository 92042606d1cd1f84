"""Synthetic questions: 80 characters, three identifiers each, never the same twice in a run.

Every value is computed from the question's serial number: valid in form, nobody's in particular.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

RAW_MARKS = {
    "national_id": re.compile(r"[A-Z][12][0-9]{8}"),
    "mobile": re.compile(r"09[0-9]{2}-[0-9]{3}-[0-9]{3}"),
    "name": re.compile(r"我是[一-鿿]{2,4}，"),
}
"""How each identifier looks in a question that nobody concealed."""

_REGIONS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""The Ministry of the Interior numbers its letters in this order, from 10."""
_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)
_SURNAMES = "陳林黃張李王吳劉蔡楊"
_FIRST = "怡志雅家淑俊美建佳宗"
_SECOND = "君豪婷明芬傑玲宏雯翰"
_TOPICS = (
    "想請問戶籍遷入新住處要帶哪些證件，辦理大約需要多久，若由家人代辦，委託書怎麼寫？",
    "想請問申報綜合所得稅可以列舉哪些扣除額，收據遺失該怎麼補，逾期申報會不會被罰款？",
    "想請問健保卡遺失要怎麼補發，補發前看診的費用如何退還，家裡長輩申請長照要找誰呢？",
    "想請問機車行照過期多久會被罰，換發時要帶哪些文件，可以在網路先預約監理站辦理嗎？",
)


@dataclass(frozen=True, slots=True)
class Question:
    """One citizen's question with the values that must come back to this citizen and to nobody else."""

    text: str = field(repr=False)
    national_id: str = field(repr=False)
    mobile: str = field(repr=False)
    name: str = field(repr=False)


def write_question(serial: int) -> Question:
    """The question of this serial number; two serials under ten million never share a national ID or a mobile."""
    national_id = _national_id(serial)
    number = (serial * 7_654_321 + 12_345_678) % 10**8
    mobile = f"09{number // 10**6:02d}-{number // 1000 % 1000:03d}-{number % 1000:03d}"
    name = _SURNAMES[serial % 10] + _FIRST[serial // 10 % 10] + _SECOND[serial // 100 % 10]
    opening = f"您好，我是{name}，身分證字號{national_id}，手機{mobile}，"
    return Question(opening + _TOPICS[serial % len(_TOPICS)], national_id, mobile, name)


def _national_id(serial: int) -> str:
    region = serial % 26
    body = f"{serial % 2 + 1}{(serial * 7_919_777 + 1_234_567) % 10**7:07d}"
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, f"{region + 10}{body}", strict=True))
    return f"{_REGIONS[region]}{body}{-total % 10}"
