"""Numbers that only a word beside them tells from others: where such words stand, and the values they announce."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from deid.findings import Finding
from deid.patterns import Pattern, late
from deid.recognizers import columns
from deid.recognizers.base import TextRecognizer
from deid.recognizers.cue_words import CHINESE, LATIN, NAMED, NOT_AFTER
from deid.recognizers.small_words import behind_small_word
from deid.views import Views

Span = tuple[int, int]

_LATIN_NAME = re.compile(r"[ _\-]")
_SUFFIX = r"(?:[ _\-.]{0,2}(?:NO|NUMBER|NUM|ID|CODE|NAME)\.?|[ 的]{0,2}帳號)?"
_KINDS = {word: kind for kind, text in CHINESE.items() for word in text.split()}
_LATIN_KINDS = {_LATIN_NAME.sub("", word): kind for kind, text in LATIN.items() for word in text.split(",")}
_LATIN_WORDS = sorted(
    {re.sub("[ -]", r"[ _\\-]?", word) for text in LATIN.values() for word in text.split(",")},
    key=len,
    reverse=True,
)
_VALUE_IN_TEXT = re.compile("[0-9A-Z零〇一二三四五六七八九]")
_FILLER = r"(?:IS|ARE|WAS|NO|IT|IT'S|MY|THE|ID|NUMBER)(?![0-9A-Z])"
_TOKEN = late(rf"(?<![0-9A-ZÀ-ỹ])(?<!')(?<![0-9A-Z][\-.])(?!{_FILLER})(?:[0-9A-Z@/(]|斜[線槓])")
_OPENING = re.compile(rf"(?:[ :=.\-\"']|{_FILLER})*")
_NOT_A_VALUE = re.compile(
    "(?:(?:錯誤代?碼|例如|範例|比如|譬如|格式|ERROR CODE|E\\.G\\.)[^0-9A-Z]{0,6}|"
    "(?:錯誤|ERROR)(?:(?!帳號)[^0-9A-Z\n]){0,6})$"
)
# 「錯誤代碼E5031請重新登入,E7702為…」: the next of a list of codes.
_ERROR_BEFORE = re.compile("錯誤代?碼 ?(?P<letter>[A-Z])[0-9]{2,5}[^0-9A-Z號碼證]{1,12}$")
_ERROR = re.compile("[A-Z][0-9]{2,5}")
# 「請依「ABC-1234」格式」, but not 「我的車號ABC-1234格式不符」.
_FORM_BEFORE = re.compile("[依照按以][ 「『\"'(]{0,2}$")
_SAMPLE_AFTER = re.compile("[」』\"')]? ?(?:僅|只)[為是](?:格式)?(?:範例|示例)(?=[,。;!?)」』 \n]|$)")
_FORM_AFTER = re.compile("[」』\"')]? ?的?(?:格式|樣式)")
_NEXT = re.compile(
    r"[ \"']*(?:[、,/;&+\n]|和|跟|與|及|或|還有|以及|AND |OR |TO )"
    r"(?:[^0-9A-Z\n]{0,3}另外?1?個是?)?[^0-9A-Z\n]{0,6}(?:(?<![0-9A-Z])[0-9]{1,2}[.)] ?)?"
)
_CORRECTED = re.compile(
    r"[^0-9A-Z\n]{0,6}(?:不對|不是|更正|說錯|講錯|唸錯|打錯|記錯|應該是|現在換|新的是|SORRY|NO)[^0-9A-Z\n]{0,8}"
)
# 「一七四,不對,最後是一四七」.
_LAST_CORRECTED = late(
    r"[^0-9A-Z\n]{0,4}(?:不對|不是|錯了|更正|[唸講說寫]錯)[^0-9A-Z\n]{0,4}(?:最後|後面|末|尾)[^0-9A-Z\n]{0,6}?"
    r"(?:[二三四五2-5]碼)?[^0-9A-Z\n]{0,2}([0-9](?:[ -]?[0-9]){1,4})(?![0-9A-Z])(?! ?[個人元筆天次位名年月日號點])"
)
_LINK_BEFORE = re.compile(r"[\"' ,]{0,2}(?:\(|號的?|(?:這|那|是|為|就是|作為)[^0-9A-Z\n。]{0,5})$")
_OTHER_LINE = re.compile("(?:CIRCULAR|RED|YELLOW|WHITE|BLUE|GREEN|ORANGE|BROWN|BUS|METRO|MRT|DOTTED|SOLID) $")
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}[ .\-/]?(?:0?[1-9]|1[0-2])[ .\-/]?(?:0?[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|1?[0-9]{2}[./](?:0?[1-9]|1[0-2])[./](?:0?[1-9]|[12][0-9]|3[01])(?![0-9.\-/])"
)
_PLACE_AFTER = late(" ?(?:[台臺]灣|[一-鿿]{2}[縣市])")
_LONGEST_ADDITION = 5
_LONGEST_VALUE = 48
_ENDS = re.compile("[,。;!?]")

WORD_BEFORE = (
    "(?:FROM|SAYS?|SAID|IS|WAS|AND|OR|BUT|WITH|FOR|ON|IN|OF|TO|BY|AT|AS|IT|ID|MY|NO|START|END|DATE|UNTIL|SINCE)"
)
LETTERS = rf"(?!{WORD_BEFORE} )(?:[A-Z] ){{0,4}}[A-Z]{{0,4}}[ .\-]{{0,2}}"
CODE = late(
    rf"(?=[A-Z]{{0,6}}[0-9])(?=(?:[A-Z]{{0,6}}[0-9]){{5}})[0-9A-Z]{{12,18}}(?![0-9A-Z])"
    r"|[A-Z]{2,8}(?=[A-Z0-9\-]{0,30}[0-9]{3})(?:-[A-Z0-9]{1,10}){1,5}(?![0-9A-Z\-])"
    r"|[A-Z]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3} ?[A-Z]{2}(?![0-9A-Z])"
    rf"|{LETTERS}[0-9](?:[ .\-·・‧/]{{0,2}}[0-9]|-?[A-Z](?![A-Z]{{3}})){{4,21}}"
    r"(?![0-9A-Z])(?! ?[元年月萬度])"
)
"""Digits, with a few letters before and between: what an office gives out when no form is known."""


def is_example(views: Views, span: Span) -> bool:
    """Whether a value only shows what one looks like: 例如 before it, 格式 after it."""
    before = views.before(span[0], 24)
    listed = _ERROR_BEFORE.search(before)
    if listed and _ERROR.fullmatch(views.figures, *span) and views.figures[span[0]] == listed["letter"]:
        return True
    if _NOT_A_VALUE.search(before) or _SAMPLE_AFTER.match(views.folded, span[1]):
        return True
    return _FORM_AFTER.match(views.folded, span[1]) is not None and _FORM_BEFORE.search(before) is not None


def _grouped(names: Iterable[str]) -> str:
    """An alternation that looks at a first character once; longer words go before their beginnings."""
    heads: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names, key=len, reverse=True):
        heads[name[0]].append(name[1:])
    return "|".join(f"{head}(?:{'|'.join(tails)})" for head, tails in heads.items())


_HEADS = "".join({word[0] for word in (*_KINDS, *_LATIN_KINDS)})
_CUE = Pattern(f"(?=[{_HEADS}])(?:(?P<latin>{_grouped(_LATIN_WORDS)}){_SUFFIX}|{_grouped(_KINDS)})")


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that announces a kind of number; ``limit`` is where the next one begins."""

    start: int
    end: int
    kind: str
    limit: int


