"""Origins that may not be served: names are compared in one spelling, so full-width letters don't hide one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

from adapters.intake.refusal import IntakeRefused, printable

Deny = Callable[[str], str | None]


def deny_by(patterns: Mapping[str, re.Pattern[str]]) -> Deny:
    """A deny-list out of family names and their patterns: the first family whose pattern a name holds."""

    def denied(name: str) -> str | None:
        return next((family for family, pattern in patterns.items() if pattern.search(name)), None)

    return denied


def check_lineage(told: Iterable[tuple[str, str]], deny: Deny) -> None:
    """`told` are (where it stands, name). Raises IntakeRefused lineage_denied for the first denied name."""
    for place, name in told:
        family = deny(_one_spelling(name))
        if family is not None:
            raise IntakeRefused(
                "lineage_denied", f"{place} names {printable(name)}: {family} is on the deny-list"
            )


def _one_spelling(name: str) -> str:
    visible = (char for char in unicodedata.normalize("NFKC", name) if unicodedata.category(char) != "Cf")
    return "".join(visible).casefold()
