"""統一發票號碼, the number of a uniform invoice: two letters and eight digits, no check digit.

>>> validate("zz-00000001")
'ZZ00000001'
>>> format("ZZ00000001")
'ZZ-00000001'
>>> validate("AB1234567")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidFormat: invoice number
>>> is_valid("ABC1234567")
False
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidFormat, InvalidNumber
from deid.identifiers.tw_national_id import compact

_SHAPE = re.compile(r"[A-Z]{2}[0-9]{8}")

__all__ = ["compact", "format", "is_valid", "validate"]


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat."""
    number = compact(number)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormat("invoice number")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the number with its dash."""
    number = compact(number)
    return f"{number[:2]}-{number[2:]}"
