"""What the tagger sees of each character: which it is, the words around it, its case, its run of digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from deid.views import Views

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint32]
Ids = npt.NDArray[np.uint16]

_LATIN_WORD = re.compile("[A-ZÀ-ÖØ-öø-ɏḀ-ỿ]+")
_SEED = np.uint32(0x2C1B3C6D)
_MULTIPLIER, _SHIFT = np.uint32(0x9E3779B1), np.uint32(15)
_ALNUM_RUN = re.compile("[0-9A-Z]+")
_DIGIT_RUN = re.compile("[0-9零〇○一二三四五六七八九]+")
LONGEST_WORD = 4
FREQUENCY, PLACE, COMPOUND = 7, 8, 16
_EVERYDAY = 4  # the frequency class of words in daily use
GIVEN, FAMILY, ENGLISH, SYLLABLES = 1, 2, 4, 8

_VALUE_BITS, _ALL_BITS = 5, 0xFFFFFFFF
_FREQUENCY = (np.arange(1 << _VALUE_BITS) & FREQUENCY).astype(np.float32) / 6
_BUCKET_BITS, _SLOTS = 18, 3
_BUCKET_SHIFT, _KEY_SHIFT = np.uint32(32 - _BUCKET_BITS), np.uint32(_VALUE_BITS)

_ONES = b"\1" * LONGEST_WORD
_PLACE, _COMPOUND, _CASE = 8, 10, 12
_LATIN = _CASE + 3
_RUN = _LATIN + 4
_DIGITS = _RUN + 9
COLUMNS = _DIGITS + 9
_USUAL_RUN = 32
_BETWEEN = "\n"  # stands between texts that are read together: no word, run or letter holds it


def _run_rows() -> tuple[Floats, tuple[bytes, ...]]:
    """Return what nine columns show of a character in a run, by a code, and the codes of runs by their length."""
    kinds, steps = (1, 2, 3, 4, 5, 5, 6, 6, 7, 7, 8), 16
    rows, codes = np.zeros((1 + len(kinds) * (steps + 1), 9), dtype=np.float32), [b""]
    for index, kind in enumerate(kinds):
        first = 1 + index * (steps + 1)
        rows[first : first + steps + 1, 0] = np.arange(steps + 1) / steps
        rows[first : first + steps + 1, kind] = 1
        codes.append(bytes(range(first, first + index + 1)))
    for size in range(len(codes), _USUAL_RUN + 1):
        codes.append(bytes(min(code, first + steps) for code in range(first, first + size)))
    return rows, tuple(codes)


_RUN_ROWS, _RUN_CODES = _run_rows()
_LATIN_ROWS = (np.arange(16)[:, None] >> np.arange(4) & 1).astype(np.float32)


class Words:
    """The words by their hashes: what is known of a word is found without a search.

    A bucket holds the three most frequent of its words; one word in a hundred finds its bucket full and is not known.
    """

    def __init__(self, hashes: Codes, values: npt.NDArray[np.uint8]) -> None:
        buckets = hashes >> _BUCKET_SHIFT
        order = np.lexsort((hashes, -(values & FREQUENCY).astype(np.int8), buckets))
        buckets = buckets[order]
        rank = np.arange(len(order)) - np.searchsorted(buckets, buckets)
        known = rank < _SLOTS
        entries = (hashes << _KEY_SHIFT | values)[order]
        table = np.zeros((1 << _BUCKET_BITS, _SLOTS), dtype=np.uint32)
        table[buckets[known], rank[known]] = entries[known]
        self._buckets = table.view(f"V{table.strides[0]}")[:, 0]

    def values(self, hashed: Codes) -> Codes:
        """Return the value of each word, 0 where none is known."""
        entries = self._buckets.take(hashed >> _BUCKET_SHIFT).view(np.uint32).reshape(-1, _SLOTS)
        entries ^= (hashed << _KEY_SHIFT)[:, None]
        found: Codes = np.minimum(entries[:, 0], entries[:, 1])
        np.minimum(found, entries[:, 2], out=found)
        found[found >= 1 << _VALUE_BITS] = 0
        return found

    def value(self, word: str) -> int:
        """Return the value of one word, as ``values`` does of many."""
        hashed = hash_word(word)
        at = hashed >> int(_BUCKET_SHIFT)
        entries: list[int] = self._buckets[at : at + 1].view(np.uint32).tolist()
        found = min(entry ^ hashed << _VALUE_BITS & _ALL_BITS for entry in entries)
        return found if found < 1 << _VALUE_BITS else 0


@dataclass(frozen=True)
class Lexicon:
    """Words, and the class of every character."""

    char_ids: npt.NDArray[np.uint16]
    words: Words
    latin: Mapping[str, int]
    syllables: re.Pattern[str]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], more: Iterable[str] = ()) -> Lexicon:
        """``more`` are everyday words beside those of the arrays (sorted hashes), which keep their values."""
        known = arrays["hashes"]
        added = np.unique(np.array([hash_word(word) for word in more], dtype=np.uint32))
        added = added[known.take(known.searchsorted(added), mode="clip") != added]
        hashes = np.concatenate([known, added])
        values = np.concatenate([arrays["values"], np.full(len(added), _EVERYDAY, dtype=np.uint8)])
        words = str(arrays["latin_words"]).split(" ")
        return cls(
            arrays["char_ids"],
            Words(hashes, values),
            {word[1:]: ord(word[0]) - ord("0") for word in words},
            re.compile(f"(?>{arrays['syllables']})++"),
        )


def codes_of(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def hash_word(word: str) -> int:
    """Return the hash that ``hash_words`` gives a whole word."""
    hashed = int(_SEED)
    for char in word:
        hashed = (hashed ^ ord(char)) * int(_MULTIPLIER) & _ALL_BITS
        hashed ^= hashed >> int(_SHIFT)
    return hashed


def hash_words(codes: Codes, longest: int) -> list[Codes]:
    """Return, for each length from 1 on, the hash of the characters that begin at each place."""
    hashed, found = codes ^ _SEED, []
    for offset in range(min(longest, len(codes))):
        if offset:
            hashed = hashed[:-1] ^ codes[offset:]
        hashed *= _MULTIPLIER
        hashed ^= hashed >> _SHIFT
        found.append(hashed)
    return found


def char_ids(codes: Codes, lexicon: Lexicon) -> Ids:
    return lexicon.char_ids.take(codes, mode="clip")


def features(views: Views, start: int, end: int, lexicon: Lexicon) -> tuple[Ids, Floats]:
    """Return the characters' ids and their other features for a stretch of the folded view."""
    return _features(views.folded[start:end], lambda: views.written(start, end), (), lexicon)


