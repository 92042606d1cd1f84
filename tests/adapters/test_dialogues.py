"""Reading a ministry's dialogues: a bad line is named by number, its text never shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.dialogues import (
    Dialogue,
    DialogueError,
    Message,
    dialogues_digest,
    read_dialogues,
    write_dialogues,
)

SECRET = "秘密內容"
GOOD = json.dumps(
    {"messages": [{"role": "user", "content": "問"}, {"role": "assistant", "content": "答"}]},
    ensure_ascii=False,
)


def _row(*messages: object) -> str:
    return json.dumps({"messages": list(messages)}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f'{{"messages": "{SECRET}', "not valid UTF-8 JSON"),
        (f'["{SECRET}"]', '"messages" must be a non-empty list'),
        (_row(), '"messages" must be a non-empty list'),
        (_row({"role": "user", "content": SECRET}), "the last message must be the assistant's"),
        (_row({"role": "assistant", "content": SECRET}), "there is no user message"),
        (_row({"role": SECRET, "content": "x"}), "message 1 has an unknown role"),
        (_row({"role": "user", "content": "  "}), "message 1 has no text"),
        (_row({"role": "user", "content": [SECRET]}), "message 1 has no text"),
        (
            _row({"role": "user", "content": "x", "name": SECRET}),
            'message 1 must have exactly "role" and "content"',
        ),
    ],
)
def test_bad_line_is_named_without_its_text(tmp_path: Path, row: str, reason: str) -> None:
    path = tmp_path / "dialogues.jsonl"
    path.write_text(f"{GOOD}\n\n{row}\n", encoding="utf-8")
    with pytest.raises(DialogueError) as caught:
        read_dialogues(path)
    assert (caught.value.line, caught.value.reason) == (3, reason)
    assert SECRET not in str(caught.value)


def test_bytes_that_are_no_utf8_are_named(tmp_path: Path) -> None:
    path = tmp_path / "dialogues.jsonl"
    path.write_bytes(GOOD.encode() + b"\n" + '{"messages": "問"}'.encode("big5") + b"\n")
    with pytest.raises(DialogueError, match="line 2: not valid UTF-8 JSON"):
        read_dialogues(path)


def test_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dialogues.jsonl"
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(DialogueError, match="holds no dialogue"):
        read_dialogues(path)


def test_written_dialogues_read_back_and_have_the_files_digest(tmp_path: Path) -> None:
    import hashlib

    dialogues = [
        Dialogue(
            (Message("system", "簡短"), Message("user", "「問」\n"), Message("assistant", "答〔姓名1〕"))
        ),
        Dialogue((Message("user", "問"), Message("assistant", "答"))),
    ]
    path = tmp_path / "out" / "dialogues.jsonl"
    write_dialogues(dialogues, path)
    assert read_dialogues(path) == dialogues
    assert dialogues_digest(dialogues) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_messages_do_not_show_their_text() -> None:
    assert SECRET not in repr(Dialogue((Message("user", SECRET),)))
