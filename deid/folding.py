"""Folds a text: what a reader takes for the same becomes the same characters, with the way back to the original.

Zero-width characters and pauses between digits (0912⋯⋯345) are dropped, dashes unified to ``-``, NFKC per character,
ASCII upper case; then what only lays the text out goes: marks of quoted lines, blanks to be filled in, spaces in forms.
A call that is written in one line gets a line for each turn.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice

from deid.patterns import Pattern, late
from deid.speakers import KNOWN

# What is not seen, in ranges: joiners, marks of direction (around numbers copied from a phone), fillers, selectors.
_UNSEEN = (
    "\xad\u034f\u061c\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u202a\u202b\u202d\u202e\u2060-\u2068\u206a-\u206f\u20e3\ufe00-\ufe0f\ufeff"
)
_DASHES = "‐‑‒–—―−ー－﹣─━➖"
_STABLE = r" -`{-~\n\r\t\u3001-\u301b\u3041-\u3096\u30a1-\u30fb\u4e00-\u9fff"
_UNSTABLE = Pattern(f"[a-z]+|[^{_STABLE}]")
# Blanks that are seen as such, and the ends of what was copied: a space where they stand between two values.
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0\u202c\u2069"
_REPLACED = dict.fromkeys(_BLANKS, " ") | dict.fromkeys(_DASHES, "-") | dict.fromkeys("•∙⋅", "·")

_NOT_SEEN = re.compile(f"[{_UNSEEN}]")

_DIGIT_GROUPS = ("零〇○", "一壹么幺", "二貳兩", "三參", "四肆", "五伍", "六陸", "七柒", "八捌", "九玖")
FIGURES = {char: str(value) for value, group in enumerate(_DIGIT_GROUPS) for char in group}
_PAUSE = re.compile(f"[⋯…][⋯… {_UNSEEN}]*")
_PAUSES, _DIGITS = frozenset("⋯…"), frozenset("0123456789").union(*_DIGIT_GROUPS)
_DIGIT = f"[{''.join(sorted(_DIGITS))}]"
_PART = 24
_MAY_PAUSE, _MOST_PAUSES = _DIGITS | {" ", ""}, 10_000
# A mobile number, a line with its area code, an ID, a card; an account may go on.
_WHOLE = re.compile("(?:09[0-9]{8}|0[2-8][0-9]{7,8}|[A-Z][0-9A-D][0-9]{8}|[0-9]{15,})(?![0-9])")
_PART_BEFORE = re.compile(rf"(?:{_DIGIT}[ .\-]?|[A-Z][ .\-]?)*{_DIGIT} ?$")
_PART_AFTER = late(
    rf"{_DIGIT}(?: ?[⋯…]|[ \-]?{_DIGIT})(?!{_DIGIT}{{0,2}} ?[年月日號點時天歲間樓元次個人位百千萬])"
)
_WIDE_PUNCTUATION = tuple(zip("，：？！；（）\u3000", ",:?!;() ", strict=True))
# A carriage return, the mark of a quoted line, a blank of a form, a line that is broken inside a number.
_LAYOUT = re.compile(
    r"(?<=[0-9]-)\r?\n(?:> ?)*(?=[0-9])|\r(?=\n)|(?<=\n)(?:> ?)+"
    r"|(?<![0-9A-Z_])_{2,}|(?<!_)_{2,}+(?![0-9A-Z])"
)
_SPACES = re.compile("(?<= ) +")
# 「王 小 明」, 「台 北 市 …」: single characters.
_WORD = "(?![一二三四五六七八九十百])[一-鿿]"
_SPACED_OUT = Pattern(f"(?<![0-9] ){_WORD}(?: (?:{_WORD}(?![一-鿿0-9])|[0-9](?![0-9A-Z.:/-]))){{2,}}")
_ZHUYIN_DASH = re.compile("(?<=[0-9])ㄧ(?=[0-9])")
# 「客服:請問大名? 民眾:王小明」: who speaks in a call that is written in one line.
_TURN = re.compile(f"(?:^|(?P<end>[ 。!?]))(?P<who>(?P<known>{KNOWN}[0-9]?)|[一-鿿]{{2,6}}) ?:")
_FEWEST_TURNS = 2


def fold(text: str) -> tuple[str, Sequence[int] | None]:
    """Return the folded text and the original index of each folded character, None where both are always the same."""
    folded, origins = _fold(text)
    if "ㄧ" in folded:
        folded = _ZHUYIN_DASH.sub("-", folded)
    folded, origins = _without(folded, origins, sorted(_laid_out(folded)))
    if folded.count(":") > 1 and "\n" not in folded:
        folded, origins = _in_lines(folded, origins)
    if " " in folded:
        return _without(folded, origins, [gap for run in _SPACED_OUT.finditer(folded) for gap in _gaps(run)])
    return folded, origins


def _without(
    folded: str, origins: Sequence[int] | None, gone: Sequence[tuple[int, int]]
) -> tuple[str, Sequence[int] | None]:
    """Return the text and the origins without some stretches, which are in order."""
    if not gone:
        return folded, origins
    starts, ends = [0, *(end for _, end in gone)], [*(start for start, _ in gone), len(folded)]
    kept = list(zip(starts, ends, strict=True))
    if origins is None:
        origins = range(len(folded))
    places = list(chain.from_iterable(origins[start:end] for start, end in kept))
    return "".join(folded[start:end] for start, end in kept), places


def _in_lines(folded: str, origins: Sequence[int] | None) -> tuple[str, Sequence[int] | None]:
    """Return a call that is written in one line with a line for each turn.

    The space before a speaker becomes the line's end; where none stands between a sentence and a speaker, one is put
    there, with the place of the sentence's mark. Somebody is asked before a turn, or speaks twice; else the words are
    the names of a form's fields.
    """
    turns = list(_TURN.finditer(folded))
    heard = Counter(turn["who"] for turn in turns)
    asked = any(folded[turn.start("end") - (turn["end"] == " ")] == "?" for turn in turns if turn["end"])
    if not asked and max(heard.values(), default=0) < _FEWEST_TURNS:
        return folded, origins
    turns = [turn for turn in turns if turn["known"] or (heard[turn["who"]] > 1 and turn["end"] != " ")]
    if len(turns) < _FEWEST_TURNS:
        return folded, origins
    chars, places, last = list(folded), list[int](), 0
    origins = range(len(folded)) if origins is None else origins
    for at, end in ((turn.start("end"), turn["end"]) for turn in turns if turn["end"]):
        chars[at] = "\n" if end == " " else f"{end}\n"
        places += (*origins[last : at + 1], *([] if end == " " else [origins[at]]))
        last = at + 1
    return "".join(chars), [*places, *origins[last:]]


def _gaps(run: re.Match[str]) -> Iterator[tuple[int, int]]:
    yield from ((at, at + 1) for at in range(*run.span()) if run.string[at] == " ")


def _laid_out(folded: str) -> Iterator[tuple[int, int]]:
    """Yield what only lays the text out."""
    if "\r" in folded or "\n>" in folded or "__" in folded or "-\n" in folded:
        yield from (match.span() for match in _LAYOUT.finditer(folded))
    if "  " in folded:
        yield from _spaces(folded)


def _spaces(folded: str) -> Iterator[tuple[int, int]]:
    """Yield the spaces behind a space, but for those that may part the cells of a table."""
    lines, at = list[tuple[int, str]](), 0
    for line in folded.split("\n"):
        if "  " in line:
            lines.append((at, line))
        at += len(line) + 1
    for at, line in lines:
        if len(lines) == 1 or ":" in line.partition("  ")[0]:
            yield from (match.span() for match in _SPACES.finditer(folded, at, at + len(line)))


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    replaced = "" if _NOT_SEEN.match(char) else _REPLACED.get(char)
    if replaced is None:
        replaced = unicodedata.normalize("NFKC", char)
        replaced = "".join(c.upper() if "a" <= c <= "z" else c for c in replaced)
    return replaced


def _fold(text: str) -> tuple[str, Sequence[int] | None]:
    """Return the folded text and, when a length changed, the original index of each folded character.

    The full-width punctuation of ordinary Chinese text goes first: it is most of what changes, one for one.
    """
    for wide, narrow in _WIDE_PUNCTUATION:
        if wide in text:
            text = text.replace(wide, narrow)
    if not _UNSTABLE.search(text):
        return text, None
    resized: list[tuple[int, int]] = []
    paused = _pauses(text) if "⋯" in text or "…" in text else frozenset()

    def replace(match: re.Match[str]) -> str:
        piece = match[0]
        if "a" <= piece[0] <= "z":
            return piece.upper()
        folded = "" if match.start() in paused else _fold_char(piece)
        if len(folded) != 1:
            resized.append((match.start(), len(folded)))
        return folded

    folded = _UNSTABLE.sub(replace, text)
    return folded, _origins(len(text), resized) if resized else None


def _pauses(text: str) -> frozenset[int]:
    """Return where the dots of the pauses stand that somebody makes inside a number.

    A number that is whole before its pause is not joined to the next one, nor is one to a time or a count. No more
    are looked for than anybody makes.
    """
    found: set[int] = set()
    pauses = ((one, text[one.start() - 1 : one.start()]) for one in _PAUSE.finditer(text))
    likely = (one for one, before in pauses if _fold_char(before)[-1:] in _MAY_PAUSE)
    for pause in islice(likely, _MOST_PAUSES):
        before = _PART_BEFORE.search(_folded_part(text[max(0, pause.start() - _PART) : pause.start()]))
        after = _folded_part(text[pause.end() : pause.end() + _PART])
        if before is None or _WHOLE.fullmatch(_compact(before[0])) or _WHOLE.match(_compact(after)):
            continue
        if _PART_AFTER.match(after):
            found.update(at for at in range(*pause.span()) if text[at] in _PAUSES)
    return frozenset(found)


def _compact(text: str) -> str:
    """Return digits as figures and the letters, without what separates them."""
    return "".join(FIGURES.get(char, char) for char in text if char not in " .-")


def _folded_part(text: str) -> str:
    return "".join(map(_fold_char, text))


def _origins(length: int, resized: Sequence[tuple[int, int]]) -> Sequence[int]:
    """Return the original index of each folded character, given the places whose folded form is of another length."""
    origins: list[int] = []
    position = 0
    for index, count in resized:
        origins.extend(range(position, index))
        origins.extend([index] * count)
        position = index + 1
    origins.extend(range(position, length))
    return origins


