"""A number that is said once more in pieces, mistyped, or corrected behind an asterisk, as people do in chats.

「0936417,後面?」「208」 beside 0936 417 208; 「護照 351062938 打成 351062983」; 「*6032 才對」 below a plate.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from deid.identifiers import roc_date
from deid.patterns import Pattern, late
from deid.recognizers.told import UNITS
from deid.speakers import ANYBODY

Span = tuple[int, int]

_GROUP = Pattern(r"(?<![0-9A-Z])[0-9A-Z](?:[ ,\-]?[0-9A-Z])*(?![0-9A-Z])")
_FEWEST_MISTYPED, _MOST_WRONG = 7, 2
_LONG_GROUP = Pattern(rf"(?<![0-9A-Z])[0-9A-Z](?:[ ,\-]?[0-9A-Z]){{{_FEWEST_MISTYPED - 1},}}(?![0-9A-Z])")
_PLAIN = re.compile("[ ,-]")
_NAMED = re.compile("[號單額費](?![碼呢嗎])")  # another number is announced
_LONGEST_GAP, _MOST_GROUPS, _PREFIX = 24, 8, 2
_FEWEST_STARRED, _FARTHEST = 3, 120
_STARRED = Pattern(
    rf"(?:^|[\n ,。])\*(?P<said>[0-9A-Z](?:-?[0-9A-Z]){{1,13}})(?![0-9A-Z*:.~-])(?!{UNITS}|小時|公分)"
)
# Another number that is alike: of an order, a document, a sum, a day.
_ANNOUNCED = re.compile(
    r"(?:[案文單]號|訂單|編號|統編|代[碼號]|日期|(?<![生明今昨前後])日|金額|第|\$|NT|USD|民國)[號的是:$ ]{0,4}$"
)
_READ_BACK = late(
    rf"[^0-9\n]{{0,8}}\n(?:{ANYBODY} ?)?[嗯好對是 ,、]{{0,4}}(?P<digits>[0-9]{{3,5}})(?=[ ,、。!?~…嗎對喔]|$|\n)"
)
_COUNTED = re.compile(UNITS)
_NO_DOOR, _LONGER_THAN_DOORS = re.compile(f" ?號?[案函]|(?! ?號)(?:{UNITS})"), 7


def said_in_pieces(figures: str, known: Mapping[str, object]) -> Iterator[tuple[str, list[Span]]]:
    """Yield a known value, without separators, and the places of the groups that make it, with little between."""
    begins = defaultdict[str, list[str]](list)
    for value in known:
        begins[value[:_PREFIX]].append(value)
    groups = _groups(figures, _GROUP) if begins else []
    for index, (_, _, first) in enumerate(groups):
        for value in begins.get(first[:_PREFIX], ()):
            spans = _rest(figures, groups[index : index + _MOST_GROUPS], value)
            if spans and not any(is_other(figures, *span) for span in spans):
                yield value, spans


def _groups(text: str, pattern: Pattern) -> list[tuple[int, int, str]]:
    return [(match.start(), match.end(), _PLAIN.sub("", match[0])) for match in pattern.finditer(text)]


def is_announced(figures: str, start: int) -> bool:
    """Whether what begins at a place is told as the number of an order or a document, a sum or a day."""
    return _ANNOUNCED.search(figures, max(0, start - _LONGEST_GAP), start) is not None


def is_other(figures: str, start: int, end: int) -> bool:
    """Whether digits count something, or are of an order, a document or a day."""
    if is_announced(figures, start):
        return True
    return (_NO_DOOR if end - start >= _LONGER_THAN_DOORS else _COUNTED).match(figures, end) is not None


def _rest(figures: str, groups: Sequence[tuple[int, int, str]], value: str) -> list[Span]:
    """Return the places of the groups that make a value, none if they don't."""
    said, spans = "", list[Span]()
    for start, end, group in groups:
        gap = figures[spans[-1][1] : start] if spans else ""
        if len(gap) > _LONGEST_GAP or _NAMED.search(gap) or not value.startswith(said + group):
            break
        said, spans = said + group, [*spans, (start, end)]
        if said == value:
            return spans if len(spans) > 1 or not value.isdigit() else []
    return []


def mistyped(visible: str, known: Mapping[str, object]) -> Iterator[tuple[str, Span]]:
    """Yield a known value and the place of a number that is as long and differs in two places at most.

    ``visible`` has something else in the place of what is hidden.
    """
    as_long = defaultdict[int, list[str]](list)
    for value in known:
        if len(value) >= _FEWEST_MISTYPED:
            as_long[len(value)].append(value)
    for start, end, said in _groups(visible, _LONG_GROUP) if as_long else ():
        for value in as_long.get(len(said), ()):
            wrong = sum(map(str.__ne__, said, value))
            alike = 0 < wrong <= _MOST_WRONG and "," not in visible[start:end]
            if alike and not (roc_date.is_valid(said) or is_other(visible, start, end)):
                yield value, (start, end)
                break


def read_back(figures: str, before: Sequence[tuple[int, str]]) -> Iterator[tuple[int, Span]]:
    """Yield which value's last digits the next line begins with, and their place: 「2366 4152」「4152,好」.

    ``before`` are the values and where they end.
    """
    for at, (end, said) in enumerate(before):
        line = _READ_BACK.match(figures, end)
        if line and said.endswith(line["digits"]) and not is_other(figures, *line.span("digits")):
            yield at, line.span("digits")


def corrections(visible: str, before: Sequence[tuple[int, str]]) -> Iterator[tuple[int, Span]]:
    """Yield which value somebody corrects behind an asterisk, and the place of what is right.

    ``before`` are the values and where they end, in text order. The last one is meant, if half of the digits are its.
    """
    ends = [end for end, _ in before]
    for match in _STARRED.finditer(visible) if "*" in visible else ():
        said = _PLAIN.sub("", match["said"])
        last = bisect_right(ends, match.start()) - 1
        digits = Counter(filter(str.isdigit, said))
        near = last >= 0 and match.start() - ends[last] <= _FARTHEST
        shared = (digits & Counter(before[last][1])).total() if near else 0
        if digits.total() >= _FEWEST_STARRED and 2 * shared >= digits.total():
            yield last, match.span("said")
