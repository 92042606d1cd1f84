"""Whether a text is Traditional Chinese as Taiwan writes it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache

from adapters.evaluation.material import read_set


def simplified_characters(text: str) -> list[str]:
    """The characters of the text that are Simplified only, in order, each once."""
    return list(dict.fromkeys(char for char in text if char in _simplified()))


def mainland_terms(text: str) -> dict[str, str]:
    """The mainland's words in the text, and what Taiwan says instead."""
    terms, unless = _terms()
    found = {}
    for term, ours in terms.items():
        rest = text
        for longer in unless.get(term, ()):
            rest = rest.replace(longer, " ")
        if term in rest:
            found[term] = ours
    return found


@cache
def _simplified() -> frozenset[str]:
    lines = read_set("simplified.txt").splitlines()
    return frozenset("".join(line for line in lines if not line.startswith("#")))


@cache
def _terms() -> tuple[Mapping[str, str], Mapping[str, list[str]]]:
    table = tomllib.loads(read_set("mainland_terms.toml"))
    return table["terms"], table["unless"]
