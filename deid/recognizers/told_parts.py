"""What an address and a date that are told part by part have in common: parts that follow each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from enum import Enum

Span = tuple[int, int]

_WRONG = re.compile("不是|不對|[講說打唸]反|錯|更正|改成|應該|才對")
LONGEST_GAP, LONGEST_QUESTION, LONGEST_PAUSE = 22, 40, 16
_IN_NUMBER = re.compile("[0-9零〇○一二兩三四五六七八九十百]$")
_END = re.compile("[。!?\n]")
_MOST_ENDS, _MOST_ENDS_ASKED, _MOST_PARTS = 3, 6, 24


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a value; the ``kind`` of a smaller part is a higher number."""

    kind: int
    start: int
    end: int
    said: str
    doubted: bool = False


class Step(Enum):
    """What becomes of the next part: it goes on, it is talk between, or it begins anew."""

    ON, PASSED, ANEW = 0, 1, 2


def chains(parts: Iterable[Part], step: Callable[[Sequence[Part], Part], Step]) -> Iterator[list[Part]]:
    """Yield the parts that follow each other, as far as they do."""
    chain: list[Part] = []
    for part in parts:
        taken = step(chain, part) if chain and len(chain) < _MOST_PARTS else Step.ANEW
        if taken is Step.PASSED:
            continue
        if chain and taken is Step.ANEW:
            yield chain
            chain = []
        chain.append(part)
    if chain:
        yield chain


def is_near(gap: str, *, asks: bool) -> bool:
    """Whether what is said between two parts is short enough, longer with a question in it."""
    if len(gap) > (LONGEST_QUESTION if asks else LONGEST_GAP):
        return False
    return len(_END.findall(gap)) <= (_MOST_ENDS_ASKED if asks else _MOST_ENDS)


def is_told_again(chain: Iterable[Part], part: Part) -> bool:
    """Whether a part was told before; a number, whole."""
    ends = (one.said[: -len(part.said)] for one in chain if one.said.endswith(part.said))
    return any(_IN_NUMBER.search(before) is None for before in ends)


def corrects(gap: str) -> bool:
    return len(gap) <= LONGEST_PAUSE and _WRONG.search(gap) is not None


def places(spans: Iterable[Span]) -> Set[int]:
    return {at for start, end in spans for at in range(start, end)}
