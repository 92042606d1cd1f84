"""E-mail addresses, chat IDs and account names."""

from __future__ import annotations

import random

from deid.training.data import choices, words_of
from deid.training.names import given_name, surname
from deid.training.numbers import digits
from deid.training.romanised import romanise

_SAID = {
    "@": ("小老鼠", " 小老鼠 ", "at", " at ", "＠"),
    ".": ("點", " 點 ", " dot ", "點"),
    "_": (" 底線 ", "底線", "_"),
    "-": ("減號", " dash ", "-"),
}


def user_name(rng: random.Random) -> str:
    """A name people choose: parts of their own, a word, digits."""
    words = words_of("places.txt", "handle_words")
    own = romanise(given_name(rng), rng).replace("-", rng.choice(("", "", "_", "."))).replace(" ", "").lower()
    family = romanise(surname(rng), rng, family=True).lower()
    english = rng.choice(words_of("foreign.txt", "taiwan_english")).lower()
    dot, line = rng.choice("._"), rng.choice(("", "_", "."))
    stem = rng.choice(
        (
            own, own, family + own, f"{own}{dot}{family}", f"{english}{line}{family}", english,
            f"{rng.choice(words)}{line}{rng.choice(words)}", f"{english}_{rng.choice(words)}",
            f"{rng.choice(words)}{own}",
            "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.choice((3, 4, 5)))),
        )
    )  # fmt: skip
    tail = rng.choice(
        ("", "", digits(rng, 2), digits(rng, 3), digits(rng, 4), digits(rng, 4), f"_{digits(rng, 2)}")
    )
    name = (stem + tail)[:20]
    return name if len(name) >= 4 else name + digits(rng, 4)


def email(rng: random.Random, style: str = "") -> str:
    written = f"{user_name(rng)}@{choices('places.txt', 'mail_hosts').draw(rng)}"
    if style == "spoken":
        said = {mark: rng.choice(ways) for mark, ways in _SAID.items()}
        return "".join(said.get(char, char) for char in written)
    if rng.random() < 0.04:
        return written.replace("@", "＠")
    return written.capitalize() if rng.random() < 0.05 else written


def line_id(rng: random.Random) -> str:
    name = user_name(rng)
    draw = rng.random()
    if draw < 0.1:
        return "09" + digits(rng, 8)
    return f"@{name}" if draw < 0.15 else name


def handle(rng: random.Random) -> str:
    name = user_name(rng)
    draw = rng.random()
    if draw < 0.12:
        return f"@{name}"
    return name.replace("_", "").capitalize() if draw < 0.2 else name
