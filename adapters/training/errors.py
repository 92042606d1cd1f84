"""Why a training was refused: a stable code, and a message that names files, rows and numbers, never a text."""

from __future__ import annotations

_MOST_SHOWN = 10


class TrainingRefused(Exception):
    """Nothing was trained.

    `code` is one of data_unreadable, columns_missing, data_too_small, dialogue_too_long, concealment_failed,
    out_exists, base_unreadable, setting_invalid.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def some(rows: list[int]) -> str:
    """Row numbers as a message names them: the first few, and how many more."""
    shown = ", ".join(str(row) for row in rows[:_MOST_SHOWN])
    return shown if len(rows) <= _MOST_SHOWN else f"{shown} and {len(rows) - _MOST_SHOWN} more"
