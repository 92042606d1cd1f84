"""Dates as Taiwan writes and says them: years of the Republic, Western years, half of them."""

from __future__ import annotations

import random

from deid.training.addresses import han_number
from deid.training.writing import spoken_digits


def _day(rng: random.Random) -> tuple[int, int]:
    month = rng.randrange(1, 13)
    return month, rng.randrange(1, 31 if month != 2 else 29)


def _spoken_year(year: int, rng: random.Random) -> str:
    return han_number(year) if rng.random() < 0.6 else spoken_digits(str(year), rng)


def _spoken(year: int, rng: random.Random) -> str:
    month, day = map(han_number, _day(rng))
    tail = rng.choice(("號", "日", "號", ""))
    ad = spoken_digits(str(year + 1911), rng)
    return rng.choice(
        (
            f"{_spoken_year(year, rng)}年{month}月{day}{tail}",
            f"民國{_spoken_year(year, rng)}年{month}月{day}{tail}",
            f"{ad}年{month}月{day}{tail}",
            f"{_spoken_year(year, rng)}年次",
            f"{_spoken_year(year, rng)} {month} {day}",
            f"{_spoken_year(year, rng)}年{month}月",
        )
    )


def _written(year: int, rng: random.Random) -> str:
    month, day = _day(rng)
    ad = year + 1911
    forms = (
        (f"民國{year}年{month}月{day}日", 9), (f"{year}年{month}月{day}日", 9), (f"{year}/{month}/{day}", 7),
        (f"{year}/{month:02}/{day:02}", 7), (f"{year}.{month}.{day}", 5), (f"{year}-{month:02}-{day:02}", 3),
        (f"{year:03}{month:02}{day:02}", 3), (f"{year:02}{month:02}{day:02}", 3), (f"{ad}/{month}/{day}", 6),
        (f"{ad}-{month:02}-{day:02}", 6), (f"{ad}{month:02}{day:02}", 4), (f"{ad}年{month}月{day}日", 6),
        (f"{ad}.{month:02}.{day:02}", 2), (f"{month}/{day}/{ad}", 1), (f"{year}年{month}月{day}號", 3),
        (f"民國 {year} 年 {month} 月 {day} 日", 2), (f"{year:03}/{month:02}/{day:02}", 2),
    )  # fmt: skip
    return rng.choices([form for form, _ in forms], [weight for _, weight in forms])[0]


def birth_date(rng: random.Random, style: str = "") -> str:
    """A birth date; of people of all ages."""
    year = rng.choice((rng.randrange(20, 60), rng.randrange(50, 95), rng.randrange(90, 115)))
    if style == "spoken":
        return _spoken(year, rng)
    draw = rng.random()
    if draw < 0.05:
        return f"{year}年次"
    if draw < 0.1:
        month, day = _day(rng)
        return rng.choice((f"{month}月{day}日", f"{month}/{day}", f"{month:02}{day:02}"))
    return _written(year, rng)


def ordinary_date(rng: random.Random, style: str = "") -> str:
    """A day of these years."""
    month, day = _day(rng)
    draw = rng.random()
    if style == "spoken" or draw < 0.05:
        return f"{han_number(month)}月{han_number(day)}{rng.choice('號日')}"
    if draw < 0.25:
        return rng.choice((f"{month}月{day}日", f"{month}/{day}", f"{month}月{day}號"))
    return _written(rng.randrange(100, 116), rng)
