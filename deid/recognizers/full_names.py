"""Surname and given name: where cue, edges and characters agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.recognizers.name_context import SURNAME_START, Left, NameContext, Right, is_han
from deid.recognizers.name_lexicon import (
    COMMON_GIVEN,
    COMPOUND_SURNAMES,
    GIVEN,
    NOT_NAMES,
    RARE_SURNAMES,
    SURNAMES,
)

_NOT_NAMES = {
    char: tuple(word for word in NOT_NAMES if word[0] == char) for char in {w[0] for w in NOT_NAMES}
}
_SURNAME_TITLE = re.compile("先生|小姐|女士|太太")
_NEVER_GIVEN = frozenset(
    "的是在了我你他她們這那有不就也都要會可嗎呢啊吧請問於及與和或被把從到往沒很什麼怎後前申辦號段路街區市縣里村樓處局所院校公司位者人"
    "應須依未需得以為其將單訊件票費證"
)
_ANY_GIVEN = GIVEN | COMMON_GIVEN
_AFTER_SURNAME = _ANY_GIVEN | SURNAMES | set("先小女太") | {name[1] for name in COMPOUND_SURNAMES}

Scored = tuple[int, int, float]


def find_full_names(context: NameContext) -> Iterator[Scored]:
    """Yield start, end and score, in offsets of the folded text, without overlaps."""
    folded, end = context.folded, 0
    for match in SURNAME_START.finditer(folded):
        start = match.start()
        if start < end or folded.startswith(_NOT_NAMES.get(folded[start], ()), start):
            continue
        found = _judge(context, start)
        if found:
            end = found[1]
            yield found


def _judge(context: NameContext, start: int) -> Scored | None:
    folded, left = context.folded, context.left(start)
    if left < Left.CUE and folded[start + 1] not in _AFTER_SURNAME:
        return None
    common = folded[start] in SURNAMES
    if common and left != Left.NOTHING and _SURNAME_TITLE.match(folded, start + 1):
        return start, start + 1, 0.6
    for surname_length in _surname_lengths(folded, start, left > Left.NOTHING):
        for given_length in (2, 1):
            end = start + surname_length + given_length
            given = folded[start + surname_length : end]
            if len(given) < given_length or not is_han(given):
                continue
            score = _score(given, left, context.right(end), 2 if surname_length > 1 else common)
            if score:
                return start, end, score
    return None


def _surname_lengths(folded: str, start: int, edged: bool) -> tuple[int, ...]:
    """Return the lengths to try: a compound surname, a husband's before one's own, or a single one."""
    compound = folded.startswith(COMPOUND_SURNAMES, start)
    single = folded[start] in SURNAMES or folded[start] in RARE_SURNAMES
    length = 2 if compound else 1
    following = folded[start + length : start + length + 3]
    doubled = len(following) == 3 and following[0] in SURNAMES and _fits(following[1:])
    sure = compound or folded[start] in SURNAMES or edged
    lengths = (length + 1,) if doubled and single and sure else ()
    return (*lengths, *((2,) if compound else ()), *((1,) if single else ()))


def _fits(given: str) -> bool:
    return all(char in _ANY_GIVEN for char in given)


def _score(given: str, left: Left, right: Right, common: int) -> float:
    """``common`` is 0 for a surname that is an everyday word, 2 for a compound or double one."""
    typical = sum(char in GIVEN for char in given)
    fitting = _fits(given)
    if not fitting and (left < Left.CUE or any(char in _NEVER_GIVEN for char in given)):
        return 0.0
    if len(given) == 1:
        return _score_short(typical > 0, fitting and (common > 0 or left == Left.SURE_CUE), left, right)
    if left == Left.SURE_CUE and (common or fitting):
        return 0.85 if fitting else 0.6
    if left == Left.CUE:
        if fitting and ((typical and common) or right >= Right.WORD):
            return 0.8
        return 0.5 if right >= Right.EDGE and common else 0.0
    if typical == 2 and right >= Right.WORD and (common or left):
        return 0.6
    if left == Left.EDGE and right >= Right.EDGE:
        return 0.7 if common else 0.45 * (typical > 0)
    return 0.6 if left == Left.EDGE and right == Right.WORD and ((common and typical) or common > 1) else 0.0


def _score_short(typical: bool, fitting: bool, left: Left, right: Right) -> float:
    """Score a name of surname and one character: it needs a cue before and an end after."""
    if left == Left.SURE_CUE and right >= Right.WORD:
        return 0.7 if fitting else 0.45
    if left == Left.CUE and fitting and right >= Right.EDGE:
        return 0.55
    return 0.45 if typical and right == Right.TITLE else 0.0