@dataclass(frozen=True, slots=True)
class Cues:
    """All cues of one text by kind, and the cells under a cue that heads a column."""

    by_kind: dict[str, list[Cue]] = field(default_factory=lambda: defaultdict(list))
    cells: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))


_CACHED = "cues"


def cues_of(views: Views) -> Cues:
    """Return the cues of a text, looked for once for all recognisers and forgotten with its views."""
    cues: Cues | None = views.cache.get(_CACHED)
    if cues is None:
        cues = views.cache[_CACHED] = _look(views)
    return cues


def _look(views: Views) -> Cues:
    cues, folded = Cues(), views.folded
    if not _VALUE_IN_TEXT.search(folded):
        return cues
    found = [cue for match in _CUE.finditer(folded) if (cue := _read(views, match))]
    headings = _columns(views, found, cues) if found else set()
    limits = [*(start for start, _, _ in found[1:]), len(folded)][: len(found)]
    for (start, end, kind), limit in zip(found, limits, strict=True):
        if start not in headings:
            cues.by_kind[kind].append(Cue(start, end, kind, limit))
    return cues


def _read(views: Views, match: re.Match[str]) -> tuple[int, int, str] | None:
    """Return a cue's place and kind; a Latin word may have NO or ID behind it, or be part of another word."""
    start, end = match.span()
    if not match["latin"]:
        before = views.folded[start - 1] if start else " "
        return None if before in NOT_AFTER.get(match[0], "") else (start, end, _KINDS[match[0]])
    if match["latin"] == "LINE" and _OTHER_LINE.search(views.before(start, 10)):
        return None
    if _runs_on(views, end, str.isupper):
        end = match.end("latin")
    if _runs_on(views, start, str.islower) or _runs_on(views, end, str.isupper):
        return None
    whole, name = (
        _LATIN_NAME.sub("", word).rstrip(".") for word in (views.folded[start:end], match["latin"])
    )
    return start, end, _LATIN_KINDS.get(whole) or _LATIN_KINDS[name]


def _runs_on(views: Views, at: int, left_ends: Callable[[str], bool]) -> bool:
    """Whether a Latin word goes on across a place; it does not where the case changes: ``userPlate``, ``LINEabc``."""
    pair = views.folded[max(0, at - 1) : at + 1]
    if len(pair) < 2 or not (_is_letter(pair[0]) and _is_letter(pair[1])):
        return False
    left, right = (views.text[views.original_span(i, i + 1)[0]] for i in (at - 1, at))
    return not left_ends(left) or left.islower() == right.islower()


