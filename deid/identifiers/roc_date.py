"""Dates as Taiwan writes them: year of the Republic (民國, AD − 1911) or AD, in digits or Chinese numerals.

``compact`` writes ``YYYY-MM-DD``; what the text leaves out is left out: ``1989``, ``1989-05``, ``--05-03``.

>>> compact("民國78年5月3日")
'1989-05-03'
>>> compact("七十八年五月三號")
'1989-05-03'
>>> compact("0780503")
'1989-05-03'
>>> compact("May 3, 1989")
'1989-05-03'
>>> compact("民國34年的七月半")
'1945-07-15'
>>> compact("78年次")
'1989'
>>> validate("民國78年2月30日")
Traceback (most recent call last):
    ...
deid.identifiers.errors.InvalidFormat: date
"""

from __future__ import annotations

import datetime
import re

from deid.identifiers.errors import InvalidFormat, InvalidNumber

_ROC, _JAPAN = 1911, {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988}
_DIGITS = {
    c: d
    for d, group in enumerate(
        ("零〇○", "一壹", "二兩貳", "三參叁", "四肆", "五伍", "六陸", "七柒", "八捌", "九玖")
    )
    for c in group
}
_TENS = {"十": 10, "拾": 10, "廿": 20, "卅": 30, "百": 100, "千": 1000}
NUMERALS = "".join((*_DIGITS, *_TENS))
MONTHS = {
    name: number
    for number, names in enumerate(
        ("JAN JANUARI JANUARY JANUAR JANVIER ENERO", "FEB FEBRUARI FEBRUARY FEBRUAR PEBRERO",
         "MAR MARET MARCH MARS MARSO",
         "APR APRIL AVRIL ABRIL",
         "MAY MEI MAI MAYO", "JUN JUNI JUNE JUIN HUNYO",
         "JUL JULI JULY JUILLET HULYO", "AUG AGU AGUSTUS AUGUST AGOSTO", "SEP SEPT SEPTEMBER SETYEMBRE",
         "OCT OKT OKTOBER OCTOBER OKTUBRE", "NOV NOVEMBER NOBYEMBRE",
         "DEC DES DESEMBER DECEMBER DEZEMBER DISYEMBRE"), start=1)
    for name in names.split()
}  # fmt: skip
_NAMED = {"正": 1, "元": 1, "冬": 11, "臘": 12}
_UNSAID = (2000, 1, 1)  # a leap year: 2月29日 without a year is a date
_LONGEST = 8  # digits of a number in a date
_N = f"(?:[0-9]{{1,4}}|[{NUMERALS}]{{1,6}})"
_PARTS = re.compile(
    rf"(?:(?P<era>(?:中華)?民國?前?|西元|明治|大正|昭和|平成) ?)?(?:(?P<year>{_N}) ?年 ?次?)?"
    rf"(?: ?(?:[農國陽陰舊新古]曆的?|閏)?(?P<month>{_N}|[正元臘冬]) ?月(?: ?初? ?(?P<day>{_N}) ?[日號]?)?)?"
)
_SEPARATED = re.compile(r"(?:民國?|西元|ROC)? ?([0-9]{1,4})([ ]?[./\-、][ ]?|[ ])([0-9]{1,2})\2([0-9]{1,4})")
_SPOKEN = re.compile(rf"({_N})[ 、]({_N})[ 、]({_N})")
_MONTH_DAY = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})|([0-9]{2})([0-9]{2})")
_RUN = re.compile(r"(?:民國|西元)? ?([0-9]{2,4})([0-9]{2})([0-9]{2})")
_SPOKEN_RUN = re.compile("(?:民國|西元)?([零〇○一二兩三四五六七八九]{6,8})")
_KOREAN = re.compile("([0-9]{4})년 ?([0-9]{1,2})월 ?([0-9]{1,2})일")
_PAUSED_RUN = re.compile("(?:[0-9] ){5,7}[0-9]")
_WORDS = re.compile(r"[A-Z]+|[0-9]+")


