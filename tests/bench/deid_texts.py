"""The texts of the de-identification benchmark: the training corpus with fresh values, and hostile repetitions.

All are synthetic and a function of the seed; none is ever printed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from deid.importing.back_file import Row
from deid.training.corpus import read_corpus
from deid.training.samples import filled

_SEED = "bench"
COLUMNS = ("案號", "內容")
NUMBER, LETTERS, HAN = "\x01", "\x02", "\x03"
HOSTILE: Mapping[str, str] = {
    "digits": "1234567890",
    "digits with pauses": "1⋯",
    "「陳」": "陳",
    "nested brackets": "〔［[【〖（(「『《{<",
    "combining marks": "\u0301\u0308\u20dd",
    "spaces": " ",
    "'A1-'": "A1-",
    "「號」": "號",
    "「的」": "的",
    "newlines and commas": "\n,",
    "zero-width characters": "\u200b\u200d\u2060",
    "different numbers": f"09{NUMBER}，",
    "different Latin names": f"my name is {LETTERS} Wu, ",
    "different Chinese names": f"我叫陳{HAN}，",
}


def ordinary_texts(count: int, length: int) -> list[str]:
    """Return different texts of exactly ``length`` characters: entries joined by line breaks, the last one cut."""
    rng = random.Random(f"{_SEED} {length}")
    entries = _entries(rng)
    found: dict[str, None] = {}
    while len(found) < count:
        text = ""
        while len(text) < length:
            text += f"{next(entries)}\n"
        found[text[:length]] = None
    return list(found)


def _entries(rng: random.Random) -> Iterator[str]:
    corpus = read_corpus()
    while True:
        rng.shuffle(corpus)
        for entry in corpus:
            yield filled(entry, rng).text


def rows(texts: list[str]) -> list[Row]:
    """Return the rows of a back-file: a case number that stays and the text."""
    return [
        Row(number, number, dict(zip(COLUMNS, (f"2026043{number:06}", text), strict=True)))
        for number, text in enumerate(texts, 1)
    ]


def hostile_text(unit: str, size: int) -> str:
    """Return at most ``size`` bytes of a unit again and again, its ``NUMBER``, ``LETTERS`` or ``HAN`` always new."""
    pieces: list[str] = []
    length = 0
    while length < size:
        pieces.append(_numbered(unit, len(pieces)))
        length += len(pieces[-1].encode())
    return "".join(pieces).encode()[:size].decode(errors="ignore")


def _numbered(unit: str, serial: int) -> str:
    mixed = serial * 7_919
    letters = "".join(chr(ord("a") + mixed // 26**place % 26) for place in range(5)).capitalize()
    han = chr(0x4E00 + mixed % 20_000) + chr(0x4E00 + mixed // 20_000 % 20_000)
    return unit.replace(NUMBER, f"{mixed % 10**8:08}").replace(LETTERS, letters).replace(HAN, han)
