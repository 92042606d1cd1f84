"""Regulations as training dialogues: 「○○法第三條規定什麼？」 is answered with the words of the article.

Read are texts as the Laws & Regulations Database prints them (法規名稱：…, then 第 3 條 on a line of its own), gazette
texts (第三條　…), and Markdown with the same lines as headings. Every article is asked for in several ways, so that
some of its questions can be held out while its text is learnt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters.dialogues import Dialogue, Message
from adapters.training.errors import TrainingRefused
from deid.importing.encodings import detect_encoding
from deid.importing.roles import ImportRefused

_DIGITS = "〇一二三四五六七八九"
_NUMBER = r"[0-9０-９〇○零一二三四五六七八九十百千]+"
_NAME = re.compile(r"^\s*(?:法規名稱|名稱)\s*[：:]\s*(\S.*?)\s*$")
_ARTICLE = re.compile(
    rf"^\s*(?:[#*]+\s*)?第\s*({_NUMBER})\s*(?:[-－]\s*({_NUMBER})\s*)?條(?:\s*之\s*({_NUMBER}))?\**(?=\s|[（(]|$)\s*(.*)$"
)
_DIVISION = re.compile(rf"^\s*(?:[#*]+\s*)?第\s*{_NUMBER}\s*[編章節款目](?:\s|$)")
_DELETED = re.compile(r"^[（(]\s*刪除\s*[）)]$")
_TITLE = re.compile(r"\S{2,40}(?:法|條例|辦法|規則|準則|細則|規程|標準|要點)")
_SENTENCE = re.compile(r"[^。；\n]*(?:[。；\n]+|$)")
_FORMS = ("{law}{article}規定什麼？", "請問{law}{short}的內容", "{law}{article}", "我想看{law}{short}怎麼寫")


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its number, the number after 之 or 0, and its text."""

    number: int
    inserted: int
    text: str

    def name(self, *, digits: bool) -> str:
        """The article as it is called: 第三條之一, or with digits 第3條之1."""
        write = str if digits else chinese
        return f"第{write(self.number)}條" + (f"之{write(self.inserted)}" if self.inserted else "")


def read_regulation(path: Path, longest: int) -> list[tuple[int, Dialogue]]:
    """Dialogues of one regulation, each with the number of the article in the file, counted from 1.

    Raises TrainingRefused(data_unreadable) when the file is neither UTF-8 nor Big5.
    """
    try:
        text = path.read_text(encoding=detect_encoding(path))
    except (OSError, UnicodeDecodeError, ImportRefused):
        raise TrainingRefused("data_unreadable", f"{path.name} cannot be read as UTF-8 or Big5") from None
    law, articles = parse(text, path.stem)
    return [(place, one) for place, article in enumerate(articles, 1) for one in _ask(law, article, longest)]


def parse(text: str, fallback_name: str) -> tuple[str, list[Article]]:
    """The regulation's name and its articles in order, without those that were deleted."""
    lines = text.splitlines()
    articles: list[tuple[int, int, list[str]]] = []
    for line in lines:
        if found := _ARTICLE.match(line):
            articles.append((number(found[1]), number(found[2] or found[3] or "0"), [found[4]]))
        elif articles and not _DIVISION.match(line):
            articles[-1][2].append(line.strip())
    kept = [Article(one, other, "\n".join(piece for piece in body if piece)) for one, other, body in articles]
    return _name(lines) or fallback_name, [a for a in kept if a.text and not _DELETED.match(a.text)]


def number(text: str) -> int:
    """The value of a number in Chinese or in digits: 一百零三, 103."""
    plain = (
        text.translate(str.maketrans("０１２３４５６７８９", "0123456789"))
        .replace("零", "〇")
        .replace("○", "〇")
    )
    if plain.isascii():
        return int(plain)
    if not set(plain) & set("十百千"):
        return int("".join(str(_DIGITS.index(digit)) for digit in plain))
    total, digit = 0, 0
    for char in plain:
        if char in _DIGITS:
            digit = _DIGITS.index(char)
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
    return total + digit


def chinese(value: int) -> str:
    """A number from 1 to 9999 as regulations write it: 103 is 一百零三."""
    written = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            written += ("" if digit == 1 and unit == 10 and not written else _DIGITS[digit]) + name
        elif written and value and not written.endswith("零"):
            written += "零"
    return written


def _name(lines: list[str]) -> str:
    for line in lines[:20]:
        if found := _NAME.match(line):
            return found[1]
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("# "):
        return first[2:].strip()
    return first if _TITLE.fullmatch(first) else ""


def _ask(law: str, article: Article, longest: int) -> Iterator[Dialogue]:
    parts = _parts(article.text, longest)
    for place, part in enumerate(parts, 1):
        for form in _FORMS:
            asked = form.format(law=law, article=article.name(digits=False), short=article.name(digits=True))
            asked += f"（第{place}段，共{len(parts)}段）" if len(parts) > 1 else ""
            yield Dialogue((Message("user", asked), Message("assistant", part)))


def _parts(text: str, longest: int) -> list[str]:
    """Cut a long text at the ends of sentences; a sentence longer than the limit is cut anywhere."""
    parts = [""]
    for sentence in _SENTENCE.findall(text):
        for start in range(0, len(sentence), longest):
            piece = sentence[start : start + longest]
            if len(parts[-1]) + len(piece) > longest:
                parts.append("")
            parts[-1] += piece
    return [part.strip() for part in parts if part.strip()]
