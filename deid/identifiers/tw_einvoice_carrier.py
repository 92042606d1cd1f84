"""手機條碼, the mobile barcode that carries e-invoices: a slash and seven of ``0-9 A-Z . + -``.

Source: Ministry of Finance, E-Invoice Platform.

>>> validate("/ab+1.2-")
'/AB+1.2-'
>>> format(" /ABC1235")
'/ABC1235'
>>> validate("/ABC123")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidFormat: mobile barcode
>>> is_valid("ABC1235")
False
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidFormat, InvalidNumber

_SHAPE = re.compile(r"/[0-9A-Z.+\-]{7}")
_SPACE = re.compile(r"\s")


def compact(number: str) -> str:
    """Return the barcode in upper case without white space; dots and dashes belong to it."""
    return _SPACE.sub("", number).upper()


def validate(number: str) -> str:
    """Return the compact barcode, or raise InvalidFormat."""
    number = compact(number)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormat("mobile barcode")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the barcode as it is printed."""
    return compact(number)
