"""What an agency has published, in the form in which it is compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

from deid.canonical import DIGITS, canonical
from deid.generalise import area_of
from deid.identifiers import tw_phone
from deid.views import Views

_MAILBOX = re.compile(r"[^@]+@[^@.]+(?:\.[^@.]+)+")
_GLUE = " ,、\n的"


def line(value: str) -> str:
    """Return the national number of a published line without its extension, or ``""`` when it is none."""
    number = tw_phone.compact(Views(value).figures).partition("#")[0]
    return number if tw_phone.is_valid(number) or tw_phone.is_service_line(number) else ""


def mailbox(value: str) -> str:
    """Return a published mailbox folded, or ``""`` when it is none."""
    address = plain(value)
    return address if _MAILBOX.fullmatch(address) else ""


def plain(value: str) -> str:
    """Return a value folded, without white space."""
    return "".join(Views(value).folded.split())


class PublishedValues:
    """The published values of a policy, in every spelling; an address with or without its city and district."""

    def __init__(self, values: Iterable[str], entities: Iterable[str]) -> None:
        """Prepare the values for the comparison with findings of these entities."""
        self._areas: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for entity, value in product(entities, values):
            area, form = _parts(entity, value)
            if form:
                self._areas.setdefault((entity, form), set()).add(area)

    def __bool__(self) -> bool:
        return bool(self._areas)

    def hold(self, entity: str, value: str) -> bool:
        """Whether this very value is published. An address without its city is only one published without a city."""
        area, form = _parts(entity, value)
        known = self._areas.get((entity, form), ())
        return any((any(area) or not any(there)) and all(map(_agree, area, there)) for there in known)


def _agree(one: str, other: str) -> bool:
    """Whether two names may be of one city: 新竹 may be 新竹市, nothing may be anything."""
    return one.startswith(other) or other.startswith(one)


def _parts(entity: str, value: str) -> tuple[tuple[str, str], str]:
    """Return the city and district that an address names, and the form of the rest that is compared."""
    views, nowhere = Views(value), ("", "")
    if entity == "TW_ADDRESS":
        area = area_of(views)
        rest = (views.folded[: area.start] + views.folded[area.end :]).strip(_GLUE)
        if rest:
            return (area.city.replace("台", "臺").upper(), area.district.upper()), canonical(entity, rest)
    if entity == "PHONE" and any(map(str.isalpha, views.figures)):
        return nowhere, plain(value)  # the digits of what is no number would tell little
    if entity == "DATE_OF_BIRTH":
        return nowhere, plain(value)  # a day in another calendar's words is somebody's
    form = canonical(entity, value)
    return nowhere, form.replace("-", "") if entity in DIGITS - {"TW_PLATE"} else form
