"""銀行帳號, the number of a bank or post office account; no public check digit.

Ten to sixteen digits, in front of them perhaps the bank's code (three digits, ``700`` is the post office). The post
office writes seven digits for the branch (局號) and seven for the account.

Source: Financial Information Service Co., codes of institutions.

>>> validate("007-012345678901")
'007012345678901'
>>> format("007012345678901")
'007-012345678901'
>>> split_bank("822012345678901")
('822', '012345678901')
>>> split_bank("00123450012345")
('', '00123450012345')
>>> validate("7-12345")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidFormat: bank account
>>> is_valid("822")
False
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidFormat, InvalidNumber

BANKS = re.compile(
    "00[4-9]|01[1-3678]|02[12]|048|05[0234]|081|10[1238]|118|147|700|80[35-9]|81[0256]|82[2-46]"
)
"""The codes of banks and of the post office."""

_SHAPE = re.compile(r"[0-9]{10,19}")
_SEPARATORS = re.compile(r"[\s.\-()]")
_LENGTHS = range(10, 17)
_POSTAL_LENGTH = 14


def compact(number: str) -> str:
    """Return the number without separators."""
    return _SEPARATORS.sub("", number)


def split_bank(number: str) -> tuple[str, str]:
    """Return the bank's code, empty where there is none, and the rest of the compact number."""
    if len(number) != _POSTAL_LENGTH and BANKS.fullmatch(number[:3]) and len(number) - 3 in _LENGTHS:
        return number[:3], number[3:]
    return "", number


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat."""
    number = compact(number)
    if not _SHAPE.fullmatch(number) or len(split_bank(number)[1]) not in _LENGTHS:
        raise InvalidFormat("bank account")
    return number


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the number with the bank's code set apart."""
    bank, account = split_bank(compact(number))
    return f"{bank}-{account}" if bank else account
