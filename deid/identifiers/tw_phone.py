"""Telephone numbers of Taiwan: mobile and landline.

A landline is an area code (the longest one that fits: 037 before 03) and a subscriber number whose length and first
digit depend on the area. ``compact`` writes the national form and keeps an extension after ``#``.

Source: National Communications Commission numbering plan, cross-checked with libphonenumber 9.0.43.

>>> compact("+886 912-345-678")
'0912345678'
>>> compact("(02)2345-6789轉12")
'0223456789#12'
>>> validate("037-321-234")
'037321234'
>>> format("0912345678")
'0912-345-678'
>>> validate("02-1234-5678")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidFormat: telephone number
"""

from __future__ import annotations

import re

from deid.identifiers.errors import InvalidFormat, InvalidNumber

_MOBILE = re.compile(r"09[0-9]{8}")
_AREAS = (
    ("0826", re.compile(r"[0-9]{5}")),
    ("0836", re.compile(r"[0-9]{5}")),
    ("037", re.compile(r"[2-9][0-9]{5}")),
    ("049", re.compile(r"[2-9][0-9]{6}")),
    ("082", re.compile(r"[2-9][0-9]{5}")),
    ("089", re.compile(r"[2-9][0-9]{5}")),
    ("02", re.compile(r"[2-8][0-9]{7}")),
    ("03", re.compile(r"[2-9][0-9]{6}")),
    ("04", re.compile(r"[23][0-9]{7}|[78][0-9]{6}")),
    ("05", re.compile(r"[2-9][0-9]{6}")),
    ("06", re.compile(r"[2-9][0-9]{6}")),
    ("07", re.compile(r"[2-9][0-9]{6}")),
    ("08", re.compile(r"[4-8][0-9]{6}")),
)
_OTHER_RANGES = re.compile(r"070[0-9]{8}|050[0-9]{7}|020[0-9]{6,7}")
# Paid by who is called (0800, 0809), and the agencies' lines of one number for the whole island (412), which mobile
# callers dial behind an area code.
_TOLL_FREE = re.compile(r"080[09][ \-]?[0-9]{3}[ \-]?[0-9]{3}")
_NATIONWIDE = re.compile(r"(?:0[24])?412[0-9]{4}")
_SHORT_LINE = re.compile("1(?:1[0-9]|6[0-9]|9[0-9]{2})")
_EXTENSION = re.compile(r"#|\*|轉接|轉|分機|內線|EXT|X", re.IGNORECASE)
_NOT_DIGIT = re.compile(r"[^0-9]")
_COMPACT = re.compile(r"0[0-9]+(?:#[0-9]+)?")
_COUNTRY = re.compile(r"\+?886(?:0(?=[2-9]))?(?=[2-9])")


def compact(number: str) -> str:
    """Return the national number without separators; an extension follows ``#``. Foreign numbers keep ``+``."""
    if _COMPACT.fullmatch(number):
        return number
    parts = _EXTENSION.split(number, maxsplit=1)
    digits = _NOT_DIGIT.sub("", parts[0])
    if digits.startswith("886") and len(digits) >= 11:
        digits = _COUNTRY.sub("0", digits, count=1)
    elif "+" in parts[0]:
        digits = f"+{digits}"
    elif len(digits) == 9 and digits[0] == "9":
        digits = f"0{digits}"
    extension = _NOT_DIGIT.sub("", parts[1]) if len(parts) > 1 else ""
    return f"{digits}#{extension}" if extension else digits


def validate(number: str) -> str:
    """Return the compact number, or raise InvalidFormat. There is no check digit."""
    number = compact(number)
    main = number.partition("#")[0]
    if _MOBILE.fullmatch(main) or _OTHER_RANGES.fullmatch(main) or split_area(main):
        return number
    raise InvalidFormat("telephone number")


def split_area(number: str) -> tuple[str, str] | None:
    """Return the area code and the subscriber number of a compact landline number, or None."""
    for area, subscriber in _AREAS:
        if number.startswith(area) and subscriber.fullmatch(number, len(area)):
            return area, number[len(area) :]
    return None


def is_mobile(number: str) -> bool:
    """Whether a compact number is a mobile one."""
    return _MOBILE.fullmatch(number.partition("#")[0]) is not None


def is_service_line(number: str) -> bool:
    """Whether a compact number is a toll-free or nationwide service line: no private person has one.

    >>> is_service_line("0800000123"), is_service_line("024128678"), is_service_line("034121234")
    (True, True, False)
    """
    main = number.partition("#")[0]
    return is_toll_free(main) or _NATIONWIDE.fullmatch(main) is not None


def is_short_line(number: str) -> bool:
    """Whether a number is one of the short lines that everybody knows: 110, 119, 165, 1999."""
    return _SHORT_LINE.fullmatch(number) is not None


def is_toll_free(number: str) -> bool:
    """Whether a number, as it was written, is 0800 or 0809 and six digits."""
    return _TOLL_FREE.fullmatch(number) is not None


def has_extension(number: str) -> bool:
    """Whether an extension follows the number."""
    return "#" in compact(number)


def is_valid(number: str) -> bool:
    try:
        return bool(validate(number))
    except InvalidNumber:
        return False


def format(number: str) -> str:
    """Return the number grouped as the agencies print it."""
    main, mark, extension = compact(number).partition("#")
    if _MOBILE.fullmatch(main):
        main = f"{main[:4]}-{main[4:7]}-{main[7:]}"
    elif parts := split_area(main):
        area, rest = parts
        main = f"{area}-{rest[:-4]}-{rest[-4:]}" if len(rest) > 6 else f"{area}-{rest}"
    return main + mark + extension
