"""How near an answer is to its reference, in characters: Chinese has no spaces to cut words at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def character_f1(answer: str, reference: str) -> float:
    """Harmonic mean of precision and recall over characters, each counted as often as it occurs."""
    said, wanted = Counter(_letters(answer)), Counter(_letters(reference))
    shared = (said & wanted).total()
    return _f1(shared, said.total(), wanted.total())


def rouge_l(answer: str, reference: str) -> float:
    """F-measure of the longest common subsequence of characters (ROUGE-L with equal weights)."""
    said, wanted = _letters(answer), _letters(reference)
    return _f1(_longest_common(said, wanted), len(said), len(wanted))


def has_facts(answer: str, facts: Sequence[str]) -> bool:
    """Whether every key fact stands in the answer, whatever spaces and widths."""
    plain = _letters(answer)
    return all(_letters(fact) in plain for fact in facts)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _f1(shared: int, said: int, wanted: int) -> float:
    if not said or not wanted:
        return float(said == wanted)
    return 2 * shared / (said + wanted)


def _longest_common(one: str, other: str) -> int:
    row = [0] * (len(other) + 1)
    for char in one:
        before = 0
        for place, its in enumerate(other, 1):
            before, row[place] = row[place], before + 1 if char == its else max(row[place], row[place - 1])
    return row[-1]
