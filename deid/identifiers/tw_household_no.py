"""戶號, the number of a household in the household register: a letter and seven letters or digits, no check digit.

Source: household registration offices; the length is published, the alphabet is read from examples.

>>> validate("f0000012")
'F0000012'
>>> format("F 000 0012")
'F0000012'
>>> validate("F000001")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidFormat: household number
>>> is_valid("12345678")
False
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidFormat, InvalidNumber
from deid.identifiers.tw_national_id import compact

_SHAPE = re.compile(r"[A-Z][0-9A-Z]{7}")

__all__ = ["compact", "format", "is_valid", "validate"]


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat."""
    number = compact(number)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormat("household number")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the number as it is printed in the register: without separators."""
    return compact(number)
