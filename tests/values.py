"""Synthetic personal values, made when a test runs so that none stands in the repository."""

from __future__ import annotations

import random

_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def national_id(rng: random.Random | None = None) -> str:
    """A national ID with a right check digit."""
    rng = rng or random.Random()
    letter = rng.choice("ABCDEFGHJKMNPQTUVXWZIO")
    digits = [rng.choice((1, 2)), *(rng.randrange(10) for _ in range(7))]
    number = _LETTERS.index(letter) + 10
    total = number // 10 + number % 10 * 9 + sum(d * w for d, w in zip(digits, range(8, 0, -1), strict=True))
    return letter + "".join(map(str, digits)) + str(-total % 10)


def phone(rng: random.Random | None = None) -> str:
    """A mobile number."""
    rng = rng or random.Random()
    return f"09{rng.randrange(10**8):08}"
