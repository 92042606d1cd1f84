"""外來人口統一證號, the identity number of foreign residents of Taiwan.

New form since 2021-01-02: one letter, ``8`` male or ``9`` female, eight digits; computed like the national ID.
Old form: two letters, the second ``A`` to ``D``, which counts as the last digit of its letter value. The old form is
accepted until 2031-01-01, so both are valid.

Source: National Immigration Agency; github.com/enylin/taiwan-id-validator

>>> validate("A800000014")
'A800000014'
>>> validate("AC01234567")
'AC01234567'
>>> is_valid("AE01234567")
False
>>> validate("A800000015")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidChecksum: UI number
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidChecksum, InvalidFormat, InvalidNumber
from deid.identifiers.tw_national_id import checksum, compact, letter_value

_SHAPE = re.compile(r"[A-Z](?:[89]|[A-D])[0-9]{8}")

__all__ = ["compact", "format", "is_valid", "validate"]


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat or InvalidChecksum."""
    number = compact(number)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormat("UI number")
    second = number[1] if number[1].isdigit() else str(letter_value(number[1]) % 10)
    if checksum(number[0], second + number[2:]) % 10:
        raise InvalidChecksum("UI number")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the number as it is printed on the card: without separators."""
    return compact(number)
