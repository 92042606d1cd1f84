"""Finds telephone numbers that are asked for and told in turns: 「電話？」「零九一二」「好」「三四五」."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.speakers import turns

Span = tuple[int, int]

_ASKS = re.compile(
    "(?:電話|手機|市話|門號|回電)(?:號碼)?[^0-9\n]{0,10}$|(?<![卡帳案單證戶編])號碼(?:是|呢|幾號|多少|[ ?]){0,3}$"
)
_OTHER = re.compile("[卡帳案單證編戶統]號|號碼牌|分機")
_DIGITS = re.compile("[0-9](?:[ -]?[0-9])*")
_MOST_WORDS, _LONGEST_PAUSE, _LONGEST_QUESTION = 12, 8, 24
_FEWEST_DIGITS, _MOST_DIGITS = 7, 10
_FEWEST_OF_PIECE, _MOST_OF_PIECE, _MOST_PIECES = 2, 6, 12
_COUNTED = re.compile(" ?[年月日號元塊點分時歲樓]")


def phones_answered(figures: str) -> Iterator[Span]:
    """Yield the pieces of a number told in two lines or more; ``figures`` has Chinese digits as figures."""
    if "\n" not in figures or ":" not in figures:  # nobody asks, nobody answers
        return
    pieces: list[Span] | None = None
    for who, start, end in turns(figures):
        if pieces is not None:
            told = [match.span() for match in _DIGITS.finditer(figures, start, end)]
            if _goes_on(figures, start, end, told, pieces):
                pieces += told
                continue
        yield from _whole(figures, pieces or [])
        last = max(start, end - _LONGEST_QUESTION)
        asks = who and _ASKS.search(figures, last, end) and not _OTHER.search(figures, last, end)
        pieces = [] if asks else None
    yield from _whole(figures, pieces or [])


def _goes_on(figures: str, start: int, end: int, told: list[Span], pieces: list[Span]) -> bool:
    """Whether a line says the next piece and hardly more, or only that somebody listens."""
    words = end - start - sum(last - first for first, last in told)
    if not told:
        return words <= _LONGEST_PAUSE
    if words > _MOST_WORDS or len(pieces) + len(told) > _MOST_PIECES:
        return False
    if any(_COUNTED.match(figures, last) for _, last in told):
        return False
    parts = [_digits(figures, span) for span in told]
    begins = parts[0][0] == "0" or (len(parts[0]) > _FEWEST_OF_PIECE and not words)
    fits = all(_FEWEST_OF_PIECE <= len(part) <= _MOST_OF_PIECE for part in parts)
    return fits and (begins or bool(pieces)) and len(_number(figures, [*pieces, *told])) <= _MOST_DIGITS


def _whole(figures: str, pieces: list[Span]) -> Iterator[Span]:
    """Yield the pieces when they make a number."""
    digits = _number(figures, pieces)
    lines = figures[pieces[0][0] : pieces[-1][1]].count("\n") if pieces else 0
    if lines and len(digits) >= _FEWEST_DIGITS and (digits[0] == "0" or len(digits) <= _FEWEST_DIGITS + 1):
        yield from pieces


def _number(figures: str, pieces: list[Span]) -> str:
    """Return the digits of the pieces, without those that only say the piece before again."""
    parts = [_digits(figures, span) for span in pieces]
    return "".join(part for part, before in zip(parts, ["", *parts], strict=False) if part != before)


def _digits(figures: str, span: Span) -> str:
    return "".join(filter(str.isdigit, figures[slice(*span)]))
