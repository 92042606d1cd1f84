"""Reads the corpus: one entry a line, ``channel: text`` with slots ``{kind}`` and marks ``⟦TYPE|text⟧``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deid.policy import ENTITIES
from deid.training.kinds import KINDS, STYLES

CORPUS = Path(__file__).parent / "corpus"
CHANNELS = frozenset({"call", "chat", "web", "mail", "form", "transcript", "names", "mixed", "negative"})
_OPTIONAL_ONLY = frozenset({"AGE", "ORG", "TW_UBN", "TW_CASE_NO"})
_TOKEN = re.compile(
    r"\{(?P<kind>[a-z_0-9]+)(?:\.(?P<style>[a-z]+))?(?:#(?P<who>[0-9]+))?(?:\.(?P<late>[a-z]+))?\}"
    r"|⟦(?P<optional>\??)(?P<entity>[A-Z_]+)\|(?P<marked>[^⟦⟧{}]+)⟧"
)


@dataclass(frozen=True)
class Slot:
    """A place for a value; slots of one entry with the same ``who`` name one person."""

    kind: str
    style: str
    who: str


@dataclass(frozen=True)
class Mark:
    """A value that the writer composed."""

    text: str
    entity: str
    optional: bool


Part = str | Slot | Mark


@dataclass(frozen=True)
class Entry:
    """One text of the corpus."""

    author: str
    number: int
    channel: str
    line: str
    parts: tuple[Part, ...]


class CorpusError(Exception):
    """Lines of the corpus that cannot be read; the message lists them by file and line."""


def read_corpus(folder: Path = CORPUS) -> list[Entry]:
    """Return all entries of all files. Raises CorpusError when any line is wrong."""
    entries: list[Entry] = []
    errors: list[str] = []
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                entries.append(parse_line(path.stem, line, number))
            except ValueError as exc:
                errors.append(f"{path.name}:{number}: {exc}")
    if errors:
        raise CorpusError("\n".join(errors))
    return entries


def parse_line(author: str, line: str, number: int = 1) -> Entry:
    """Return the entry of one line. Raises ValueError with the reason why it cannot be read."""
    channel, colon, text = line.partition(": ")
    if channel not in CHANNELS or not colon or not text.strip():
        raise ValueError("no channel at the start")
    parts: list[Part] = []
    end = 0
    for match in _TOKEN.finditer(text):
        parts.append(_plain(text[end : match.start()]))
        parts.append(_slot(match) if match["kind"] else _mark(match))
        end = match.end()
    parts.append(_plain(text[end:]))
    if channel == "negative":
        _check_negative(parts)
    return Entry(author, number, channel, line, tuple(part for part in parts if part))


def _plain(text: str) -> str:
    if re.search(r"[⟦⟧]|\{[a-z_0-9]+[.#}]", text):
        raise ValueError("a slot or mark that is not closed, or of an unknown form")
    return text.replace("⏎", "\n")


def _slot(match: re.Match[str]) -> Slot:
    kind, style = match["kind"], match["style"] or match["late"] or ""
    if kind not in KINDS:
        raise ValueError(f"unknown slot {kind}")
    if style not in STYLES:
        raise ValueError(f"unknown style {style}")
    return Slot(kind, style, match["who"] or "")


def _mark(match: re.Match[str]) -> Mark:
    entity, optional = match["entity"], bool(match["optional"])
    if entity not in (ENTITIES | _OPTIONAL_ONLY if optional else ENTITIES - _OPTIONAL_ONLY):
        raise ValueError(f"unknown type {entity}")
    return Mark(match["marked"].replace("⏎", "\n"), entity, optional)


def _check_negative(parts: Iterable[Part]) -> None:
    from deid.training.public import PUBLIC

    for part in parts:
        if isinstance(part, Mark) and not part.optional:
            raise ValueError("a personal value in a negative entry")
        if isinstance(part, Slot) and part.kind not in {*PUBLIC, "date"}:
            raise ValueError("a personal slot in a negative entry")


def forbidden_lines(entries: Iterable[Entry], texts: Iterable[str]) -> Iterator[Entry]:
    """Yield the entries that hold somebody's words of one of the texts, as ``said`` tells them."""
    known = set().union(*map(said, texts))
    for entry in entries:
        own = (part if isinstance(part, str) else getattr(part, "text", "") for part in entry.parts)
        if any(said(text) & known for text in own):
            yield entry


def said(text: str) -> set[str]:
    """Return what makes a sentence that sentence: 18 characters with 10 Chinese ones, or 32 of any kind."""
    return runs(text, 10, 18) | runs(text, 0, 32)


def runs(text: str, han: int, length: int) -> set[str]:
    """Return every stretch of ``length`` characters, white space aside, that has enough Chinese ones."""
    plain = "".join(text.split())
    stretches = {plain[at : at + length] for at in range(len(plain) - length + 1)}
    return {run for run in stretches if sum("一" <= char <= "鿿" for char in run) >= han}
