"""自然人憑證卡號, the number of a citizen digital certificate: two letters and fourteen digits, no check digit.

Source: Ministry of Finance, carriers of e-invoices.

>>> validate("ab12345678901234")
'AB12345678901234'
>>> format("AB 1234 5678 9012 34")
'AB12345678901234'
>>> validate("AB1234567890123")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidFormat: certificate number
>>> is_valid("A123456789012345")
False
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidFormat, InvalidNumber
from deid.identifiers.tw_national_id import compact

_SHAPE = re.compile(r"[A-Z]{2}[0-9]{14}")

__all__ = ["compact", "format", "is_valid", "validate"]


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat."""
    number = compact(number)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormat("certificate number")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the number as it is printed: without separators."""
    return compact(number)
