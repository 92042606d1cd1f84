"""Finds telephone numbers said in tens and in repeats: 「零九一三，五十四，九零，七十二」, 「三個一」."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.identifiers import tw_phone
from deid.patterns import Pattern

_TOKEN = re.compile(
    "(?P<hundreds>[0-9])百(?P<rest>0?[0-9]?十?[0-9]?)|(?P<times>[1-4][個个]|雙)(?P<same>[0-9])|(?P<tens>[0-9]?)十(?P<ones>[0-9]?)"
    "|(?P<digit>[0-9])|(?P<pause>[ ,、]{1,2})"
)
_BEGINS = Pattern(r"(?<![0-9十百.])0(?=[ ,、]{0,2}[2-9])")
_GOES_ON = re.compile("[ ,、]{0,2}[0-9]| ?[年月日號元塊點分時歲樓個次十百千萬]|[幾多餘](?=[個元塊人年歲萬千])")
_TIMES = {"1": 1, "2": 2, "3": 3, "4": 4, "雙": 2}
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
    while len(digits) <= _MOST and (token := _TOKEN.match(figures, at)):
        at = token.end()
        digits += _digits(token)
        special = special or ("," in token[0] and digits[1:2] == "9") or not (token["digit"] or token["pause"])
        if special and _FEWEST <= len(digits) <= _MOST and tw_phone.is_valid(digits) and not token["pause"]:
            found = at, digits
    return None if found is None or _GOES_ON.match(figures, found[0]) else found


def digits_said(text: str) -> str:
    """Return the digits of a text of digits, tens, repeats and pauses."""
    return "".join(map(_digits, _TOKEN.finditer(text)))


def _digits(token: re.Match[str]) -> str:
    """Return the digits that a token says: 5十6 is 56, 十 is 10, 3個1 is 111."""
    if token["pause"]:
        return ""
    if token["digit"]:
        return token["digit"]
    if token["same"]:
        return token["same"] * _TIMES[token["times"][0]]
    if token["hundreds"]:
        rest = re.fullmatch("0?(?:(?P<tens>[0-9])十)?(?P<ones>[0-9]?)", token["rest"])
        return token["hundreds"] + (f"{rest['tens'] or '0'}{rest['ones'] or '0'}" if rest else "")
    return (token["tens"] or "1") + (token["ones"] or "0")