def to_number(text: str) -> int:
    """Return the number that figures or ``NUMERALS`` say: 九十九, 一二〇."""
    if text.isascii():
        return int(text)
    if not any(char in _TENS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total, digit = 0, 0
    for char in text:
        if char in _TENS:
            total += max(digit, 1) * _TENS[char] if char not in "廿卅" else _TENS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


def _year(number: int, era: str | None = None) -> int:
    if era in _JAPAN:
        return number + _JAPAN[era]
    if (era or "").endswith("前"):
        return _ROC + 1 - number
    return number + _ROC if (era or "").endswith(("民", "民國")) or (not era and number < 1000) else number


def _in_words(text: str) -> tuple[int | None, int | None, int | None] | None:
    match = _PARTS.fullmatch(text)
    if match is None or not (match["year"] or match["month"]):
        return None
    year = _year(to_number(match["year"]), match["era"]) if match["year"] else None
    return (
        year,
        (_NAMED.get(match["month"]) or to_number(match["month"])) if match["month"] else None,
        to_number(match["day"]) if match["day"] else None,
    )


def _in_figures(text: str) -> tuple[int | None, int | None, int | None] | None:
    if match := _SEPARATED.fullmatch(text):
        first, middle, last = match[1], int(match[3]), match[4]
        if len(last) == 4:
            return (int(last), int(first), middle) if middle > 12 else (int(last), middle, int(first))
        return (_year(int(first)), middle, int(last)) if len(last) <= 2 else None
    if match := _SPOKEN.fullmatch(text):
        return _year(to_number(match[1])), to_number(match[2]), to_number(match[3])
    if match := _MONTH_DAY.fullmatch(text):
        return None, int(match[1] or match[3]), int(match[2] or match[4])
    if match := _SPOKEN_RUN.fullmatch(text):
        text = "".join(str(_DIGITS[char]) for char in match[1])
    if match := _RUN.fullmatch(text):
        return _year(int(match[1])), int(match[2]), int(match[3])
    return None


def _in_english(text: str) -> tuple[int | None, int | None, int | None] | None:
    words = _WORDS.findall(text.upper())
    months = [MONTHS[word] for word in words if word in MONTHS]
    numbers = [int(word) for word in words if word.isdigit() and len(word) <= _LONGEST]
    if len(months) != 1 or len(numbers) not in (1, 2):
        return None
    days = [number for number in numbers if number <= 31]
    years = [number + 1900 if number < 100 else number for number in numbers if number > 31]
    return (years[0] if years else None), months[0], (days[0] if days else None)


def parts(text: str) -> tuple[int | None, int | None, int | None]:
    """Return AD year, month and day, None for what is not said, or raise InvalidFormat."""
    text = text.strip().replace("年的", "年").replace("月半", "月十五")
    if korean := _KOREAN.fullmatch(text):
        text = "-".join(korean.groups())
    if _PAUSED_RUN.fullmatch(text):
        text = text.replace(" ", "")
    found = _in_words(text) or _in_figures(text) or _in_english(text)
    if found is None:
        raise InvalidFormat("date")
    year, month, day = found
    try:
        datetime.date(
            *(unsaid if said is None else said for said, unsaid in zip(found, _UNSAID, strict=True))
        )
    except (ValueError, OverflowError):
        raise InvalidFormat("date") from None
    return year, month, day


def compact(text: str) -> str:
    """Return the date as ``YYYY-MM-DD``, or raise InvalidFormat."""
    year, month, day = parts(text)
    written = f"{year:04}" if year is not None else "-"
    written += f"-{month:02}" if month is not None else ""
    return written + (f"-{day:02}" if day is not None else "")


validate = compact


def is_valid(text: str) -> bool:
    try:
        return bool(validate(text))
    except InvalidNumber:
        return False
