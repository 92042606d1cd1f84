"""Dresses a question up as citizens do: greetings, personal placeholders, a wish to be contacted.

The rule for placeholders in answers: greet the first name, or acknowledge the first placeholder where
there is no name, and confirm the contact detail when the citizen asks to be contacted.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.demo.corpus import PLACEHOLDER_WORDS, Wrapping

SLOT = re.compile(r"\{p:([^}]+)\}")
PLACEHOLDER = re.compile("〔(" + "|".join(PLACEHOLDER_WORDS) + r")[1-9]〕")
NAME = "姓名"
MAX_PLACEHOLDERS = 4
# Nearly even: were 1 frequent, the model would guess it instead of learning to copy.
_NUMBERS = (1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as the citizen types it, and the courtesies around the fact in the answer."""

    text: str = field(repr=False)
    opening: str = field(repr=False, default="")
    closing: str = field(repr=False, default="")

    def reply(self, answer: str) -> str:
        return self.opening + answer + self.closing


@dataclass(frozen=True, slots=True)
class _Personal:
    """Phrases with slots: before the question, after it, and a wish to be contacted."""

    before: str
    after: str
    contact: str


def fill_slots(texts: Sequence[str], rng: random.Random) -> list[str]:
    """Replace each `{p:word}` by a placeholder; the same word gets the same number in all texts."""
    numbers: dict[str, int] = {}

    def place(match: re.Match[str]) -> str:
        number = numbers.setdefault(match[1], rng.choice(_NUMBERS))
        return f"〔{match[1]}{number}〕"

    return [SLOT.sub(place, text) for text in texts]


def random_placeholders(count: int, rng: random.Random) -> str:
    """So many placeholders in a row."""
    return "".join(f"〔{rng.choice(PLACEHOLDER_WORDS)}{rng.choice(_NUMBERS)}〕" for _ in range(count))


def wrap_plain(question: str, phrases: Wrapping, rng: random.Random) -> Ask:
    """The question with fillers only."""
    return Ask(_spoken(question, phrases, rng) + _tail(phrases, rng))


def wrap_personal(question: str, phrases: Wrapping, rng: random.Random) -> Ask:
    """The question with fillers and one to four placeholders."""
    personal = _personal(phrases, rng)
    greeting = rng.choice(phrases.greetings) if rng.random() < 0.3 else ""
    lead = rng.choice(phrases.leads) if rng.random() < 0.45 else ""
    slotted = greeting + personal.before + lead + _bare(question) + personal.after + personal.contact
    text = _number_slots(slotted, rng)
    if rng.random() < 0.3:
        text += rng.choice(("？", "。", "，謝謝"))
    found = [match[0] for match in PLACEHOLDER.finditer(text)]
    contacts = found[len(found) - len(SLOT.findall(personal.contact)) :]
    return Ask(text, *_courtesies(found, contacts))


def _courtesies(found: Sequence[str], contacts: Sequence[str]) -> tuple[str, str]:
    greeted = [text for text in found if text.startswith(f"〔{NAME}")][:1]
    noted = [text for text in found if text not in contacts][:1]
    opening = f"{greeted[0]}您好，" if greeted else f"已收到{noted[0]}。" if noted else ""
    return opening, f"已記下您的聯絡方式{contacts[0]}。" if contacts else ""


def _personal(phrases: Wrapping, rng: random.Random) -> _Personal:
    before: list[str] = []
    after: list[str] = []
    contact = rng.choice(phrases.contacts) if rng.random() < 0.25 else ""
    wanted = rng.choice((1, 1, 1, 2, 2, 2, 3, 3, MAX_PLACEHOLDERS))
    if rng.random() < 0.6:
        _add_name(before, after, phrases, rng)
    while len(before) + len(after) + bool(contact) < wanted:
        if rng.random() < 0.7:
            before.append(rng.choice(phrases.details))
        else:
            after.insert(0, rng.choice(phrases.tail_details))
    return _Personal("".join(before), "".join(after), contact)


def _add_name(before: list[str], after: list[str], phrases: Wrapping, rng: random.Random) -> None:
    if rng.random() < 0.75:
        before.append(rng.choice(phrases.names))
    else:
        after.append(rng.choice(phrases.tail_names))


def _number_slots(text: str, rng: random.Random) -> str:
    """Number each slot for itself; the same word occurring again gets another number."""
    used: set[str] = set()

    def place(match: re.Match[str]) -> str:
        number = rng.choice(_NUMBERS)
        while f"{match[1]}{number}" in used:
            number = number % 9 + 1
        used.add(f"{match[1]}{number}")
        return f"〔{match[1]}{number}〕"

    return SLOT.sub(place, text)


def _spoken(question: str, phrases: Wrapping, rng: random.Random) -> str:
    greeting = rng.choice(phrases.greetings) if rng.random() < 0.3 else ""
    lead = rng.choice(phrases.leads) if rng.random() < 0.3 else ""
    return greeting + lead + _bare(question)


def _tail(phrases: Wrapping, rng: random.Random) -> str:
    return rng.choice(phrases.tails) if rng.random() < 0.35 else rng.choice(("", "", "？", "？", "?"))


def _bare(question: str) -> str:
    return question.rstrip("？?。！")
