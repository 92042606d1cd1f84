"""統一編號, the unified business number of Taiwan.

Eight digits with the weights 1, 2, 1, 2, 1, 2, 4, 1; the digit sums of the products are added. Since 2023-04-01 the
sum must be divisible by 5 (before: by 10). When the seventh digit is 7, the sum plus one will do as well.

Source: Ministry of Finance, Fiscal Information Agency. python-stdnum 2.2 still checks modulo 10.

>>> validate("16480894")
'16480894'
>>> validate("0450-1111")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidChecksum: unified business number
>>> is_valid("00000000")
False
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidChecksum, InvalidFormat, InvalidNumber

WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)

_SHAPE = re.compile(r"[0-9]{8}")
_SEPARATORS = re.compile(r"[\s.\-]")


def compact(number: str) -> str:
    """Return the number without separators."""
    return _SEPARATORS.sub("", number)


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat or InvalidChecksum."""
    number = compact(number)
    if not _SHAPE.fullmatch(number) or number == "00000000":
        raise InvalidFormat("unified business number")
    products = (weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=True))
    total = sum(product // 10 + product % 10 for product in products)
    if total % 5 and not (number[6] == "7" and (total + 1) % 5 == 0):
        raise InvalidChecksum("unified business number")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the number as it is printed on invoices: without separators."""
    return compact(number)
