"""Digits said in tens, hundreds and repeats: 5十6, 3個1, 雙8."""

from __future__ import annotations

import re

TOKEN = re.compile(
    "(?P<hundreds>[0-9])百(?P<rest>0?[0-9]?十?[0-9]?)|(?P<times>[1-4][個个]|雙)(?P<same>[0-9])|(?P<tens>[0-9]?)十(?P<ones>[0-9]?)"
    "|(?P<digit>[0-9])|(?P<pause>[ ,、]{1,2})"
)
_TIMES = {"1": 1, "2": 2, "3": 3, "4": 4, "雙": 2}


def digits_said(text: str) -> str:
    """Return the digits of a text of digits, tens, repeats and pauses."""
    return "".join(map(digits_of_token, TOKEN.finditer(text)))


def digits_of_token(token: re.Match[str]) -> str:
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
