"""The ways one value is written: read out, full-width, spaced, in lower case."""

from __future__ import annotations

import random

_SPOKEN = "零一二三四五六七八九"
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_LATIN_SPOKEN = {"-": ("", " ", "-", "槓", "杠", " 槓 ", " dash "), "/": ("斜線", "/")}


def spoken_digits(text: str, rng: random.Random) -> str:
    """Write digits as they are read out; the other characters stay."""
    digits = _SPOKEN
    if rng.random() < 0.08:
        digits = digits.replace("零", rng.choice("洞〇○"))
    if rng.random() < 0.04:
        digits = digits.replace("一", rng.choice("么幺"))
    return "".join(digits[int(char)] if "0" <= char <= "9" else char for char in text)


def spoken(text: str, rng: random.Random) -> str:
    """Read a number or code out: digits in characters, letters often apart, dashes said or left out."""
    dash = rng.choice(_LATIN_SPOKEN["-"])
    apart = rng.random() < 0.25
    parts = []
    for char in text:
        if char == "-":
            parts.append(dash)
        elif char == "/":
            parts.append(rng.choice(_LATIN_SPOKEN["/"]))
        elif char.isascii() and char.isalpha() and apart:
            parts.append(f"{char} ")
        else:
            parts.append(char)
    read = "".join(parts).strip()
    return read if rng.random() < 0.12 else spoken_digits(read, rng)


def wide(text: str) -> str:
    return text.translate(_WIDE)


def spaced(text: str, rng: random.Random) -> str:
    """Break a number into groups, or into single characters."""
    if rng.random() < 0.3:
        return " ".join(text.replace(" ", ""))
    return grouped(text.replace("-", "").replace(" ", ""), rng, " ")


def grouped(text: str, rng: random.Random, separator: str) -> str:
    parts = []
    while text:
        size = rng.choice((2, 3, 3, 4, 4))
        parts.append(text[:size])
        text = text[size:]
    return separator.join(parts)


def grouped_spoken(text: str, rng: random.Random) -> str:
    """Read a long number out, in groups more often than not."""
    if "-" in text and rng.random() < 0.5:
        return spoken(text, rng)
    compact = text.replace("-", "").replace(" ", "")
    return spoken(grouped(compact, rng, " ") if rng.random() < 0.6 else compact, rng)


def styled(text: str, style: str, rng: random.Random) -> str:
    """Apply a slot's suffix; without one, now and then a spelling that happens in typed text."""
    if style == "spoken":
        return grouped_spoken(text, rng)
    if style == "wide":
        return wide(text)
    if style == "spaced":
        return spaced(text, rng)
    draw = rng.random()
    if draw < 0.03:
        return wide(text)
    return text.lower() if draw < 0.09 else text
