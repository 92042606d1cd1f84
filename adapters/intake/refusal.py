"""How a refusal is told: a stable code, and a message that names the file, the tensor and what was expected."""

from __future__ import annotations

_LONGEST_NAME = 80


class IntakeRefused(Exception):
    """The adapter is not accepted. `code` is stable; the message holds names and shapes, never content."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def printable(name: object) -> str:
    """A name out of a submitted file, safe to print: ASCII, escaped, cut."""
    text = str(name)
    cut = text[:_LONGEST_NAME] + ("..." if len(text) > _LONGEST_NAME else "")
    return ascii(cut)[1:-1]
