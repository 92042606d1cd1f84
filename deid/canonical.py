"""When two spellings are the same value: both get the same placeholder."""

from __future__ import annotations

from deid.identifiers import tw_phone
from deid.placeholders import LITERAL
from deid.views import Views

_NUMBERS = frozenset({"TW_NATIONAL_ID", "TW_UI_NO", "TW_UBN", "CREDIT_CARD", "TW_NHI_CARD"})
# Of these a dash may be what tells two numbers apart.
_DIGITS = frozenset({"TW_BANK_ACCOUNT", "TW_MEDICAL_RECORD", "TW_STUDENT_ID", "TW_PASSPORT", "TW_HOUSEHOLD_NO"})


def canonical(entity: str, value: str) -> str:
    """Return the comparison form: digits as figures for numbers, folded text without white space for the rest."""
    if entity == LITERAL:
        return value
    views = Views(value)
    if entity == "PHONE":
        return tw_phone.compact(views.figures)
    said = entity in _DIGITS and "O" not in views.folded  # which may be a letter of it, or a zero
    form = views.figures if said or entity in _NUMBERS else views.folded
    form = form.replace("-", "") if entity in _NUMBERS else form
    return "".join(form.split())
