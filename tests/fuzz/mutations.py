"""Ways in which a text arrives otherwise than it was meant: each takes a text and a source of chance."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

Mutation = Callable[[str, random.Random], str]

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\U000e0020"
_BIDI = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c"
_COMBINING = "\u0300\u0301\u0308\u0323\u20dd\u20e3\u3099\u1dc0"
_SURROGATES = "\ud800\udbff\udc00\udfff"
_BRACKETS = "〔〕［］[]【】〖〗（）()「」『』《》{}<>"
_LOOKALIKES = (
    "〔姓名1〕",
    "〔電話1〕",
    "［ 電 話２ ］",
    "[身分證號1]",
    "【地址3：臺北市】",
    "〖原文1]",
    "〔〔姓名1〕〕",
    "〔電子郵件９９９９９〕",
    "〔信用卡號1：〕",
    "〔個人 帳號 2〕",
    "\\u3014姓名1\\u3015",
    "\\u3014\\u59d3\\u540d1\\u3015",
    "〔姓名",
    "電話1〕",
    "\\u30",
)
_ODD_NUMBERS = ("½", "㉛", "Ⅻ", "①", "１２", "٣", "卅", "萬", "1e400", "-0", "0x1F", "9" * 4_400)
_LONGEST = 6_000


def _place(text: str, rng: random.Random) -> int:
    return rng.randint(0, len(text))


def _stretch(text: str, rng: random.Random) -> tuple[int, int]:
    start = _place(text, rng)
    return start, min(len(text), start + rng.choice((1, 1, 2, 5, 20, 60)))


def _inserted(text: str, rng: random.Random, chars: str | tuple[str, ...], most: int) -> str:
    for _ in range(rng.randint(1, most)):
        at = _place(text, rng)
        text = text[:at] + rng.choice(chars) + text[at:]
    return text


def delete(text: str, rng: random.Random) -> str:
    start, end = _stretch(text, rng)
    return text[:start] + text[end:]


def duplicate(text: str, rng: random.Random) -> str:
    start, end = _stretch(text, rng)
    times = rng.choice((1, 1, 2, 10, 40))
    return (text[:end] + text[start:end] * times + text[end:])[:_LONGEST]


def widen(text: str, rng: random.Random) -> str:
    start, end = (0, len(text)) if rng.random() < 0.5 else _stretch(text, rng)
    return text[:start] + text[start:end].translate(_WIDE) + text[end:]


def decompose(text: str, rng: random.Random) -> str:
    return unicodedata.normalize(rng.choice(("NFD", "NFKD", "NFC", "NFKC")), text)


def zero_width(text: str, rng: random.Random) -> str:
    return _inserted(text, rng, _ZERO_WIDTH, 30)


def combining(text: str, rng: random.Random) -> str:
    return _inserted(text, rng, _COMBINING, 30)


def bidi(text: str, rng: random.Random) -> str:
    return _inserted(text, rng, _BIDI, 10)


def surrogates(text: str, rng: random.Random) -> str:
    return _inserted(text, rng, _SURROGATES, 6)


def lookalikes(text: str, rng: random.Random) -> str:
    return _inserted(text, rng, _LOOKALIKES, 4)


def odd_numbers(text: str, rng: random.Random) -> str:
    return _inserted(text, rng, _ODD_NUMBERS, 3)


def huge_number(text: str, rng: random.Random) -> str:
    at = _place(text, rng)
    return text[:at] + "".join(rng.choices("0123456789", k=rng.choice((20, 50, 400)))) + text[at:]


def brackets(text: str, rng: random.Random) -> str:
    """Open many, close some, around anything."""
    start, end = _stretch(text, rng)
    depth = rng.choice((1, 3, 30))
    opened = "".join(rng.choices(_BRACKETS, k=depth))
    closed = "".join(rng.choices(_BRACKETS, k=rng.randint(0, depth)))
    return text[:start] + opened + text[start:end] + closed + text[end:]


def chunks(text: str, rng: random.Random) -> str:
    """Break the text as a narrow window, a chat or a table would."""
    separator = rng.choice(("\n", " ", "\r\n", "\t", "|", "\u3000", "/", "\n> "))
    size = rng.randint(1, 12)
    return separator.join(text[at : at + size] for at in range(0, len(text), size))


def shuffle(text: str, rng: random.Random) -> str:
    size = rng.randint(3, 15)
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    rng.shuffle(parts)
    return "".join(parts)


def escape(text: str, rng: random.Random) -> str:
    r"""Write some characters, or all, as JSON's ``\uXXXX``."""
    share = rng.choice((0.05, 0.5, 1.0))
    return "".join(
        f"\\u{ord(char):04x}" if ord(char) < 0x10000 and rng.random() < share else char for char in text[:500]
    )


def case(text: str, rng: random.Random) -> str:
    return text.upper() if rng.random() < 0.5 else text.lower()


MUTATIONS: tuple[Mutation, ...] = (
    delete, duplicate, widen, decompose, zero_width, combining, bidi, surrogates, lookalikes, odd_numbers, huge_number,
    brackets, chunks, shuffle, escape, case,
)  # fmt: skip
