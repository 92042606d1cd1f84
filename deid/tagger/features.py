"""What the tagger sees of each character: which it is, the words around it, its case, its run of digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from deid.views import Views

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint32]

_LATIN_WORD = re.compile("[A-ZÀ-ÖØ-öø-ɏḀ-ỿ]+")
_RUN_LENGTHS = (0, 1, 2, 3, 4, 5, 5, 6, 6, 7, 7, 8)
_MULTIPLIER, _SHIFT = np.uint32(0x9E3779B1), np.uint32(15)
_FREQUENCY = (np.arange(256) & 7).astype(np.float32) / 6
_ALNUM_RUN = re.compile("[0-9A-Z]+")
_DIGIT_RUN = re.compile("[0-9零〇○一二三四五六七八九]+")
_RAMP = np.arange(16, dtype=np.float32) / 16
LONGEST_WORD = 4
PLACE, COMPOUND = 8, 16
GIVEN, FAMILY, ENGLISH, SYLLABLES = 1, 2, 4, 8

_PLACE, _COMPOUND, _CASE = 8, 10, 12
_LATIN = _CASE + 3
_RUN = _LATIN + 4
_DIGITS = _RUN + 9
COLUMNS = _DIGITS + 9


@dataclass(frozen=True)
class Lexicon:
    """Words by their hashes, and the class of every character."""

    char_ids: npt.NDArray[np.uint16]
    hashes: Codes
    values: npt.NDArray[np.uint8]
    latin: Mapping[str, int]
    syllables: re.Pattern[str]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> Lexicon:
        words = str(arrays["latin_words"]).split(" ")
        return cls(
            arrays["char_ids"],
            arrays["hashes"],
            arrays["values"],
            {word[1:]: ord(word[0]) - ord("0") for word in words},
            re.compile(f"(?>{arrays['syllables']})++"),
        )


def codes_of(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def hash_words(codes: Codes, longest: int) -> list[Codes]:
    """Return, for each length from 1 on, the hash of the characters that begin at each place."""
    hashed, found = np.full(len(codes), 0x2C1B3C6D, dtype=np.uint32), []
    for offset in range(min(longest, len(codes))):
        hashed = hashed[: len(codes) - offset] ^ codes[offset:]
        hashed *= _MULTIPLIER
        hashed ^= hashed >> _SHIFT
        found.append(hashed)
    return found


def char_ids(codes: Codes, lexicon: Lexicon) -> npt.NDArray[np.uint16]:
    ids: npt.NDArray[np.uint16] = lexicon.char_ids[np.minimum(codes, np.uint32(0xFFFF))]
    return ids


def features(views: Views, start: int, end: int, lexicon: Lexicon) -> tuple[npt.NDArray[np.uint16], Floats]:
    """Return the characters' ids and their other features for a stretch of the folded view."""
    folded = views.folded[start:end]
    codes = codes_of(folded)
    table = np.zeros((len(codes), COLUMNS), dtype=np.float32)
    _words(codes, table, lexicon)
    _case(views, start, end, table)
    _latin(folded, table, lexicon)
    _runs(folded, table)
    return char_ids(codes, lexicon), table


def _words(codes: Codes, table: Floats, lexicon: Lexicon) -> None:
    hashed = hash_words(codes, LONGEST_WORD)[1:]
    if not hashed:
        return
    queries = np.concatenate(hashed)
    at = np.searchsorted(lexicon.hashes, queries)
    at[at == len(lexicon.hashes)] = 0
    values = lexicon.values[at]
    values[lexicon.hashes[at] != queries] = 0
    frequency = _FREQUENCY[values]
    special = (values >= PLACE).any()
    position, column = 0, 0
    for length, keys in enumerate(hashed, 2):
        count = len(keys)
        part = frequency[position : position + count]
        for offset in range(length):
            shown = column + (0 if offset == 0 else 1 if offset < length - 1 or length == 2 else 2)
            target = table[offset : offset + count, shown]
            np.maximum(target, part, out=target)
        if special:
            _special(values[position : position + count], length, table)
        position += count
        column += min(length, 3)


def _special(values: npt.NDArray[np.uint8], length: int, table: Floats) -> None:
    """Mark places and bodies, and surnames of two characters."""
    places = np.flatnonzero(values & PLACE)
    table[places, _PLACE + 1] = 1
    for offset in range(length):
        table[places + offset, _PLACE] = 1
    compound = np.flatnonzero(values & COMPOUND)
    table[compound, _COMPOUND] = 1
    table[compound + 1, _COMPOUND + 1] = 1


def _case(views: Views, start: int, end: int, table: Floats) -> None:
    if start == end:
        return
    first, last = views.original_span(start, end)
    text = views.text[first:last]
    if len(text) != end - start:
        text = "".join(views.text[views.original_span(at, at + 1)[0]] for at in range(start, end))
    codes = codes_of(text)
    upper = (codes >= 0x41) & (codes <= 0x5A)
    lower = (codes >= 0x61) & (codes <= 0x7A)
    table[:, _CASE] = upper
    table[:, _CASE + 1] = lower
    table[1:, _CASE + 2] = upper[:-1]


def plain_latin(word: str) -> str:
    """Return a word in capitals without accents, one letter for one."""
    if word.isascii():
        return word.upper()
    return "".join(unicodedata.normalize("NFD", char)[0] for char in word).upper().replace("Đ", "D")


def _latin(folded: str, table: Floats, lexicon: Lexicon) -> None:
    for match in _LATIN_WORD.finditer(folded):
        word = plain_latin(match[0])
        flags = lexicon.latin.get(word, 0)
        if lexicon.syllables.fullmatch(word):
            flags |= SYLLABLES
        if flags:
            columns = [_LATIN + bit for bit in range(4) if flags >> bit & 1]
            table[match.start() : match.end(), columns] = 1


def _runs(folded: str, table: Floats) -> None:
    """Mark how long the run of ASCII letters and digits, and the run of digits in any writing, is here."""
    for runs, column in ((_ALNUM_RUN, _RUN), (_DIGIT_RUN, _DIGITS)):
        for match in runs.finditer(folded):
            start, end = match.span()
            length = min(end - start, len(_RUN_LENGTHS) - 1)
            table[start:end, column + _RUN_LENGTHS[length]] = 1
            table[start : min(end, start + len(_RAMP)), column] = _RAMP[: end - start]
            table[start + len(_RAMP) : end, column] = 1
