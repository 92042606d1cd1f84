"""What happens to each column of a back-file. A column that nobody names is read as text and concealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deid.errors import ConcealmentError
from deid.placeholders import LITERAL
from deid.policy import Policy

TEXT, KEEP, DROP = "text", "keep", "drop"


class ImportRefused(ConcealmentError):
    """The back-file cannot be read as asked. The message names columns and options, never a row's content."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The role of every column: ``text``, ``keep``, ``drop``, or an entity that fills the whole cell."""

    by_column: Mapping[str, str]

    def role(self, column: str) -> str:
        """Return a column's role; one that the first line does not have is read as text."""
        return self.by_column.get(column, TEXT)

    @property
    def written(self) -> tuple[str, ...]:
        """The columns of the output, in order."""
        return tuple(column for column, role in self.by_column.items() if role != DROP)


def parse_roles(options: Iterable[str], columns: Sequence[str], policy: Policy) -> Roles:
    """Read ``NAME=ROLE`` options against the file's columns.

    Raises ImportRefused when a column is missing or named twice, or a role is unknown.
    """
    if len(set(columns)) != len(columns) or not columns:
        raise ImportRefused("the columns' names are missing or not unique")
    roles = dict.fromkeys(columns, TEXT)
    entities = {entity for entity in policy.words if entity != LITERAL}
    named: set[str] = set()
    for option in options:
        column, _, role = option.rpartition("=")
        if column not in roles:
            raise ImportRefused(f"--column names a column that the file does not have: {column}")
        if column in named:
            raise ImportRefused(f"--column names a column twice: {column}")
        if role not in {TEXT, KEEP, DROP} | entities:
            raise ImportRefused(
                f"--column {column}: the role must be text, keep, drop or an entity, not {role}"
            )
        named.add(column)
        roles[column] = role
    return Roles(roles)
