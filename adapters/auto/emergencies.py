"""Danger to life in a citizen's words, told from questions about it.

The words and the texts are data (`emergencies.toml`). A message is read in sentences and clauses. A sure sign counts
unless its clause tells of a song, a film, a dream; a likely one counts unless its sentence asks for information,
begins with "if", or tells of what is over. Figures of speech that hold a sign count for nothing. What holds no sign
is compared with the cries for help that a router was trained on; the same things take its opinion back.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from adapters.auto.router import Router

DATA = Path(__file__).parent / "emergencies.toml"
LEARNED = Path(__file__).parent / "dangers.npz"
# Chosen on 7,600 texts by other writers: two false alarms by it (docs/decisions/0012-one-door.md).
_SURE = 0.95
# Of a longer message the beginning and the end are read: a cry for help isn't buried in a pasted document.
_READ = 1_000

_PLACEHOLDER = re.compile(r"〔[^〔〕]{1,80}〕")
_SENTENCE_END = re.compile(r"[。!?;\n…]+")
_CLAUSE_END = re.compile(r"[,、~:]+")
_SPACE = re.compile(r"(?<![a-z0-9])\s+|\s+(?![a-z0-9])")
_WRITINGS = str.maketrans(
    {"台": "臺", "惹": "了", "ㄌ": "了", "矣": "了", "毋": "不", "唔": "不", "嘸": "不", "欲": "要", "佇": "在",
     "袂": "不會", "阮": "我", "厝": "家", "擱": "再", "閣": "再", "妳": "你", "’": None, "'": None}
)  # fmt: skip
_CHILD = re.compile("囡仔|囝仔|嬰仔")
Signs = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Emergency:
    """What the citizen is told, and the numbers to call that stand in it."""

    kind: str
    text: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    told: Emergency
    sure: Signs = field(repr=False)
    likely: Signs = field(repr=False)
    figures: Signs = field(repr=False)
    elsewhere: Signs = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Signs:
    kinds: tuple[_Kind, ...]
    told_of: Signs
    taken_back: Signs


def emergency(text: str) -> Emergency | None:
    """The emergency that a de-identified message tells of, if any. Never raises; time is linear and bounded."""
    signs = _load()
    sentences = [_clauses(sentence) for sentence in _sentences(text)]
    for kind in signs.kinds:
        if any(_tells(kind, clauses, signs) for clauses in sentences):
            return kind.told
    return _learned(sentences, signs)


def _learned(sentences: list[list[str]], signs: _Signs) -> Emergency | None:
    """The kind that a sentence is likest to, where it is like a cry for help and nothing takes it back."""
    told = {kind.told.kind: kind for kind in signs.kinds}
    for sentence in map(",".join, sentences):
        shares = _load_learned().shares(sentence)
        kind = told[max(shares, key=shares.__getitem__)]
        against = (kind.figures, kind.elsewhere, signs.taken_back, signs.told_of)
        if sum(shares.values()) >= _SURE and not any(pattern.search(sentence) for pattern in against):
            return kind.told
    return None


def _tells(kind: _Kind, clauses: list[str], signs: _Signs) -> bool:
    sentence = ",".join(clauses)
    for part in (*clauses, sentence):
        if kind.sure.search(part) and not (kind.figures.search(part) or signs.told_of.search(part)):
            return True
    if not kind.likely.search(sentence):
        return False
    against = (kind.figures, kind.elsewhere, signs.taken_back, signs.told_of)
    return not any(pattern.search(sentence) for pattern in against)


def _sentences(text: str) -> Iterator[str]:
    if len(text) > 2 * _READ:
        text = f"{text[:_READ]}\n{text[-_READ:]}"
    text = _PLACEHOLDER.sub("某人", text)
    text = unicodedata.normalize("NFKC", text).lower().translate(_WRITINGS)
    for sentence in _SENTENCE_END.split(_CHILD.sub("孩子", text)):
        if stripped := _SPACE.sub("", sentence):
            yield stripped


def _clauses(sentence: str) -> list[str]:
    return [clause for clause in _CLAUSE_END.split(sentence) if clause]


@cache
def _load_learned() -> Router:
    return Router.from_bytes(LEARNED.read_bytes())


@cache
def _load() -> _Signs:
    table = tomllib.loads(DATA.read_text(encoding="utf-8"))
    taken_back = re.compile(f"{table['asking']}|{table['over']}")
    kinds = tuple(_kind(row, table["others"]) for row in table["kind"])
    return _Signs(kinds, re.compile(table["told_of"]), taken_back)


def _kind(row: Mapping[str, Any], others: str) -> _Kind:
    def compiled(pattern: str) -> Signs:
        return re.compile(pattern.replace("PERSON", f"我|{others}").replace("OTHERS", others))

    told = Emergency(row["name"], row["text"], tuple(row["numbers"]))
    sure, likely = (compiled("|".join(row[name])) for name in ("sure", "likely"))
    return _Kind(told, sure, likely, compiled(row["figures"]), compiled(row["elsewhere"]))
