"""案件編號, the number of a case of the 1999 hotline: the date (YYYYMMDD) and a serial of five digits.

Not personal by itself, but it leads to the person who called. Source: Taipei City, published cases 2015 to 2026.

>>> validate("2026043010407")
'2026043010407'
>>> format("20260430-10407")
'2026043010407'
>>> validate("2026133010407")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidFormat: case number
>>> is_valid("202604301040")
False
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidFormat, InvalidNumber
from deid.identifiers.tw_national_id import compact

_SHAPE = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{5}")

__all__ = ["compact", "format", "is_valid", "validate"]


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat."""
    number = compact(number)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormat("case number")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the number as the hotline gives it: without separators."""
    return compact(number)
