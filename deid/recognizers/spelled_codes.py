"""Reads codes that are spelled letter by letter: 「車牌 B,bee 的 B,雙 K,橫線,三五零零」.

It takes a letter told alone behind the word for such a code. What explains a letter is taken with it; what is told on
behind words of talk belongs to it, too, until a sentence ends or something else is spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from deid.patterns import Pattern
from deid.recognizers.told import ELSE, NO_DIGIT, UNITS

Span = tuple[int, int]

_KINDS = {
    "EMAIL": "信箱|電郵|(?<![A-Z])E-?MAIL(?![A-Z])",
    "LINE_ID": "[的加]賴(?![床皮著給])|(?<![A-Z])LINE(?![A-Z])",
    "TW_PLATE": "車[牌號]|牌照|(?:機車|轎車|休旅車|貨車),",
    "TW_PASSPORT": "護照|(?<![A-Z])PASSPORT(?![A-Z])",
    "TW_STUDENT_ID": "學號",
    "TW_EINVOICE_CARRIER": "載具",
    "TW_CITIZEN_CERT": "憑證",
    "ACCOUNT": "帳號|保單",
}
_CUE = Pattern("|".join(f"({words})" for words in _KINDS.values()))
_MARKS = "下?底線|減號|橫線|橫槓|斜[線槓]|槓|小老鼠|老鼠|@|點(?=[ ,、])|(?<![A-Z])(?:UNDERSCORE|DASH|HYPHEN)(?![A-Z])"
# 「A 方案」, 「B 棟」, 「C 說不行」: a letter that names a thing or somebody.
_CLASSES = "[種型棟區車班級組室櫃廳肝不封說]|方案|先生|小姐|是[^大小數]"
_APART, _ENDS = "(?<![0-9A-Za-zÀ-ỹ.'’])", "(?![0-9A-Za-zÀ-ỹ'’]| [A-Z]{2})"
_TOKEN = Pattern(
    "(?P<reason>(?:(?<![A-Z])[A-Z]{2,12}|[一-鿿]{1,4}?) ?的(?:那個?)? ?[A-Z](?![A-Z])"
    f"|{_APART}[A-Z] (?:FOR|AS IN|LIKE) [A-Z]{{2,12}})"
    "|(?P<doubled>[2雙](?:個|个)? ?[A-Z](?![A-Z]))"
    f"|(?P<mark>{_MARKS})"
    f"|(?P<word>{_APART}[A-Z]{{4,16}}[0-9]{{0,6}}(?= ?(?:{_MARKS}|點[A-Z0-9]))"
    "|(?:(?<=[線號槓鼠點])|(?<=[線號槓鼠點][ ,、]))[A-Z]{3,16}(?![A-Z]))"
    f"|(?P<code>{_APART}(?:[A-Z](?! ?(?:{_CLASSES}))|(?<![A-Z] )[A-Z]{{2,3}}(?! [A-Z])){_ENDS}"
    f"|{_APART}[A-Z]{{1,3}}[0-9]{{1,8}}{_ENDS}"
    f"|(?<![0-9A-Z第.])(?!1[槓橫])(?!{NO_DIGIT})[0-9]{{1,8}}"
    rf"(?:(?=點[A-Z0-9])|(?!{UNITS})(?=[ ,、。.⋯!?\n;:~)」-]|$|[A-Z啦喔的]|{_MARKS}))(?![0-9]))"
)
_LETTER = re.compile("[A-Z]|[2雙].*[A-Z]|.* ?的.*|[A-Z] .*")
_DIGITS = re.compile("[0-9]+")
_DENIED = re.compile("(?:不是|[聽打看寫]成|不要|NOT|OR) ?(?:數字|字母|大寫|小寫)?(?:的)? ?$")
_STOP = re.compile("[。!?\n]|回覆|[選按]|選項")
_PAUSE = re.compile("[ ,、]{0,2}")
_LONGEST_GAP, _MOST = 14, 24
_LONGEST_BEFORE_DIGITS = 8
_FEWEST_TOKENS, _FEWEST_LETTERS, _FEWEST_ALONE = 3, 2, 4


def spelled(figures: str) -> Iterator[tuple[str, list[Span]]]:
    """Yield the kind of each code that is spelled so, and where its letters and digits stand."""
    last = 0
    for cue in _CUE.finditer(figures):
        if cue.start() < last:
            continue
        tokens = list(_tokens(figures, cue.end()))
        codes = [token for token in tokens if token.lastgroup != "mark"]
        letters = sum(2 if token["doubled"] else 1 for token in codes if _LETTER.fullmatch(token[0]))
        opened = tokens[:1] and tokens[0][0].startswith("斜")
        if letters >= _FEWEST_LETTERS and len(tokens) >= _FEWEST_TOKENS and (opened or _is_code(codes)):
            last = codes[-1].end()
            yield list(_KINDS)[(cue.lastindex or 1) - 1], list(_told(figures, tokens, last))


def _is_code(codes: Sequence[re.Match[str]]) -> bool:
    """Whether there are digits enough, or letters: 「A、C、E」 are none."""
    said = "".join(token[0] for token in codes)
    digits = sum(map(str.isdigit, said))
    return len(codes) >= _FEWEST_ALONE or digits > 1


def _told(figures: str, tokens: Sequence[re.Match[str]], last: int) -> Iterator[Span]:
    """Yield where letters and digits stand, and the marks right between them."""
    for before, token, after in zip((None, *tokens), tokens, (*tokens[1:], None), strict=False):
        if token.lastgroup != "mark":
            yield token.span()
        elif before and after and token.end() <= last:
            gaps = (before.end(), token.start()), (token.end(), after.start())
            if all(_PAUSE.fullmatch(figures, *gap) for gap in gaps):
                yield token.span()


def _tokens(figures: str, start: int) -> Iterator[re.Match[str]]:
    """Yield what is told on behind a word that announces a code."""
    end = start
    for count, token in enumerate(_TOKEN.finditer(figures, start, start + 240)):
        gap = figures[end : token.start()]
        if count == _MOST or len(gap) > _LONGEST_GAP or _STOP.search(gap) or ELSE.search(gap):
            return
        if _DIGITS.fullmatch(token[0]) and len(gap) > _LONGEST_BEFORE_DIGITS:
            return
        if count == 0 and not (token[0].startswith("斜") or _LETTER.fullmatch(token[0])):
            return
        end = token.end()
        if not _DENIED.search(gap):
            yield token
