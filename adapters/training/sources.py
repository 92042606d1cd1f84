"""A ministry's files as numbered dialogues: chat JSON lines, tables of questions and answers, regulations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.dialogues import Dialogue, DialogueError, Message, numbered_dialogues
from adapters.training.errors import TrainingRefused, some
from adapters.training.regulations import read_regulation
from deid.importing.back_file import BackFile
from deid.importing.formats import open_back_file
from deid.importing.roles import ImportRefused

QUESTION_COLUMNS = ("question", "q", "問題", "問", "提問", "題目", "民眾問題", "常見問題", "問句")
ANSWER_COLUMNS = ("answer", "a", "答案", "答", "回答", "回覆", "答覆", "解答", "參考答案")
FACT_COLUMNS = ("key_facts", "關鍵事實", "重點", "關鍵詞")
TABLES = frozenset({".csv", ".tsv", ".xlsx"})
JSON_LINES = frozenset({".jsonl", ".ndjson"})
REGULATIONS = frozenset({".txt", ".md"})
_FACT_SEPARATORS = re.compile("[|;；、\n]")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One dialogue and where it stands: the name of the file and the number of its line, row or article."""

    source: str
    row: int
    dialogue: Dialogue


def read_sources(files: Sequence[Path], regulations: Path | None, longest: int) -> list[SourceRow]:
    """Read every file in the order given, then every regulation in the folder by name.

    Articles longer than `longest` characters become several dialogues. Raises TrainingRefused: data_unreadable,
    columns_missing.
    """
    rows = [row for path in files for row in _read_file(path)]
    return rows + (list(_read_folder(regulations, longest)) if regulations else [])


def _read_file(path: Path) -> list[SourceRow]:
    ending = path.suffix.lower()
    if ending in JSON_LINES:
        return _read_json_lines(path)
    if ending in TABLES:
        return _read_table(path)
    raise TrainingRefused("data_unreadable", f"{path.name}: the name must end in jsonl, csv, tsv or xlsx")


def _read_json_lines(path: Path) -> list[SourceRow]:
    try:
        return [SourceRow(path.name, line, dialogue) for line, dialogue in numbered_dialogues(path)]
    except DialogueError as exc:
        raise TrainingRefused("data_unreadable", f"{path.name}: {exc}") from None
    except OSError:
        raise TrainingRefused("data_unreadable", f"{path.name} cannot be read") from None


def _read_table(path: Path) -> list[SourceRow]:
    try:
        table = open_back_file(path)
        question, answer = _column(table, QUESTION_COLUMNS), _column(table, ANSWER_COLUMNS)
        facts = _column(table, FACT_COLUMNS)
        if not question or not answer:
            raise TrainingRefused(
                "columns_missing",
                f"{path.name}: the first line must name a column of questions ({', '.join(QUESTION_COLUMNS[:3])}, …) "
                f"and one of answers ({', '.join(ANSWER_COLUMNS[:3])}, …)",
            )
        read, bad = [], []
        for row in table.rows():
            cells = row.cells or {}
            asked, said = _text(cells, question), _text(cells, answer)
            if asked and said:
                dialogue = Dialogue(
                    (Message("user", asked), Message("assistant", said)), _facts(cells, facts)
                )
                read.append(SourceRow(path.name, row.number, dialogue))
            elif row.cells is None or asked or said:
                bad.append(row.number)
    except ImportRefused as exc:
        raise TrainingRefused("data_unreadable", f"{path.name}: {exc}") from None
    except (ValueError, ArithmeticError, LookupError, TypeError, OSError) as exc:  # a reader's, with a cell's text
        raise TrainingRefused("data_unreadable", f"{path.name}: {type(exc).__name__}") from None
    if bad or not read:
        what = f"row {some(bad)} cannot be read or lacks one half" if bad else "there is no filled row"
        raise TrainingRefused("data_unreadable", f"{path.name}: {what}")
    return read


def _column(table: BackFile, names: Sequence[str]) -> str:
    known = {column.strip().casefold(): column for column in table.columns}
    return next((known[name] for name in names if name in known), "")


def _text(cells: Mapping[str, Any], column: str) -> str:
    value = cells.get(column)
    return "" if value is None else str(value).strip()


def _facts(cells: Mapping[str, Any], column: str) -> tuple[str, ...]:
    pieces = _FACT_SEPARATORS.split(_text(cells, column)) if column else []
    return tuple(piece.strip() for piece in pieces if piece.strip())


def _read_folder(folder: Path, longest: int) -> Iterator[SourceRow]:
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in REGULATIONS)
    if not paths:
        raise TrainingRefused("data_unreadable", f"{folder.name} holds no .txt or .md file")
    for path in paths:
        dialogues = read_regulation(path, longest)
        if not dialogues:
            raise TrainingRefused("data_unreadable", f"{path.name}: there is no line such as 第三條")
        yield from (SourceRow(path.name, number, dialogue) for number, dialogue in dialogues)
