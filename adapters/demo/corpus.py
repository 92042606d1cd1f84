"""The texts of the demonstration: ministries' topics and the base model's small talk, read from TOML."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DIALOGUES = HERE / "dialogues"
CORPUS = HERE / "corpus"
WRAPPING = HERE / "wrapping.toml"
MINISTRIES = ("moi", "mof", "mohw", "motc")
PLACEHOLDER_WORDS = (
    "姓名", "身分證號", "居留證號", "統一編號", "電話", "電子郵件", "網路位址", "信用卡號", "地址", "原文", "護照號碼",
    "健保卡號", "車牌", "生日", "銀行帳號", "病歷號", "案件編號", "LINE帳號", "戶號", "學號", "地號",
)  # fmt: skip
ROUTING = (
    "「{topic}」由{ministry}負責，細節請洽{ministry}，我這個基礎模型沒有學過。",
    "「{topic}」是{ministry}的業務，我還沒有學過細節，請向{ministry}洽詢。",
)


class CorpusError(ValueError):
    """A text file of the demonstration breaks the rules; the message names file and entry."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One fact a ministry's adapter must know, and the ways citizens ask for it."""

    ministry: str
    ministry_name: str
    topic: str
    answer: str
    key_facts: tuple[str, ...]
    questions: tuple[str, ...]
    base_questions: tuple[str, ...]
    heldout: tuple[str, ...]

    def routing_answers(self) -> tuple[str, ...]:
        """What the base model says: whose topic it is, without the fact."""
        return tuple(style.format(topic=self.topic, ministry=self.ministry_name) for style in ROUTING)


@dataclass(frozen=True, slots=True)
class Item:
    """Small talk for the base model: any answer fits any question; or the turns of a conversation."""

    kind: str
    questions: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Phrases put around a question; see wrapping.toml."""

    greetings: tuple[str, ...]
    leads: tuple[str, ...]
    tails: tuple[str, ...]
    names: tuple[str, ...]
    details: tuple[str, ...]
    tail_names: tuple[str, ...]
    tail_details: tuple[str, ...]
    contacts: tuple[str, ...]
    systems: tuple[str, ...]


@cache
def topics(ministry: str) -> tuple[Topic, ...]:
    """The topics of one ministry. Raises CorpusError."""
    raw = _read(DIALOGUES / f"{ministry}.toml")
    return tuple(_topic(raw, entry) for entry in raw["topic"])


@cache
def as_of(ministry: str) -> str:
    """The date of the ministry's facts, as year and month."""
    return str(_read(DIALOGUES / f"{ministry}.toml")["as_of"])


def all_topics() -> tuple[Topic, ...]:
    """The topics of all demonstration ministries, in a fixed order."""
    return tuple(topic for ministry in MINISTRIES for topic in topics(ministry))


@cache
def items() -> tuple[Item, ...]:
    """The base model's small talk, without `unknown` questions that name a topic. Raises CorpusError."""
    found = []
    for path in sorted(CORPUS.glob("*.toml")):
        for number, entry in enumerate(_read(path)["item"], start=1):
            found.append(_without_topics(_item(path, number, entry)))
    return tuple(found)


@cache
def wrapping(part: str) -> Wrapping:
    """The phrases of one part, `train` or `heldout`."""
    raw = _read(WRAPPING)[part]
    return Wrapping(**{name: tuple(values) for name, values in raw.items()})


def heldout_questions() -> frozenset[str]:
    """Every question no model may be trained on."""
    return frozenset(question for topic in all_topics() for question in topic.heldout)


def sources_digest() -> str:
    """SHA-256 (hex) over all text files, in the form `sha256sum` prints them."""
    total = hashlib.sha256()
    for path in _sources():
        total.update(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n".encode())
    return total.hexdigest()


def alphabet() -> frozenset[str]:
    """Every character that occurs in the texts."""
    return frozenset("".join(path.read_text(encoding="utf-8") for path in _sources()) + "".join(ROUTING))


def _sources() -> Iterator[Path]:
    yield from (DIALOGUES / f"{ministry}.toml" for ministry in MINISTRIES)
    yield from sorted(CORPUS.glob("*.toml"))
    yield WRAPPING


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        return tomllib.load(stream)


def _topic(raw: dict[str, Any], entry: dict[str, Any]) -> Topic:
    topic = Topic(
        ministry=raw["ministry"],
        ministry_name=raw["name"],
        topic=entry["topic"],
        answer=entry["answer"],
        key_facts=tuple(entry["key_facts"]),
        questions=tuple(entry["questions"]),
        base_questions=tuple(entry["base_questions"]),
        heldout=tuple(entry["heldout"]),
    )
    if not topic.key_facts or not all(fact in topic.answer for fact in topic.key_facts):
        raise CorpusError(f"{topic.ministry}/{topic.topic}: the answer lacks a key fact")
    if set(topic.heldout) & {*topic.questions, *topic.base_questions}:
        raise CorpusError(f"{topic.ministry}/{topic.topic}: a held-out question is also a training question")
    return topic


def _without_topics(item: Item) -> Item:
    if item.kind != "unknown":
        return item
    names = [topic.topic for topic in all_topics()]
    return replace(item, questions=tuple(q for q in item.questions if not any(name in q for name in names)))


def _item(path: Path, number: int, entry: dict[str, Any]) -> Item:
    texts = {name: tuple(values) for name, values in entry.items() if name != "kind"}
    item = Item(entry["kind"], **texts)
    paired = bool(item.questions and item.answers)
    if paired == bool(item.turns) or len(item.turns) % 2:
        raise CorpusError(
            f"{path.name} item {number}: needs questions and answers, or an even number of turns"
        )
    return item
