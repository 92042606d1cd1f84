"""Names without a surname: nicknames, given names beside a cue, names with a middle dot, and names spelled out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.recognizers.full_names import Scored
from deid.recognizers.name_context import HAN, Left, NameContext, Right, is_han
from deid.recognizers.name_lexicon import (
    COMMON_GIVEN,
    GIVEN,
    NICKNAMED,
    NOT_GIVEN_PAIRS,
    SURNAME_SPELLINGS,
    TRANSLITERATED,
)

_GIVEN_CLASS = f"[{''.join(sorted(GIVEN))}]"
_NICKNAME_CLASS = f"[{''.join(sorted(GIVEN | COMMON_GIVEN - set('公伯仔')))}]"
_A_NICKNAME = re.compile(f"阿(?!美族|美語|美文化|里|蓮區|華田|甘|姨|信用)({_NICKNAME_CLASS})(?!斯|爾|克)")
_XIAO_NICKNAME = re.compile(f"小[{''.join(sorted(NICKNAMED))}]")
_CALLED = re.compile(f"叫(?:我|什麼)?({HAN}(?:仔|哥|姐|嫂|董))")
_TRANSLITERATED = re.compile("|".join(TRANSLITERATED))
_ELDER = re.compile(f"({_NICKNAME_CLASS}{{2}})(?:伯|嬸|叔|姨|姆|嫂|師)")
_PAIR = re.compile(f"{_GIVEN_CLASS}(?={_GIVEN_CLASS})")
_AND = frozenset("跟和與")
_DOT = re.compile(f"[·‧・.](?={HAN})")
_FULL_WIDTH_DOT = "．"
_DOTTED_STOP = frozenset("是叫為跟和與及的在有我你他她人名找請幫給由住說")
_DOTTED_LONGEST = 5
_QUOTED = re.compile(f"名(?:字|叫|是)?[「『\"']({HAN}{{1,4}})[」』\"']")
_SURNAME_SPELLING = re.compile("|".join(SURNAME_SPELLINGS))
_RADICAL = re.compile(f"{HAN}字[頭旁邊]$")
_LONGEST_PHRASE = 4
_SPELLING_GAP = re.compile("[,、 ;對]{0,3}")


def find_called_names(context: NameContext) -> Iterator[Scored]:
    """Yield start, end and score, in offsets of the folded text."""
    yield from _nicknames(context)
    yield from _listed(context)
    yield from _given_names(context)
    yield from _dotted(context)


def find_spelled(context: NameContext, name_ends: list[int]) -> Iterator[Scored]:
    """Yield runs such as 「寬宥的宥，星辰的辰」 that follow a name or a name cue."""
    folded, run_end = context.folded, -1
    for start, end in sorted({*_spellings(folded)}):
        anchors = [run_end, *name_ends]
        gaps = (folded[anchor:start] for anchor in anchors if 0 <= anchor <= start <= anchor + 3)
        if context.left(start) == Left.SURE_CUE or any(map(_SPELLING_GAP.fullmatch, gaps)):
            yield (run_end if 0 <= run_end <= start else start), end, 0.6
            run_end = end


def _spellings(folded: str) -> Iterator[tuple[int, int]]:
    """Yield 「文雅的雅」, 「雨字頭的霆」 and 「木子李」."""
    for match in _SURNAME_SPELLING.finditer(folded):
        yield match.span()
    of = folded.find("的")
    while of >= 0:
        start = of
        while start > max(0, of - _LONGEST_PHRASE) and is_han(folded[start - 1]):
            start -= 1
        phrase, spelled = folded[start:of], folded[of + 1 : of + 2]
        if spelled and is_han(spelled) and (spelled in phrase or _RADICAL.search(phrase)):
            yield start, of + 2
        of = folded.find("的", of + 1)


def _nicknames(context: NameContext) -> Iterator[Scored]:
    """Yield 阿珠, 小玲, the one called 虎哥, and 「品安」 after 名."""
    folded = context.folded
    for match in _A_NICKNAME.finditer(folded):
        if context.left(match.start()) or context.right(match.end()):
            yield *match.span(), 0.55
    for match in _XIAO_NICKNAME.finditer(folded):
        if context.left(match.start()) >= Left.CUE and context.right(match.end()):
            yield *match.span(), 0.5
    for match in _CALLED.finditer(folded):
        yield *match.span(1), 0.5
    for match in _QUOTED.finditer(folded):
        yield *match.span(1), 0.6


def _listed(context: NameContext) -> Iterator[Scored]:
    """Yield 金水 before 伯 or 嬸, and foreign given names such as 麥可."""
    for match in _ELDER.finditer(context.folded):
        if context.left(match.start()) and match[1] not in NOT_GIVEN_PAIRS:
            yield *match.span(1), 0.45
    for match in _TRANSLITERATED.finditer(context.folded):
        if context.left(match.start()) and context.right(match.end()):
            yield *match.span(), 0.45


def _given_names(context: NameContext) -> Iterator[Scored]:
    """Yield pairs of given-name characters after a cue, or two pairs joined by 跟, 和 or 與."""
    folded = context.folded
    starts = (match.start() for match in _PAIR.finditer(folded))
    pairs = dict.fromkeys(start for start in starts if folded[start : start + 2] not in NOT_GIVEN_PAIRS)
    for start in pairs:
        end = start + 2
        before = start - 3 in pairs and folded[start - 1] in _AND
        after = start + 3 in pairs and folded[end] in _AND
        if before or after or (context.left(start) >= Left.CUE and context.right(end) >= Right.WORD):
            yield start, end, 0.45


def _dotted(context: NameContext) -> Iterator[Scored]:
    folded = context.folded
    for dot in _DOT.finditer(folded):
        start = dot.start()
        if not is_han(folded[start - 1 : start]) or start == 0:
            continue
        if (
            dot[0] == "."
            and context.views.text[context.views.original_span(start, start + 1)[0]] != _FULL_WIDTH_DOT
        ):
            continue
        while start > 0 and dot.start() - start < _DOTTED_LONGEST and _continues(context, start):
            start -= 1
        end = dot.end()
        while end < len(folded) and end - dot.end() < _DOTTED_LONGEST and not context.right(end):
            end += 1
        if context.left(start) and context.right(end) and dot.start() - start > 0:
            yield start, end, 0.6


def _continues(context: NameContext, start: int) -> bool:
    before = context.folded[start - 1]
    return "一" <= before <= "鿿" and before not in _DOTTED_STOP and context.left(start) < Left.CUE