def _is_letter(char: str) -> bool:
    return "A" <= char <= "Z"


def _columns(views: Views, found: list[tuple[int, int, str]], cues: Cues) -> set[int]:
    """Put the cells of announced columns into ``cues``; return where the announcing cues start."""
    starts, headings = [start for start, _, _ in found], set()
    for header, rows in columns.tables(views):
        announced = []
        for column, (start, end) in enumerate(header):
            at = bisect_right(starts, end - 1) - 1
            if at >= 0 and starts[at] >= start and _is_heading(views.folded[start:end], found[at]):
                announced.append((column, found[at][2]))
                if column < len(header) - 1:  # behind the last one the rows begin, if this is a table at all
                    headings.add(starts[at])
        for row in rows:
            for column, kind in announced:
                if column >= len(row):
                    break
                cues.cells[kind].append(row[column])
    return headings


def _is_heading(cell: str, cue: tuple[int, int, str]) -> bool:
    cell = cell.strip()
    return len(cell) - (cue[1] - cue[0]) <= _LONGEST_ADDITION and not cell.endswith(":")


class CuedRecognizer(TextRecognizer):
    """Finds values of one shape beside the cues of some kinds.

    A value follows its cue within ``REACH`` characters and before the next cue, or stands right before it
    (「BKD-2097這台車」), or in the column that the cue heads. Further values follow after a comma, 和, or a correction.
    """

    KINDS: ClassVar[tuple[str, ...]]
    VALUE: ClassVar[re.Pattern[str]]
    REACH: ClassVar[int] = 24
    SCORE: ClassVar[float] = 0.6

    def find(self, views: Views) -> Iterator[Finding]:
        cues = cues_of(views)
        for kind in self.KINDS if cues.by_kind or cues.cells else ():
            for cue in cues.by_kind.get(kind, ()):
                for span in self._beside(views, cue):
                    yield self.finding(views, behind_small_word(views, span, named=kind in NAMED), self.SCORE)
            for start, end in cues.cells.get(kind, ()):
                found = self._first(views, start, end, kind)
                if found is None and self.fills(views, (start, end)):
                    found = (start, end)
                if found:
                    yield self.finding(views, found, self.SCORE)

    def shape(self, kind: str) -> re.Pattern[str]:
        """Return what a value of this kind of cue looks like on the figures view."""
        return self.VALUE

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        """Judge a value of the right shape."""
        if _PLACE_AFTER.match(views.folded, span[1]) or _DATE.match(views.figures, span[0]):
            return False
        return not is_example(views, span)

    def fills(self, views: Views, cell: Span) -> bool:
        """Judge a whole cell of an announced column in which no value was found."""
        return False

    def _beside(self, views: Views, cue: Cue) -> Iterator[Span]:
        found = self._first(views, cue.end, min(cue.limit, cue.end + self.REACH), cue.kind)
        if found is None:
            before = self._before(views, cue)
            if before:
                yield before
        while found:
            yield found
            if last := _LAST_CORRECTED.match(views.figures, found[1]):
                yield last.span(1)
            found = self._following(views, found[1], cue)

    def _following(self, views: Views, end: int, cue: Cue) -> Span | None:
        """Return the next value of a list or a correction; one in Chinese digits, or behind words that hold such."""
        for view in (views.figures, views.folded):
            following = _CORRECTED.match(view, end) or _NEXT.match(view, end)
            if following and following.end() <= cue.limit:
                value = self._value(views, following.end(), cue.kind)
                if value:
                    return value
        return None

    def _first(self, views: Views, start: int, limit: int, kind: str) -> Span | None:
        opening = _OPENING.match(views.folded, start, limit)
        found = self._value(views, opening.end(), kind) if opening else None
        if found is None:
            for token in _TOKEN.finditer(views.figures, start, limit):
                found = self._value(views, token.start(), kind)
                if found:
                    break
        return found

    def _value(self, views: Views, start: int, kind: str) -> Span | None:
        """Return the value that starts at a place; a last 一 or 三 may belong to the next word (一直, 三樓)."""
        plain = self.shape(kind).match(views.folded, start)
        match = self.shape(kind).match(views.figures, start) or plain
        if match is None:
            return None
        if plain and sum(map(str.isdigit, views.figures[plain.end() : match.end()])) == 1:
            match = match if _ENDS.match(views.folded, match.end()) else plain
        span = (start - (views.before(start, 1) == "十"), match.end())
        return span if self.accepts(views, span, kind) else None

    def _before(self, views: Views, cue: Cue) -> Span | None:
        start = max(0, cue.start - _LONGEST_VALUE)
        link = _LINK_BEFORE.search(views.folded[max(start, cue.start - 10) : cue.start])
        if link is None:
            return None
        end = max(start, cue.start - 10) + link.start()
        for token in _TOKEN.finditer(views.figures, start, end):
            match = self.shape(cue.kind).match(views.figures, token.start())
            if match and match.end() == end and self.accepts(views, match.span(), cue.kind):
                return match.span()
        return None
