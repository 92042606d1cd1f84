"""When two spellings are the same value: both get the same placeholder."""

from __future__ import annotations

import re

from deid.identifiers import roc_date, tw_phone
from deid.identifiers.errors import InvalidNumber
from deid.placeholders import LITERAL
from deid.said_digits import digits_said
from deid.views import Views

_NUMBERS = frozenset({"TW_NATIONAL_ID", "TW_UI_NO", "TW_UBN", "CREDIT_CARD", "TW_NHI_CARD", "TW_BANK_ACCOUNT"})
# Of these a dash may be what tells two numbers apart; of a plate, one that does not stand between letter and digit.
DIGITS = frozenset({"TW_MEDICAL_RECORD", "TW_STUDENT_ID", "TW_PASSPORT", "TW_HOUSEHOLD_NO", "TW_PLATE"})
_PLATE_DASH = re.compile("[-.·](?:(?<=[A-Z].)(?=[0-9])|(?<=[0-9].)(?=[A-Z]))")

_SAID_DIGITS = re.compile("[0-9]*[十百個个雙][0-9十百個个雙]*")
_DISGUISED, _LOOK_ALIKE = re.compile("[O0]9[0-9OIL]"), str.maketrans("OIL", "011")
_SAID_NUMBER = re.compile(f"[{roc_date.NUMERALS}]{{1,6}}")
_ADDRESS_SPELLINGS = ((re.compile("(?<=[0-9])F(?![A-Z])"), "樓"), (re.compile("之(?=[0-9])"), "-"))
# Another calendar's date is another day; the order of day and month before a year is anybody's guess.
_OTHER_DATE = re.compile(r"[農陰舊古閏初正臘冬半]|[0-9]{1,2}[./\-][0-9]{1,2}[./\-][0-9]{4}")
_MAIL_SPELLINGS = tuple(
    (re.compile(said), sign)
    for said, sign in (
        ("小?老鼠|艾特|[([]AT[)\\]]| AT |%40", "@"),
        ("點|[([]DOT[)\\]]| DOT ", "."),
        ("下?底線|底槓| (?:UNDERSCORE|UNDERLINE) ", "_"),
        ("減號|槓| (?:DASH|HYPHEN) ", "-"),
        ("加號| PLUS ", "+"),
    )
)


def canonical(entity: str, value: str) -> str:
    """Return the comparison form: digits as figures for numbers, folded text without white space for the rest.

    Chinese numerals, 台 and 臺, floors and 之 are one in an address, calendars of the Republic and AD in a birth date,
    signs and their names in a mailbox.
    """
    if entity == LITERAL:
        return value
    views = Views(value)
    if entity == "PHONE":
        return _phone(views.figures)
    if entity == "DATE_OF_BIRTH":
        return _date(views.folded)
    if entity == "TW_ADDRESS":
        return _address(_without_space(views.folded))
    if entity == "EMAIL":
        return _without_space(_respelled(views.folded, _MAIL_SPELLINGS))
    said = entity in DIGITS and "O" not in views.folded  # which may be a letter of it, or a zero
    form = _without_space(views.figures if said or entity in _NUMBERS else views.folded)
    if entity == "TW_PLATE":
        return _PLATE_DASH.sub("", form)
    return form.replace("-", "") if entity in _NUMBERS else form


def _phone(figures: str) -> str:
    """Return the compact number, with tens and repeats said in it, and letters that look like its digits."""
    figures = _SAID_DIGITS.sub(lambda said: digits_said(said[0]), figures)
    return tw_phone.compact(figures.translate(_LOOK_ALIKE) if _DISGUISED.match(figures) else figures)


def _date(folded: str) -> str:
    if not _OTHER_DATE.search(folded):
        try:
            return roc_date.compact(folded)
        except InvalidNumber:
            pass
    return _without_space(folded)


def _address(folded: str) -> str:
    figures = _SAID_NUMBER.sub(lambda said: str(roc_date.to_number(said[0])), folded.replace("台", "臺"))
    return _respelled(figures, _ADDRESS_SPELLINGS)


def _respelled(text: str, spellings: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, instead in spellings:
        text = pattern.sub(instead, text)
    return text


def _without_space(text: str) -> str:
    return "".join(text.split())
