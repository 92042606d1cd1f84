"""Every kind of slot that a corpus line may hold, and how its value is made."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deid.training import addresses, contacts, dates, names, numbers
from deid.training.foreign import NAMES as FOREIGN
from deid.training.public import PUBLIC
from deid.training.writing import styled


@dataclass(frozen=True)
class Piece:
    """A stretch of a filled text: which entity it is, none for "", and whether the tagger is judged on it."""

    text: str
    entity: str = ""
    counted: bool = True


Make = Callable[[random.Random], str]

_NUMBERS: Mapping[str, tuple[str, Make]] = {
    "id": ("TW_NATIONAL_ID", numbers.national_id),
    "ui": ("TW_UI_NO", numbers.ui_no),
    "passport": ("TW_PASSPORT", numbers.passport),
    "nhi": ("TW_NHI_CARD", numbers.nhi_card),
    "cert": ("TW_CITIZEN_CERT", numbers.citizen_cert),
    "carrier": ("TW_EINVOICE_CARRIER", numbers.carrier),
    "household": ("TW_HOUSEHOLD_NO", numbers.household),
    "medical": ("TW_MEDICAL_RECORD", numbers.medical),
    "student": ("TW_STUDENT_ID", numbers.student),
    "bank": ("TW_BANK_ACCOUNT", numbers.bank),
    "card": ("CREDIT_CARD", numbers.luhn),
    "mobile": ("PHONE", numbers.mobile),
    "landline": ("PHONE", numbers.landline),
    "phone_tail": ("PHONE", numbers.phone_tail),
    "plate": ("TW_PLATE", numbers.plate),
    "plate_tail": ("TW_PLATE", numbers.plate_tail),
    "ip": ("IP_ADDRESS", numbers.ip_address),
    "policy": ("ACCOUNT", numbers.policy),
    "meter": ("ACCOUNT", numbers.meter),
    "contract": ("ACCOUNT", numbers.contract),
    "taxfile": ("ACCOUNT", numbers.tax_file),
    "line": ("LINE_ID", contacts.line_id),
    "handle": ("ACCOUNT", contacts.handle),
    "land": ("TW_LAND_NO", addresses.land),
}
_DATES: Mapping[str, tuple[str, Callable[[random.Random, str], str]]] = {
    "email": ("EMAIL", contacts.email),
    "dob": ("DATE_OF_BIRTH", dates.birth_date),
    "date": ("", dates.ordinary_date),
}
_PERSON: Mapping[str, Callable[[names.Person], str]] = {
    "name": lambda person: person.full,
    "given": names.Person.two_given,
    "name2": names.Person.short,
    "married": names.Person.married,
    "rare": names.Person.rare,
    "wordname": names.Person.worded,
    "surname": lambda person: person.surname,
    "romanised": names.Person.romanised,
    "romanised_given": lambda person: person.romanised_given,
    "nick": lambda person: names.nickname(person.rng),
}
_ADDRESSES = frozenset({"address", "address_en"})
KINDS = frozenset({*_NUMBERS, *_DATES, *_PERSON, *_ADDRESSES, *FOREIGN, *PUBLIC})
STYLES = frozenset({"", "spoken", "wide", "spaced", "short", "rural"})


def fill(kind: str, style: str, person: names.Person) -> list[Piece]:
    """Return a fresh value of a kind. ``person`` is the one whom the slot names."""
    rng = person.rng
    if kind in _PERSON:
        return [Piece(_PERSON[kind](person), "PERSON")]
    if kind in FOREIGN:
        return [Piece(FOREIGN[kind](rng), "PERSON")]
    if kind in _NUMBERS:
        entity, make = _NUMBERS[kind]
        return [Piece(styled(make(rng), style, rng), entity)]
    if kind in _DATES:
        entity, written = _DATES[kind]
        return [Piece(written(rng, style), entity)]
    if kind in PUBLIC:
        value = PUBLIC[kind](rng)
        return [Piece(styled(value, style, rng) if style else value)]
    return _address(kind, style, rng)


def _address(kind: str, style: str, rng: random.Random) -> list[Piece]:
    if style in ("short", "rural"):
        make = addresses.short_address if style == "short" else addresses.rural_address
        written = make(rng)
        return [Piece(styled(written, "wide", rng) if rng.random() < 0.12 else written, "TW_ADDRESS")]
    pieces = addresses.english_address(rng) if kind == "address_en" else addresses.address(rng, style)
    return [Piece(text, "TW_ADDRESS", counted) for text, counted in pieces]