def features_of_all(texts: Sequence[Views], lexicon: Lexicon) -> list[tuple[Ids, Floats]]:
    """Return what ``features`` returns of each whole text: short texts take far less time together."""
    starts = list(accumulate((len(views.folded) + 1 for views in texts), initial=0))
    breaks = [start - 1 for start in starts[1:-1]]
    ids, table = _features(_BETWEEN.join(views.folded for views in texts), lambda: _written(texts), breaks, lexicon)
    return [(ids[first : following - 1], table[first : following - 1]) for first, following in pairwise(starts)]


def _written(texts: Sequence[Views]) -> str:
    """Return the original characters of texts that hold a Latin word; the case of others says nothing."""
    return _BETWEEN.join(
        views.written(0, len(views.folded)) if _LATIN_WORD.search(views.folded) else _BETWEEN * len(views.folded)
        for views in texts
    )


def _features(
    folded: str, written: Callable[[], str], breaks: Sequence[int], lexicon: Lexicon
) -> tuple[Ids, Floats]:
    """``breaks``: the places that lie between two texts."""
    codes = codes_of(folded)
    table = np.zeros((len(codes), COLUMNS), dtype=np.float32)
    _words(codes, table, breaks, lexicon)
    if _latin(folded, table, lexicon):
        _case(codes_of(written()), table)
    _runs(folded, table)
    return char_ids(codes, lexicon), table


