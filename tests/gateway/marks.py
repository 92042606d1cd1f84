"""Marked personal data: valid identifiers made at random, each used once, and the search for any of their forms.

No value is ever put into an assertion's message: a hit is told by its kind and the field it was put into.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from deid.identifiers import credit_card, tw_national_id, tw_ubn, tw_ui_no

_ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})")
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Mark:
    """A value that must not be found anywhere, and what was said about it."""

    kind: str
    place: str
    value: str = field(repr=False)
    cue: str = field(repr=False)

    @property
    def said(self) -> str:
        """The value as a citizen writes it, with the word that tells what it is."""
        return self.cue + self.value


def squeezed(text: str) -> str:
    """A text's letters and digits only, half-width, in one case, with JSON's escapes read."""
    decoded = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", decoded)).casefold()


def escaped(text: str) -> str:
    """The text with every character as a JSON escape."""
    return "".join(f"\\u{ord(char):04x}" for char in text)


def full_width(text: str) -> str:
    """ASCII as full-width characters."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


class Marks:
    """Makes marks and finds them again."""

    def __init__(self, seed: int = 20261123) -> None:
        self._random = random.Random(seed)
        self.issued: list[Mark] = []

    def one(self, kind: str, place: str) -> str:
        """A marked value of one kind, by itself."""
        return self._issue(kind, place).value

    def said(self, kind: str, place: str) -> str:
        """A marked value of one kind with its cue."""
        return self._issue(kind, place).said

    def sentence(self, place: str, kinds: Iterable[str] | None = None) -> str:
        """One marked value of every kind, each with its cue; sentences on their own."""
        return "。".join(self.said(kind, place) for kind in kinds or SPOKEN) + "。"

    def found_in(self, content: bytes | str) -> list[str]:
        """Kinds and fields of all marks that the content holds, in any form."""
        text = content if isinstance(content, str) else content.decode("utf-8", "ignore")
        flat = squeezed(text)
        return sorted(
            {f"{mark.kind} of {mark.place}" for mark in self.issued if squeezed(mark.value) in flat}
        )

    def _issue(self, kind: str, place: str) -> Mark:
        cue, make = _KINDS[kind]
        used = {mark.value for mark in self.issued}
        mark = Mark(kind, place, _valid(lambda: make(self._random), lambda value: value not in used), cue)
        self.issued.append(mark)
        return mark


def _digits(source: random.Random, count: int) -> str:
    return "".join(source.choices("0123456789", k=count))


def _valid(make: Callable[[], str], is_valid: Callable[[str], bool]) -> str:
    while not is_valid(candidate := make()):
        pass
    return candidate


def _national_id(source: random.Random) -> str:
    return _valid(
        lambda: source.choice("ABDEFGH") + source.choice("12") + _digits(source, 8), tw_national_id.is_valid
    )


def _ui_no(source: random.Random) -> str:
    return _valid(
        lambda: source.choice("ABDEFGH") + source.choice("89") + _digits(source, 8), tw_ui_no.is_valid
    )


def _phone(source: random.Random) -> str:
    return f"09{_digits(source, 2)}-{_digits(source, 3)}-{_digits(source, 3)}"


def _email(source: random.Random) -> str:
    return "".join(source.choices("bcdfghjkmnpqrstvwxz", k=12)) + "@example.com"


def _card(source: random.Random) -> str:
    number = _valid(lambda: "4" + _digits(source, 15), credit_card.is_valid)
    return "-".join(number[i : i + 4] for i in range(0, 16, 4))


def _ubn(source: random.Random) -> str:
    return _valid(lambda: source.choice("12345678") + _digits(source, 7), tw_ubn.is_valid)


def _ip(source: random.Random) -> str:
    return ".".join(str(source.randint(101, 199)) for _ in range(4))


def _name(source: random.Random) -> str:
    return (
        source.choice("陳林黃張李王吳劉蔡楊")
        + source.choice("志家俊建怡雅淑美冠宗")
        + source.choice("豪偉明宏君婷芬玲廷翰")
    )


def _address(source: random.Random) -> str:
    road, floor = source.choice(("中山", "信義", "民生", "復興")), source.randint(2, 19)
    return f"{road}路{source.randint(101, 999)}巷{source.randint(101, 999)}號{floor}樓"


_KINDS: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "national_id": ("我的身分證字號是", _national_id),
    "ui_no": ("居留證號碼", _ui_no),
    "phone": ("手機", _phone),
    "email": ("電子信箱", _email),
    "card": ("信用卡號", _card),
    "number": ("", lambda source: "9" + _digits(source, 8)),
    "ubn": ("統一編號", _ubn),
    "ip": ("我的 IP 是 ", _ip),
    "name": ("我的姓名是", _name),
    "address": ("我住在臺北市大安區", _address),
}
SPOKEN = ("national_id", "ui_no", "phone", "email", "card", "ubn", "ip", "name", "address")
"""Kinds as citizens write them; `number` is a mobile number that lost its zero, as a JSON number."""
SURE = ("national_id", "ui_no", "phone", "email", "card", "ip")
"""Kinds that are recognised without any cue."""
