"""A part of a number that is read out instead of the whole: 「末四碼1234」."""

from __future__ import annotations

from collections.abc import Iterator

from deid.patterns import AnyPattern, Pattern
from deid.recognizers.cued import Span
from deid.views import Views

_PART = Pattern(
    r"(?:(?:[後末尾前]面?的?[ ]?[二兩三四五六2-6](?:個?(?:[碼位]|數字))|尾[數號碼])(?:數字|號碼)?[^0-9A-Z\n]{0,8}"
    r"|LAST [A-Z0-9]{1,5} (?:DIGITS|NUMBERS)(?: (?:ARE|IS))?[ :]{1,3}|END(?:S|ING)(?: (?:IN|WITH))? )"
    r"([0-9](?: ?[0-9]){1,5})(?![0-9A-Z])(?! ?[年月日點元樓個次])"
)
_REACH = 14


def parts_of(views: Views, whole: AnyPattern) -> Iterator[Span]:
    """Yield the digits of a part where ``whole`` names the number right before."""
    folded = views.folded
    if (
        "碼" not in folded
        and "尾" not in folded
        and "位" not in folded
        and "數字" not in folded
        and "LAST" not in folded
        and "END" not in folded
    ):
        return
    for match in _PART.finditer(views.figures):
        if whole.search(views.before(match.start(), _REACH)):
            yield match.span(1)
