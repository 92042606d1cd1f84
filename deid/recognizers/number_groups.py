"""Numbers said in groups behind the word that announces them: 「卡號四一一一，一一一一，嗯，一一一一，一一一一」."""

from __future__ import annotations

from collections.abc import Iterator

from deid.patterns import Pattern
from deid.recognizers.cued import Span, is_example
from deid.views import Views, digits_of

NEXT_GROUP = "[ ,、]{1,2}(?:(?:然後|再來|接著?|最後|後面|尾巴|[嗯呃欸對])是?[ ,、]{0,2}){0,2}"
# What somebody says while he looks: 「等一下喔」; the 一 of 一下 is no digit.
INTERRUPTION = "[ ,、]{1,2}(?:(?:[^0-9。!?\n]|[0-9](?=[直下樣起定些般個位碼片張支]))){0,18}"


def in_groups(cue: str, begins: str = "", sizes: str = "2,8") -> Pattern:
    """Return the pattern of a number in groups of such sizes, its group 1, that a cue announces."""
    return Pattern(
        rf"(?:{cue})(?:[^0-9A-Z\n]|[0-9](?![0-9])){{0,12}}?"
        rf"({begins}[0-9]{{{sizes}}}(?:{NEXT_GROUP}[0-9]{{{sizes}}}){{1,5}}"
        rf"(?:{NEXT_GROUP}[0-9](?=[ ,、。!?\n啦喔]|$))?)(?![0-9]|[ ,、]{{1,2}}[0-9]{{2}}| ?[年月日號元萬學級屆])"
    )


def groups_of(views: Views, pattern: Pattern, fewest: int, most: int) -> Iterator[Span]:
    """Yield the places of numbers in groups that have so many digits and are no examples."""
    for found in pattern.finditer(views.figures):
        if fewest <= len(digits_of(found[1])) <= most and not is_example(views, found.span(1)):
            yield found.span(1)
