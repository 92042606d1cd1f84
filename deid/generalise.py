"""City and district by an address, and the coarser form that may stay inside a placeholder: 〔地址1：臺北市信義區〕.

Of an English address the names stay as they were written, with City or County only where these tell two apart:
〔地址1：Xinyi, Taipei〕, 〔地址1：East, Hsinchu City〕.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from deid.patterns import Pattern, late
from deid.tw_districts import CITIES, DISTRICTS, ROMANISED_CITIES, ROMANISED_DISTRICTS
from deid.views import Views

GENERALISED = frozenset({"TW_ADDRESS"})

_LONGEST_AREA, _MOST_PLACES = 48, 4


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


_GAP = r"[ ,、\n]{0,3}"
_LEAD = rf"(?:(?:(?<![0-9])[0-9]{{3,6}}[ ,\-]?|[(\[〔【][0-9]{{3,6}}[)\]〕】]) ?)?(?:[台臺]灣省?{_GAP})?"
_CITY = _any({city[:-1] for city in CITIES})
_NAME = _any({name[:-1] for name in DISTRICTS} - set("東西南北中"))
# Of townships that became districts people go on writing what they were: 台北縣板橋市.
_DISTRICT = f"(?:{_any(DISTRICTS)}|{_NAME}[市鎮鄉](?!場))"
_BEFORE = Pattern(
    rf"{_LEAD}(?:{_CITY}[市縣]?(?:{_GAP}(?:{_DISTRICT}|{_NAME}))?|{_DISTRICT}|{_NAME}){_GAP}的?$"
)
# In an address itself a name without 市 or 區 may be its road's: 「台中港路」, 「中山路」.
_APART = r"[ ,、\n的]"
_BEGINS = late(
    rf"{_LEAD}(?:(?P<city>{_CITY}(?:[市縣]|(?={_APART}|{_DISTRICT}|(?![路街港])[一-鿿]{{2,4}}(?:路|街|大道))))"
    rf"(?:{_GAP}(?P<district>{_DISTRICT}|{_NAME}(?={_APART})))?|(?P<alone>{_any(DISTRICTS)}))"
)

_KIND = r" (?:DIST(?:RICT)?|TOWNSHIP|TWP|TOWN|CITY)(?![A-Z])\.?"
_POSTCODE = r"[0-9]{3,6}(?![0-9\-])"
_ENGLISH_CITY = _any((*ROMANISED_CITIES, "PENGHU", "KINMEN", "LIENCHIANG"))
_PLACE = (
    rf"(?:{_POSTCODE},? )?(?:(?P<city>{_ENGLISH_CITY})(?![A-Z])(?: (?P<kind>CITY|COUNTY)(?![A-Z]))?"
    rf"|(?P<district>(?:(?:WEST|DA) )?[A-Z][A-Z'\-]{{1,14}}(?={_KIND})|{_any(ROMANISED_DISTRICTS)}(?![A-Z\-]))"
    rf"(?:{_KIND})?)"
    rf"(?:,? {_POSTCODE})?"
)
_COUNTRY = r"\(?(?:TAIWAN|R\.?O\.?C\.?)(?![A-Z])\)?"
_BETWEEN = r"[ ,.\n]{1,3}"
_PLACE_BEFORE = late(rf"(?<![A-Z0-9]){_PLACE}{_BETWEEN}$")
_PLACE_AFTER = late(rf"{_BETWEEN}(?:{_PLACE}|{_COUNTRY})")
_UNNAMED = re.sub(r"\(\?P<\w+>", "(?:", _PLACE)
_PLACES_FIRST = late(rf"(?:{_UNNAMED}(?:, ?|\n)){{1,{_MOST_PLACES}}}")
_PLACES_LAST = late(
    rf"(?:(?:, ?|\n){_UNNAMED}){{1,{_MOST_PLACES}}}(?:[ ,]{{1,3}}{_COUNTRY}){{0,2}}\.?$"
)
_ONE_PLACE = late(_PLACE)
# A city and a county are called so.
_TOLD_APART = frozenset({"HSINCHU", "CHIAYI"})


class Area(NamedTuple):
    """City and district of an address, and where they stand with their postcode in its folded view."""

    told: str = ""
    city: str = ""
    district: str = ""
    start: int = 0
    end: int = 0


def area_start(text: str, start: int) -> int:
    """Return where the postcode, city and district that lead up to an address begin; ``start`` without any."""
    window = max(0, start - _LONGEST_AREA)
    before = _BEFORE.search(text[window:start])
    return window + before.start() if before else start


def with_area(views: Views, start: int, end: int) -> tuple[int, int]:
    """Return an address with the postcode, city and district around it, in offsets of the original text."""
    folded = views.folded
    at, last = views.folded_offset(start), views.folded_offset(end)
    first = area_start(folded, at)
    if views.has_letter:
        for _ in range(_MOST_PLACES):
            window = max(0, first - _LONGEST_AREA)
            before = _PLACE_BEFORE.search(folded[window:first])
            after = _PLACE_AFTER.match(folded, last)
            if before is None and after is None:
                break
            first = window + before.start() if before else first
            last = after.end() if after else last
    return views.original_span(first, last) if (first, last) != (at, views.folded_offset(end)) else (start, end)


def coarser(entity: str, value: str) -> str:
    """Return what of a value may stay: city and district, or nothing when it does not name any apart from its road."""
    return area_of(Views(value)).told if entity in GENERALISED else ""


def area_of(views: Views) -> Area:
    """Return the city and district that an address names apart from its road."""
    if begins := _BEGINS.match(views.folded):
        city, district = begins["city"] or "", begins["district"] or begins["alone"] or ""
        return Area(city + district, city, district, *begins.span())
    return _english(views) if views.has_letter else Area()


def _english(views: Views) -> Area:
    places = _PLACES_LAST.search(views.folded) or _PLACES_FIRST.match(views.folded)
    if places is None:
        return Area()
    district = city = ""
    for place in _ONE_PLACE.finditer(views.folded, *places.span()):
        if place["district"]:
            district = district or views.written(*place.span("district"))
        else:
            told = place["kind"] and place["city"] in _TOLD_APART
            city = city or views.written(place.start("city"), place.end("kind" if told else "city"))
    return Area(", ".join(filter(None, (district, city))), city, district, *places.span())
