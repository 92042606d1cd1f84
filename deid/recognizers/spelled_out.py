"""The words that tell how the name before them is written: 「林佩珊，佩服的佩，珊瑚的珊」, 「俊是英俊」."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from deid.patterns import Pattern, late

_NAME = re.compile("[一-鿿]{2,4}")
# 木可柯, 複姓范姜: what begins a spelling.
_BEGUN = late(
    "[ ,、]{0,2}(?:複姓(?:[喔哦啦的]|[一-鿿]{2})|[一-鿿]{2}[兩二]個字的?複?姓|"
    "(?:是|就是)?[一-鿿]{2}(?P<chars>[一-鿿])(?=[ ,、]))"
)
_OF = late("[ ,、]{0,2}(?P<word>[一-鿿]{1,6})的(?:那個)?(?P<chars>[一-鿿]{1,2})")
_IS = late("[ ,、]{0,2}(?P<chars>[一-鿿])是(?P<word>[一-鿿]{2,4})(?![一-鿿])")
# By a part of the character: 「三點水的温 裡面是日不是囚」, 「不對 是竹字頭底下那個筑」.
_PART = late(
    "[ ,、]{0,2}(?:(?:[一-鿿]{1,4}的[一-鿿][ ,]?)?(?:不對|不是)[ ,]?)?(?:是)?(?:[一-鿿]{1,3}(?:去|拿)掉)?"
    "[一-鿿]{1,3}(?:旁邊?|字[旁頭邊部]|[頭邊]|點水|耳朵?)[一-鿿]{0,3}?"
    "(?:的|那個)(?P<chars>[一-鿿])"
)
_INSIDE = late("[ ,、]{0,2}(?:[裡上下]面|[左右旁]邊)(?:是|有)[一-鿿]{1,8}(?![一-鿿])")
# 「珊是玉加一個冊」, 「晴是日再加青」.
_MADE = late(
    "[ ,、]{0,2}(?P<chars>[一-鿿])就?是(?:[一-鿿]{1,3}的)?[一-鿿]{1,3}"
    "(?:再?加上?|[跟和配])一?個?[一-鿿]{1,2}(?![一-鿿])"
)
# 「複姓歐陽單名真」
_SINGLE = late("[ ,、]{0,2}單名(?:一個)?(?P<chars>[一-鿿])(?![一-鿿])")
_MOST_SAYINGS = 4
# Somewhere beside a name: 「是紫色的紫嗎？」「不是，芷若的芷」「有個心的懋」.
_SAYING_ENDS = "(?=[嗎啦喔啊呢嘛齁吧]?(?:[^一-鿿]|$))"
_ASIDE = Pattern(
    "(?:(?:(?<![一-鿿])|(?<=[是叫成對]))(?![是就會不叫對成名有我你他她說大])[一-鿿]{3,4}|(?![我你他她說大])[一-鿿]{2})(?:的|那個)(?P<char>[一-鿿])"
    + _SAYING_ENDS
)
_DENIED = re.compile("不是$|[打寫印改登記叫唸]成$|取$")
_PART_ASIDE = Pattern(
    "(?:(?:[上下裡外]面|底下|旁邊|[左右中]邊|中間)[有加]一?個?[一-鿿]{1,2}"
    "|[有加]一?個?(?:[一-鿿]點水|[一-鿿]{1,2}(?:字[旁頭邊部]|[旁頭邊部])))"
    "(?:的|那個)(?:[一-鿿]{2}的)?(?P<char>[一-鿿])" + _SAYING_ENDS
)


def spelled_aside(folded: str, names: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where a character is explained, by a word or a part that it is made of, anywhere in a text with names."""
    if not names or not ("的" in folded or "那個" in folded):
        return
    told = set("".join(names))
    for found in _ASIDE.finditer(folded):
        explained = found["char"] in told and found["char"] in folded[found.start() : found.start("char") - 1]
        if explained and not _DENIED.search(folded, max(0, found.start() - 2), found.start()):
            yield found.span()
    for found in _PART_ASIDE.finditer(folded):
        if found["char"] in told:
            yield found.span()


def spelling(folded: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where the spelling that follows the name at ``start:end`` stands."""
    name = folded[start:end]
    if not _NAME.fullmatch(name):
        return None
    last = end
    begun = _BEGUN.match(folded, end)
    if (
        begun
        and (begun["chars"] is None or begun["chars"] == name[0])
        and _saying_end(folded, begun.end(), name)
    ):
        last = begun.end()
    for _ in range(_MOST_SAYINGS):
        further = _saying_end(folded, last, name)
        if further is None:
            break
        last = further
    first = end + len(folded[end:last]) - len(folded[end:last].lstrip(" ,、"))
    return (first, last) if first < last else None


def _saying_end(folded: str, at: int, name: str) -> int | None:
    if match := _OF.match(folded, at):
        for length in (2, 1):
            chars = match["chars"][:length]
            if len(chars) == length and chars in name and chars in match["word"]:
                return match.start("chars") + length
    if (match := _IS.match(folded, at)) and match["chars"] in name and match["chars"] in match["word"]:
        return match.end()
    if (match := _SINGLE.match(folded, at)) and match["chars"] in name:
        return match.end()
    return _parts_end(folded, at, name)


def _parts_end(folded: str, at: int, name: str) -> int | None:
    """Return the end of a saying of which parts a character is made."""
    if (match := _MADE.match(folded, at)) and match["chars"] in name:
        return match.end()
    if (match := _PART.match(folded, at)) and match["chars"] in name:
        inside = _INSIDE.match(folded, match.end())
        return inside.end() if inside else match.end()
    return None
