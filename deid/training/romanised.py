"""Romanises Chinese names as Taiwan's passports and cards do: Wade-Giles, Hanyu or Tongyong, Yi-Chun or Yichun."""

from __future__ import annotations

import random
from functools import cache

from deid.training.data import words_of

_WADE_GILES = (
    ("zh", "ch"), ("q", "ch"), ("x", "hs"), ("c!", "ts"), ("z!", "ts"), ("j", "ch"), ("b", "p"), ("d", "t"),
    ("g!", "k"),
)  # fmt: skip
_FINALS = (
    ("ong", "ung"),
    ("ian", "ien"),
    ("ie", "ieh"),
    ("yue", "yueh"),
    ("ye", "yeh"),
    ("ui", "ui"),
    ("er", "erh"),
)


@cache
def _sounds() -> dict[str, str]:
    pairs = (item.split(":") for item in words_of("foreign.txt", "syllables"))
    return {char: sound for sound, chars in pairs for char in chars}


@cache
def _family_sounds() -> dict[str, str]:
    pairs = (item.split(":") for item in words_of("foreign.txt", "romanised_variants"))
    return {sound: written for sound, written in pairs}


def wade_giles(sound: str) -> str:
    """Return a Hanyu syllable in Wade-Giles, without apostrophes, as passports have it."""
    special = {"si": "szu", "zi": "tzu", "ci": "tzu", "zhi": "chih", "chi": "chih", "shi": "shih", "ri": "jih",
               "he": "ho", "ke": "ko", "ge": "ko", "e": "o", "you": "yu", "rong": "jung"}  # fmt: skip
    if sound in special:
        return special[sound]
    for hanyu, wade in _WADE_GILES:
        initial = hanyu.rstrip("!")
        if sound.startswith(initial) and not (hanyu in ("c!", "z!") and sound[1:2] == "h"):
            sound = wade + sound[len(initial) :]
            break
    if sound.startswith("r"):
        sound = "j" + sound[1:]
    for hanyu, wade in _FINALS:
        if sound.endswith(hanyu):
            return sound[: -len(hanyu)] + wade
    return sound


def tongyong(sound: str) -> str:
    for hanyu, written in (
        ("zhi", "jhih"),
        ("chi", "chih"),
        ("shi", "shih"),
        ("zh", "jh"),
        ("q", "c"),
        ("x", "s"),
    ):
        if sound.startswith(hanyu):
            return written + sound[len(hanyu) :]
    return sound


def romanise(text: str, rng: random.Random, family: bool = False) -> str:
    """Return the characters in Latin letters; unknown characters get some syllable."""
    sounds = _sounds()
    any_sound = list(sounds.values())
    hanyu = [sounds.get(char) or rng.choice(any_sound) for char in text]
    if family and rng.random() < 0.75:
        known = _family_sounds()
        return "".join(known.get(sound, wade_giles(sound).capitalize()) for sound in hanyu)
    spell = rng.choices((wade_giles, str, tongyong), (6, 3, 1))[0]
    syllables = [spell(sound) for sound in hanyu]
    if len(syllables) == 1:
        return syllables[0].capitalize()
    draw = rng.random()
    if draw < 0.6:
        return (
            f"{syllables[0].capitalize()}-{syllables[1].capitalize() if rng.random() < 0.4 else syllables[1]}"
        )
    if draw < 0.8:
        return "".join(syllables).capitalize()
    return " ".join(syllable.capitalize() for syllable in syllables)
