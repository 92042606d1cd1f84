"""國民身分證統一編號, the national ID number of Taiwan.

One letter (place of first registration), ``1`` male or ``2`` female, eight digits of which the last is the check
digit. Letters L, R, S and Y are no longer issued, but old numbers stay valid. The third character tells the origin
(6 naturalised, 7 formerly without household registration, 8 Hong Kong or Macau, 9 mainland) and is not restricted.

Source: Ministry of the Interior, Household Registration; github.com/enylin/taiwan-id-validator

>>> validate("A123456789")
'A123456789'
>>> format("a123456789")
'A123456789'
>>> validate("A123456788")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidChecksum: national ID
>>> is_valid("A323456789")
False
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidChecksum, InvalidFormat, InvalidNumber

LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1, 1)

_SHAPE = re.compile(r"[A-Z][12][0-9]{8}")
_SEPARATORS = re.compile(r"[\s.\-]")


def letter_value(letter: str) -> int:
    """Return the two-digit value of the leading letter, A = 10."""
    return LETTERS.index(letter) + 10


def checksum(letter: str, digits: str) -> int:
    """Return the weighted sum; a valid number's is divisible by 10."""
    value = letter_value(letter)
    return value // 10 + value % 10 * 9 + sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True))


def compact(number: str) -> str:
    """Return the number in upper case without separators."""
    return _SEPARATORS.sub("", number).upper()


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat or InvalidChecksum."""
    number = compact(number)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormat("national ID")
    if checksum(number[0], number[1:]) % 10:
        raise InvalidChecksum("national ID")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the number as it is printed on the card: without separators."""
    return compact(number)
