"""What a back-file is: rows of named cells, read and written one at a time, whatever the format."""

from __future__ import annotations

import importlib
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from deid.importing.roles import ImportRefused

UNDECODABLE, MALFORMED = "undecodable", "malformed"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the input. ``cells`` is None when it could not be read; ``problem`` says why.

    ``number`` is the line or the sheet's row in which it begins, from 1; ``passed_over`` counts the lines behind that
    one which went with a row that could not be read.
    """

    number: int
    position: int
    cells: dict[str, Any] | None
    problem: str = ""
    passed_over: int = 0


class BackFile(ABC):
    """A file of rows. ``length`` and a row's ``position`` are in the same unit (bytes or rows), for progress.

    ``read_as`` says how the file is read (its encoding, say); ``cell_encoding`` and ``longest_cell`` (in
    characters) are what a written cell must fit.
    """

    columns: Sequence[str]
    length: int
    read_as: Mapping[str, str | int]
    cell_encoding = "utf-8"
    longest_cell = sys.maxsize

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self, written: Iterable[str]) -> None:  # noqa: B027  most formats write whatever they read
        """Raise ImportRefused when a cell of these columns could not be written as it was read."""

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Yield every row in order. May be called again."""

    @abstractmethod
    def write(self, path: Path, columns: Mapping[str, bool], rows: Iterator[dict[str, Any]]) -> None:
        """Write rows to a new file in the format and encoding of this one.

        ``columns`` are those of the output in order; True for one whose every cell is as it was read.
        """


@contextmanager
def refusing_unreadable() -> Iterator[None]:
    """Raise ImportRefused for what a reader raises: its own message may quote what the file holds."""
    try:
        yield
    except ImportRefused:
        raise
    except Exception as exc:  # noqa: BLE001  each format's reader has errors of its own
        raise ImportRefused(f"the file cannot be read: {type(exc).__name__}") from None


@contextmanager
def refusing_unwritable() -> Iterator[None]:
    """Raise ImportRefused for what a writer raises, as ``refusing_unreadable`` does; a full disk stays what it is."""
    try:
        yield
    except (ImportRefused, OSError):
        raise
    except Exception as exc:  # noqa: BLE001  each format's writer has errors of its own
        raise ImportRefused(f"the output cannot be written: {type(exc).__name__}") from None


def need(module: str) -> ModuleType:
    """Import what only some formats need. Raises ImportRefused when it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise ImportRefused(
            f"this format needs {module.partition('.')[0]}, which the `import` extra installs"
        ) from None
