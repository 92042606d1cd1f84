"""Builds what the tagger knows before it learns: words, characters and what each character is used for in names."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from deid.tagger.features import (
    COMPOUND,
    ENGLISH,
    FAMILY,
    GIVEN,
    PLACE,
    Lexicon,
    codes_of,
    hash_words,
    plain_latin,
)
from deid.training.data import choices, ordinary_words, words_of
from deid.training.romanised import tongyong, wade_giles
from deid.training.world_names import family_names, given_names

PAD, UNKNOWN, UNKNOWN_HAN, HANGUL, KANA = range(5)
_FIRST_CHAR = 5
_COHORTS = ("old_f", "old_m", "parent_f", "parent_m", "adult_f", "adult_m", "young_f", "young_m", "kid")
_GIVEN_FILES = ("western_given", "taiwan_english", "vn_given", "vn_middle", "id_given", "ph_given", "th_given",
                "mm_whole",
                "jp_given_latin", "kr_given_latin", "indigenous_latin", "vn_diacritic")  # fmt: skip
_FAMILY_FILES = ("western_family", "vn_family", "id_family", "ph_family", "th_family", "jp_family_latin",
                 "kr_family_latin", "indigenous_family_latin")  # fmt: skip


def build_lexicon(texts: Iterable[str]) -> dict[str, Any]:
    """Return the arrays of a Lexicon; ``texts`` add their characters to the known ones."""
    chars = _known_characters(texts)
    hashes, values = _hashed_words()
    syllables = {sound for item in words_of("foreign.txt", "syllables") for sound in [item.split(":")[0]]}
    spelled = {spell(sound).upper() for sound in syllables for spell in (str, wade_giles, tongyong)}
    return {
        "char_ids": _char_table(chars),
        "hashes": hashes,
        "values": values,
        "latin_words": np.array(" ".join(f"{flags}{word}" for word, flags in sorted(_latin_words().items()))),
        "syllables": np.array("|".join(sorted(spelled, key=lambda text: (-len(text), text)))),
    }


def _known_characters(texts: Iterable[str]) -> list[str]:
    chars = Counter(char for word in ordinary_words() for char in word.text)
    known = {char for char, count in chars.items() if count > 1}
    for section in ("surnames", "rare_surnames", "more_given", "nick_one", "one_given"):
        known.update("".join(words_of("names.txt", section)))
    for cohort in _COHORTS:
        known.update(
            "".join((*words_of("names.txt", f"{cohort}.first"), *words_of("names.txt", f"{cohort}.second")))
        )
    seen = Counter(char for text in texts for char in text)
    known.update(char for char, count in seen.items() if count > 1)
    known.update(_foreign_characters())
    known.update(map(chr, range(0x20, 0x5B)))
    return sorted(char for char in known if ord(char) < 0xFFFF and _class_of(char) is None)


def _foreign_characters() -> set[str]:
    sections = ("indigenous_given", "indigenous_syllables", "zh_resident_family", "zh_resident_given",
                "zh_resident_whole",
                "jp_family", "jp_given", "foreign_zh_given", "foreign_zh_family", "zh_transliteration")  # fmt: skip
    return {char for section in sections for name in words_of("foreign.txt", section) for char in name}


def _class_of(char: str) -> int | None:
    """Return the shared id of scripts whose characters are not told apart."""
    if "가" <= char <= "힣" or "ᄀ" <= char <= "ᇿ":
        return HANGUL
    if "ぁ" <= char <= "ヿ" and char not in "・ー":
        return KANA
    return None


def _char_table(chars: list[str]) -> npt.NDArray[np.uint16]:
    ids = {char: _FIRST_CHAR + index for index, char in enumerate(chars)}
    table = np.full(0x10000, UNKNOWN, dtype=np.uint16)
    table[0x3400:0xA000] = UNKNOWN_HAN
    table[0xF900:0xFB00] = UNKNOWN_HAN
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = "D" if chr(code) in "Đđ" else unicodedata.normalize("NFD", chr(code))[0].upper()
        table[code] = ids.get(base, UNKNOWN)
    for code in range(0x1100, 0xD7A4):
        table[code] = _class_of(chr(code)) or table[code]
    for char, index in ids.items():
        table[ord(char)] = index
    return table


def _hashed_words() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    values: dict[int, int] = {}
    words = [(word.text, word.frequency + (PLACE if word.place else 0)) for word in ordinary_words()]
    words += [(name, COMPOUND) for name in words_of("names.txt", "rare_surnames") if len(name) == 2]
    for text, value in words:
        key = int(hash_words(codes_of(text), len(text))[-1][0])
        values[key] = values.get(key, 0) | value
    keys = np.array(sorted(values), dtype=np.uint32)
    return keys, np.array([values[int(key)] for key in keys], dtype=np.uint8)


def _latin_words() -> dict[str, int]:
    found: dict[str, int] = {}
    for flag, sections, listed in ((GIVEN, _GIVEN_FILES, given_names()), (FAMILY, _FAMILY_FILES, family_names())):
        for name in chain(listed, *(words_of("foreign.txt", section) for section in sections)):
            for word in map(plain_latin, name.replace("-", " ").split()):
                if len(word) > 1:
                    found[word] = found.get(word, 0) | flag
    for item in words_of("foreign.txt", "romanised_variants"):
        word = item.split(":")[1].upper()
        found[word] = found.get(word, 0) | FAMILY
    for word in words_of("english.txt", "words"):
        for part in word.upper().split("-"):
            found[part] = found.get(part, 0) | ENGLISH
    return found


def character_features(lexicon: Lexicon) -> npt.NDArray[np.float32]:
    """Return what is known of each character id: how it is used in names and in words, and its script."""
    rows = int(lexicon.char_ids.max()) + 1
    columns: list[npt.NDArray[np.float32]] = []

    def column(weights: dict[str, float]) -> None:
        values = np.zeros(rows, dtype=np.float32)
        top = max(math.log1p(weight) for weight in weights.values())
        for char, weight in weights.items():
            if ord(char) < 0xFFFF:
                values[lexicon.char_ids[ord(char)]] = math.log1p(weight) / top
        values[:_FIRST_CHAR] = 0
        columns.append(values)

    for weights in _usage():
        column(weights)
    for flags in _scripts(lexicon, rows):
        columns.append(flags)
    return np.stack(columns, axis=1)


def _usage() -> Iterable[dict[str, float]]:
    surnames = choices("names.txt", "surnames")
    yield {name: weight for name, weight in _weights(surnames).items() if len(name) == 1}
    yield {name: 1.0 for name in words_of("names.txt", "rare_surnames") if len(name) == 1}
    for cohort in _COHORTS:
        for part in ("first", "second"):
            yield _weights(choices("names.txt", f"{cohort}.{part}"))
    for section in ("more_given", "nick_one", "one_given"):
        yield {char: 1.0 for char in words_of("names.txt", section)}
    for section in ("zh_transliteration", "indigenous_syllables"):
        yield {char: 1.0 for char in words_of("foreign.txt", section)}
    for section in ("indigenous_given", "jp_family", "jp_given", "zh_resident_given", "foreign_zh_given"):
        yield dict(Counter("".join(words_of("foreign.txt", section))))
    words = ordinary_words()
    yield _counted((word.text[0], word.frequency) for word in words)
    yield _counted((char, word.frequency) for word in words for char in word.text[1:-1])
    yield _counted((word.text[-1], word.frequency) for word in words)


def _weights(found: Any) -> dict[str, float]:
    previous, weights = 0.0, {}
    for item, cumulative in zip(found.items, found.cumulative, strict=True):
        weights[item] = (cumulative - previous) * 5
        previous = cumulative
    return weights


def _counted(pairs: Iterable[tuple[str, int]]) -> dict[str, float]:
    totals: Counter[str] = Counter()
    for char, weight in pairs:
        totals[char] += 3**weight
    return dict(totals)


def _scripts(lexicon: Lexicon, rows: int) -> Iterable[npt.NDArray[np.float32]]:
    tests = (
        lambda char: "一" <= char <= "鿿",
        lambda char: "A" <= char <= "Z",
        lambda char: "0" <= char <= "9",
        lambda char: char in "零〇○一二三四五六七八九十百千",
        lambda char: not char.isalnum() and not char.isspace(),
        str.isspace,
    )
    for test in tests:
        flags = np.zeros(rows, dtype=np.float32)
        for code in range(0x20, 0xA000):
            if test(chr(code)):
                flags[lexicon.char_ids[code]] = 1
        yield flags
