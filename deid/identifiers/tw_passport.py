"""護照號碼, the number of a passport of Taiwan: nine digits without a check digit.

Biometric passports begin with ``3``. Residents of other countries carry other forms (``is_foreign``): one or two
letters, six to eight digits, perhaps a letter at the end.

>>> validate("312345678")
'312345678'
>>> format("312 345 678")
'312345678'
>>> validate("31234567")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidFormat: passport number
>>> is_valid("E12345678"), is_foreign("E12345678")
(False, True)
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidFormat, InvalidNumber
from deid.identifiers.tw_national_id import compact

_SHAPE = re.compile(r"[0-9]{9}")
_FOREIGN = re.compile(r"[A-Z]{1,2}[0-9]{6,8}[A-Z]?")

__all__ = ["compact", "format", "is_foreign", "is_valid", "validate"]


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat."""
    number = compact(number)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormat("passport number")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def is_foreign(number: str) -> bool:
    """Whether the number has the form of another country's passports."""
    return _FOREIGN.fullmatch(compact(number)) is not None


def format(number: str) -> str:
    """Return the number as it is printed: without separators."""
    return compact(number)
