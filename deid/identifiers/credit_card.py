"""Payment card numbers: 13 to 19 digits, an issuer's prefix, and the Luhn check digit.

Luhn alone lets one number in ten through, so the prefix and its lengths are part of validity.

Source: ISO/IEC 7812-1; the networks' published ranges.

>>> validate("4111 1111 1111 1111")
'4111111111111111'
>>> format("4111111111111111")
'4111 1111 1111 1111'
>>> validate("4111111111111112")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidChecksum: card number
>>> is_valid("1234567812345670")
False
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidChecksum, InvalidFormat, InvalidNumber

_ISSUED = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"  # Visa
    r"|5[1-5][0-9]{14}|(?:222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"  # Mastercard
    r"|3[47][0-9]{13}"  # American Express
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12}"  # JCB
    r"|(?:6011|65[0-9]{2}|64[4-9][0-9])[0-9]{12}"  # Discover
    r"|62[0-9]{14,17}"  # UnionPay
    r"|3(?:0[0-5]|[68][0-9])[0-9]{11}"  # Diners Club
)
_SEPARATORS = re.compile(r"[\s.\-]")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def compact(number: str) -> str:
    """Return the number without separators."""
    return _SEPARATORS.sub("", number)


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat or InvalidChecksum."""
    number = compact(number)
    if not _ISSUED.fullmatch(number):
        raise InvalidFormat("card number")
    total = sum(map(int, number[-1::-2])) + sum(_DOUBLED[int(digit)] for digit in number[-2::-2])
    if total % 10:
        raise InvalidChecksum("card number")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the number in groups of four."""
    number = compact(number)
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
