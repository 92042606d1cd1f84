"""Coarser forms that may stay inside a placeholder: 〔地址1：臺北市信義區〕."""

from __future__ import annotations

import re
import unicodedata

from deid.tw_districts import CITIES, DISTRICTS

GENERALISED = frozenset({"TW_ADDRESS"})

_CITY = "|".join(CITIES)
_DISTRICT = "|".join(sorted(DISTRICTS, key=len, reverse=True))
_POSTCODE = "(?:(?<![0-9０-９])[0-9０-９]{3,6}[ -]?)?"
_AREA = rf"{_POSTCODE}(?:[台臺]灣省? ?)?(?P<area>(?:{_CITY}) ?(?:{_DISTRICT})?|{_DISTRICT})"
_BEFORE = re.compile(rf"{_AREA} ?$")
_BEGINS = re.compile(_AREA)
_LONGEST_AREA = 24


def area_start(text: str, start: int) -> int:
    """Return where the postcode, city and district that lead up to an address begin; ``start`` without any."""
    window = max(0, start - _LONGEST_AREA)
    before = _BEFORE.search(text[window:start])
    return window + before.start() if before else start


def coarser(entity: str, value: str) -> str:
    """Return what of a value may stay: city and district, or nothing when it does not begin with any."""
    begins = _BEGINS.match(unicodedata.normalize("NFKC", value)) if entity in GENERALISED else None
    return "".join(begins["area"].split()) if begins else ""
