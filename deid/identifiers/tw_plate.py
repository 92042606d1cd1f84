"""車牌號碼, the plate of a vehicle.

Since 2012 three letters and three or four digits; before that two and two to four characters with a letter on one
side, or the other way round. Light electric bicycles have two letters and five digits. The digit 4 and the letters I
and O are not issued in the new form but are often misread into it, so they do not make a plate invalid.

Source: Directorate General of Highways, forms of plates.

>>> validate("abc-1235")
'ABC1235'
>>> format("ABC 1235"), format("1235ab"), format("A1-2355"), format("2355-A1")
('ABC-1235', '1235-AB', 'A1-2355', '2355-A1')
>>> validate("1234-5678")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidFormat: plate
>>> is_valid("ABC-12355")
False
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidFormat, InvalidNumber
from deid.identifiers.tw_national_id import compact

_SHAPE = re.compile(
    r"(?:[A-Z]{3}|[0-9]{3})(?:(?<=[A-Z])[0-9]{3,4}|(?<=[0-9])[A-Z]{2,3})"
    r"|[A-Z]{2}[0-9]{2,5}|[0-9]{2,4}[A-Z]{2}|(?:[A-Z][0-9]|[0-9][A-Z])[0-9]{3,4}|[0-9]{3,4}(?:[A-Z][0-9]|[0-9][A-Z])"
)
_HEAD = re.compile(r"[A-Z]{2,3}(?=[0-9])|[0-9]{2,4}(?=[A-Z]{2,3}$)|[0-9]{3,4}(?=[A-Z][0-9]$)|[A-Z0-9]{2}")

__all__ = ["compact", "format", "is_valid", "validate"]


def validate(number: str) -> str:
    """Return the compact plate, or raise InvalidFormat."""
    number = compact(number)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormat("plate")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the plate with its dash."""
    number = compact(number)
    head = _HEAD.match(number)
    at = head.end() if head else len(number)
    return f"{number[:at]}-{number[at:]}"
