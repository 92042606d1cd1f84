"""Names of indigenous people, new residents and foreigners."""

from __future__ import annotations

import random

from deid.training.data import choices, words_of
from deid.training.world_names import family_names, given_names

_FILE = "foreign.txt"


def pick(rng: random.Random, section: str) -> str:
    return rng.choice(words_of(_FILE, section))


def weighted(rng: random.Random, section: str) -> str:
    return choices(_FILE, section).draw(rng)


def _cased(name: str, rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.09:
        return name.upper()
    return name.lower() if draw < 0.18 else name


def _indigenous_part(rng: random.Random) -> str:
    if rng.random() < 0.45:
        return pick(rng, "indigenous_given")
    return "".join(pick(rng, "indigenous_syllables") for _ in range(rng.choice((2, 2, 3, 3, 4))))


def indigenous(rng: random.Random) -> str:
    if rng.random() < 0.15:
        return _indigenous_part(rng)
    dot = rng.choices(("·", "．", "‧", "・", "•", " ", "-", ".", ""), (24, 24, 14, 12, 2, 8, 3, 5, 3))[0]
    count = 3 if rng.random() < 0.1 else 2
    return dot.join(_indigenous_part(rng) for _ in range(count))


def _latin_syllables(rng: random.Random) -> str:
    count = rng.choice((2, 2, 3))
    parts = [
        rng.choice(
            ("k", "l", "s", "t", "p", "m", "n", "r", "w", "y", "b", "d", "h", "lj", "tj", "v", "q", "ng", "")
        )
        + rng.choice(("a", "i", "u", "a", "e", "o", "au", "ay"))
        for _ in range(count)
    ]
    return ("".join(parts) + rng.choice(("", "", "n", "w", "s", "ng", "k"))).capitalize()


def indigenous_latin(rng: random.Random) -> str:
    given = pick(rng, "indigenous_latin") if rng.random() < 0.7 else _latin_syllables(rng)
    family = pick(rng, rng.choice(("indigenous_family_latin", "indigenous_latin")))
    if rng.random() < 0.2:
        family = _latin_syllables(rng)
    return _cased(given if rng.random() < 0.2 else f"{given} {family}", rng)


def resident(rng: random.Random) -> str:
    """A new resident's name in characters."""
    if rng.random() < 0.25:
        return pick(rng, "zh_resident_whole")
    family = weighted(rng, "zh_resident_family")
    middle = weighted(rng, "zh_resident_middle") if rng.random() < 0.85 else ""
    return family + middle + pick(rng, "zh_resident_given")


def vietnamese(rng: random.Random) -> str:
    if rng.random() < 0.3:
        name = pick(rng, "vn_diacritic")
        return name if rng.random() < 0.9 else name.upper()
    parts = [weighted(rng, "vn_family"), weighted(rng, "vn_middle"), pick(rng, "vn_given")]
    if rng.random() < 0.3:
        parts.insert(2, pick(rng, "vn_given"))
    return _cased(" ".join(parts), rng)


def _two(rng: random.Random, given: str, family: str) -> str:
    return _cased(f"{pick(rng, given)} {pick(rng, family)}", rng)


def indonesian(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.15:
        return _cased(pick(rng, "id_given"), rng)
    if draw < 0.3:
        return _cased(f"{pick(rng, 'id_given')} {pick(rng, 'id_given')}", rng)
    return _two(rng, "id_given", "id_family")


def filipino(rng: random.Random) -> str:
    given, family = pick(rng, "ph_given"), pick(rng, "ph_family")
    draw = rng.random()
    if draw < 0.15:
        return _cased(f"{given} {rng.choice('ABCDGLMRST')}. {family}", rng)
    if draw < 0.25:
        return _cased(f"{family}, {given}", rng)
    if draw < 0.35:
        return _cased(f"{given} {pick(rng, 'ph_given')} {family}", rng)
    return _cased(f"{given} {family}", rng)


def thai(rng: random.Random) -> str:
    if rng.random() < 0.2:
        return _cased(pick(rng, "mm_whole"), rng)
    if rng.random() < 0.12:
        return _cased(pick(rng, "th_given"), rng)
    return _two(rng, "th_given", "th_family")


def world_given(rng: random.Random) -> str:
    return rng.choice(given_names())


def _latin_part(rng: random.Random, section: str) -> str:
    """A name of wide use, one of anywhere, or syllables of no language in particular."""
    draw = rng.random()
    if draw < 0.4:
        return pick(rng, section)
    if draw < 0.8:
        return rng.choice(given_names() if section == "western_given" else family_names())
    part = _latin_syllables(rng)
    return part if len(part) > 2 else part + pick(rng, section).lower()


def latin(rng: random.Random) -> str:
    given, family = _latin_part(rng, "western_given"), _latin_part(rng, "western_family")
    if rng.random() < 0.05:
        family = (
            rng.choice(("van der ", "de ", "von ", "bin ", "binti ", "al-", "Abu ", "da ", "van ")) + family
        )
    draw = rng.random()
    if draw < 0.06:
        return _cased(f"{given} {rng.choice('ABCDEFGHJKLMRST')}. {family}", rng)
    if draw < 0.1:
        return _cased(f"{family}, {given}", rng)
    if draw < 0.14:
        return _cased(f"{given} {pick(rng, 'western_given')} {family}", rng)
    if draw < 0.17:
        return _cased(f"{given} {family}-{pick(rng, 'western_family')}", rng)
    return _cased(f"{given} {family}", rng)


def latin_given(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.2:
        return _cased(world_given(rng), rng)
    return _cased(pick(rng, "taiwan_english" if draw < 0.75 else "western_given"), rng)


def foreign_zh(rng: random.Random) -> str:
    """麥可, 約翰·史密斯: known ones, or any characters that transliterate."""

    def part(section: str) -> str:
        if rng.random() < 0.7:
            return pick(rng, section)
        return "".join(pick(rng, "zh_transliteration") for _ in range(rng.choice((2, 3, 3, 4))))

    given = part("foreign_zh_given")
    return given if rng.random() < 0.5 else given + rng.choice("··．‧・‧ ") + part("foreign_zh_family")


def japanese(rng: random.Random) -> str:
    family, given = pick(rng, "jp_family"), pick(rng, "jp_given")
    return family + rng.choice(("", "", "", " ", "・")) + given


def japanese_latin(rng: random.Random) -> str:
    family, given = pick(rng, "jp_family_latin"), pick(rng, "jp_given_latin")
    return _cased(f"{given} {family}" if rng.random() < 0.6 else f"{family} {given}", rng)


def korean(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.4:
        return pick(rng, "kr_family") + pick(rng, "kr_given")
    if draw < 0.7:
        return pick(rng, "kr_zh_family") + pick(rng, "kr_zh_given")
    family, given = pick(rng, "kr_family_latin"), pick(rng, "kr_given_latin")
    return _cased(f"{family} {given}" if rng.random() < 0.6 else f"{given} {family}", rng)


NAMES = {
    "indigenous": indigenous, "indigenous_latin": indigenous_latin, "resident": resident, "foreign_zh": foreign_zh,
    "latin": latin, "latin_given": latin_given, "vietnamese": vietnamese, "indonesian": indonesian,
    "filipino": filipino, "thai": thai, "japanese": japanese, "japanese_latin": japanese_latin, "korean": korean,
}  # fmt: skip
