"""健保卡號, the number of a National Health Insurance card: twelve digits without a check digit.

Cards in use begin with ``0000``. The length is the one that card readers return; the prefix is a custom, not a rule.

>>> validate("0000 1234 5678")
'000012345678'
>>> format("000012345678")
'0000 1234 5678'
>>> validate("00001234567")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidFormat: NHI card number
>>> is_valid("00001234567X")
False
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidFormat, InvalidNumber
from deid.identifiers.tw_national_id import compact

_SHAPE = re.compile(r"[0-9]{12}")

__all__ = ["compact", "format", "is_valid", "validate"]


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat."""
    number = compact(number)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormat("NHI card number")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the number in the groups printed on the card."""
    number = compact(number)
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
