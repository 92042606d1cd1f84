"""Finds telephone numbers said in tens and in repeats: 「零九一三，五十四，九零，七十二」, 「三個一」."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.identifiers import tw_phone
from deid.patterns import Pattern
from deid.said_digits import TOKEN, digits_of_token

_BEGINS = Pattern(r"(?<![0-9十百.])0(?=[ ,、]{0,2}[2-9])")
_GOES_ON = re.compile("[ ,、]{0,2}[0-9]| ?[年月日號元塊點分時歲樓個次十百千萬]|[幾多餘](?=[個元塊人年歲萬千])")
_FEWEST, _MOST = 9, 10


def said_in_tens(figures: str) -> Iterator[tuple[int, int, str]]:
    """Yield the places and digits; ``figures`` has Chinese digits as figures: 5十6. Digits alone are left to others."""
    last = 0
    for begun in _BEGINS.finditer(figures):
        if begun.start() >= last and (found := _read(figures, begun.start())):
            last = found[0]
            yield begun.start(), *found


def _read(figures: str, start: int) -> tuple[int, str] | None:
    """Return where a number ends that begins at a place and is said in tens or repeats somewhere, and its digits."""
    digits, at, special, found = "", start, False, None
    while len(digits) <= _MOST and (token := TOKEN.match(figures, at)):
        at = token.end()
        digits += digits_of_token(token)
        special = special or ("," in token[0] and digits[1:2] == "9") or not (token["digit"] or token["pause"])
        if special and _FEWEST <= len(digits) <= _MOST and tw_phone.is_valid(digits) and not token["pause"]:
            found = at, digits
    return None if found is None or _GOES_ON.match(figures, found[0]) else found