def _words(codes: Codes, table: Floats, breaks: Sequence[int], lexicon: Lexicon) -> None:
    hashed = hash_words(codes, LONGEST_WORD)[1:]
    if not hashed:
        return
    values = lexicon.words.values(np.concatenate(hashed))
    if breaks:
        values[_words_over(np.array(breaks), len(codes))] = 0
    frequency = _FREQUENCY.take(values)
    position, column = 0, 0
    for length, keys in enumerate(hashed, 2):
        count = len(keys)
        part = frequency[position : position + count]
        table[:count, column] = part
        table[length - 1 : length - 1 + count, column + min(length - 1, 2)] = part
        if length > 2:
            table[1 : 1 + count, column + 1] = part
        for offset in range(2, length - 1):
            inside = table[offset : offset + count, column + 1]
            np.maximum(inside, part, out=inside)
        position += count
        column += min(length, 3)
    if values.max(initial=0) >= PLACE:
        _special(values, len(codes), table)


def _words_over(breaks: npt.NDArray[np.intp], length: int) -> npt.NDArray[np.intp]:
    """Return the places, in ``_words``'s order, of the words that would reach over a break."""
    found, position = [], 0
    for size in range(2, min(LONGEST_WORD, length) + 1):
        count = length - size + 1
        over = breaks[:, None] - np.arange(size)
        found.append(position + over.clip(0, count - 1).ravel())
        position += count
    return np.concatenate(found)


def _special(values: Codes, length: int, table: Floats) -> None:
    """Mark places and bodies, and surnames of two characters."""
    inside, begins = bytearray(length), bytearray(length)
    for at in np.flatnonzero(values >= PLACE).tolist():
        # The words of two characters stand before those of three and four; each length has one place fewer.
        start, size = at, 2
        while start > length - size:
            start -= length - size + 1
            size += 1
        if values[at] & PLACE:
            begins[start] = 1
            inside[start : start + size] = _ONES[:size]
        if values[at] & COMPOUND:
            table[start, _COMPOUND] = table[start + 1, _COMPOUND + 1] = 1
    table[:, _PLACE] = np.frombuffer(inside, dtype=np.uint8)
    table[:, _PLACE + 1] = np.frombuffer(begins, dtype=np.uint8)


def _case(codes: Codes, table: Floats) -> None:
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


def _latin(folded: str, table: Floats, lexicon: Lexicon) -> bool:
    """Mark what is known of the words in Latin letters; return whether there is one."""
    shown = None
    for match in _LATIN_WORD.finditer(folded):
        shown = shown or bytearray(len(folded))
        word = plain_latin(match[0])
        flags = lexicon.latin.get(word, 0)
        if lexicon.syllables.fullmatch(word):
            flags |= SYLLABLES
        if flags:
            start, end = match.span()
            shown[start:end] = bytes((flags,)) * (end - start)
    if shown is None:
        return False
    table[:, _LATIN : _LATIN + 4] = _LATIN_ROWS.take(np.frombuffer(shown, dtype=np.uint8), axis=0)
    return True


def _runs(folded: str, table: Floats) -> None:
    """Mark how long the run of ASCII letters and digits, and the run of digits in any writing, is here."""
    for runs, column in ((_ALNUM_RUN, _RUN), (_DIGIT_RUN, _DIGITS)):
        shown = None
        for match in runs.finditer(folded):
            shown = shown or bytearray(len(folded))
            start, end = match.span()
            more = end - start - _USUAL_RUN
            shown[start:end] = _RUN_CODES[end - start] if more <= 0 else _RUN_CODES[-1] + _RUN_CODES[-1][-1:] * more
        if shown is not None:
            rows = _RUN_ROWS.take(np.frombuffer(shown, dtype=np.uint8), axis=0)
            table[:, column : column + rows.shape[1]] = rows
