"""Chat dialogues as JSON lines: `{"messages": [{"role": "user", "content": "…"}, …], "key_facts": ["…"]}`.

`key_facts` is optional: pieces of text that a right answer holds. Errors name the line and the reason, never the
text: a ministry's file may hold citizens' words.
"""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROLES = frozenset({"system", "user", "assistant", "tool"})


class DialogueError(ValueError):
    """A dialogues file cannot be used; the message names line and reason only."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation whose last message is the assistant's, and what a right answer must hold."""

    messages: tuple[Message, ...]
    key_facts: tuple[str, ...] = field(repr=False, default=())

    @property
    def question(self) -> str:
        """What the user said last."""
        return next(message.content for message in reversed(self.messages) if message.role == "user")

    @property
    def answer(self) -> str:
        return self.messages[-1].content

    @property
    def prompt(self) -> tuple[Message, ...]:
        """Everything before the answer."""
        return self.messages[:-1]


def read_dialogues(path: Path) -> list[Dialogue]:
    """All dialogues of a JSON lines file; blank lines are skipped. Raises DialogueError."""
    return [dialogue for _, dialogue in numbered_dialogues(path)]


def numbered_dialogues(path: Path) -> list[tuple[int, Dialogue]]:
    """The same with each dialogue's line number. Raises DialogueError."""
    dialogues = []
    with path.open("rb") as stream:
        for line, raw in enumerate(stream, start=1):
            raw = raw.removeprefix(codecs.BOM_UTF8) if line == 1 else raw
            if raw.strip():
                dialogues.append((line, _parse(raw, line)))
    if not dialogues:
        raise DialogueError(0, "the file holds no dialogue")
    return dialogues


def write_dialogues(dialogues: Iterable[Dialogue], path: Path) -> None:
    """Write the dialogues as JSON lines, one per line, in order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for dialogue in dialogues:
            stream.write(_as_json(dialogue) + "\n")


def dialogues_digest(dialogues: Iterable[Dialogue]) -> str:
    """SHA-256 (hex) of the dialogues as `write_dialogues` writes them."""
    total = hashlib.sha256()
    for dialogue in dialogues:
        total.update((_as_json(dialogue) + "\n").encode())
    return total.hexdigest()


def as_wire(messages: Iterable[Message]) -> list[dict[str, str]]:
    """The messages as chat APIs and chat templates take them."""
    return [{"role": message.role, "content": message.content} for message in messages]


def _as_json(dialogue: Dialogue) -> str:
    row: dict[str, Any] = {"messages": as_wire(dialogue.messages)}
    if dialogue.key_facts:
        row["key_facts"] = list(dialogue.key_facts)
    return json.dumps(row, ensure_ascii=False)


def _parse(raw: bytes, line: int) -> Dialogue:
    try:
        row = json.loads(raw)
    except ValueError:
        raise DialogueError(line, "not valid UTF-8 JSON") from None
    rows = row.get("messages") if isinstance(row, dict) else None
    if not isinstance(rows, list) or not rows:
        raise DialogueError(line, '"messages" must be a non-empty list')
    messages = tuple(_parse_message(item, line, number) for number, item in enumerate(rows, start=1))
    if messages[-1].role != "assistant":
        raise DialogueError(line, "the last message must be the assistant's")
    if not any(message.role == "user" for message in messages):
        raise DialogueError(line, "there is no user message")
    return Dialogue(messages, _parse_facts(row.get("key_facts", []), line))


def _parse_facts(facts: Any, line: int) -> tuple[str, ...]:
    if not isinstance(facts, list) or not all(isinstance(fact, str) and fact.strip() for fact in facts):
        raise DialogueError(line, '"key_facts" must be a list of texts')
    return tuple(facts)


def _parse_message(item: Any, line: int, number: int) -> Message:
    if not isinstance(item, dict) or item.keys() != {"role", "content"}:
        raise DialogueError(line, f'message {number} must have exactly "role" and "content"')
    role, content = item["role"], item["content"]
    if role not in ROLES:
        raise DialogueError(line, f"message {number} has an unknown role")
    if not isinstance(content, str) or not content.strip():
        raise DialogueError(line, f"message {number} has no text")
    return Message(role, content)
