"""Numbers that are told in groups behind the word that announces them, looked for once for all recognisers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from deid.identifiers import tw_national_id, tw_phone, tw_ui_no
from deid.patterns import Pattern
from deid.recognizers.answers import answered
from deid.recognizers.cued import Span, is_example
from deid.recognizers.spelled_codes import spelled
from deid.recognizers.told import NEXT_TURN, Form, joined, told
from deid.speakers import is_hotline
from deid.views import Views

# The kinds a word may announce; what is told shows which of them it is.
_CUES = {
    "健保(?:IC)?卡": "TW_NHI_CARD",
    "憑證": "TW_CITIZEN_CERT",
    "學號": "TW_STUDENT_ID",
    "病歷": "TW_MEDICAL_RECORD",
    "戶號": "TW_HOUSEHOLD_NO",
    "護照": "TW_PASSPORT PASSPORT_FAR",
    "身[分份]?證|證號|居留證|(?<![A-Z])(?:ID|ARC)(?![A-Z])|(?<![臺台府院部局法令])字號": "TW_NATIONAL_ID",
    "[帳賬][號戶]|戶頭|存摺|存簿|簿仔|簿子|匯[款到去給]|局號": "TW_BANK_ACCOUNT POSTAL",
    "車牌|車號|牌照": "TW_PLATE",
    "信用卡|金融卡|簽帳卡|卡號": "CREDIT_CARD ZEROS TW_CITIZEN_CERT BANK_CARD",
    "卡片": "ZEROS TW_CITIZEN_CERT",
    "水號": "WATER ACCOUNT METER",
    "電號|保單|用戶號碼?|(?:電|水|瓦斯)表號?碼?|[會團]員編號|[合契]約編號": "ACCOUNT METER",
}
_KINDS = [kinds.split() for kinds in _CUES.values()]
# Four zeros begin a health card's number and nothing else that is told in groups.
_ZEROS = "(?<![0-9A-Z-])(?:4[個个]0|0000)(?=[ ,、])"
_CUE = Pattern("|".join(f"({words})" for words in (*_CUES, _ZEROS)))
_LOOSE: dict[str, Any] = {"letters": True, "longest": 8, "exact": False}
_NEAR, _FAR, _AROUND = 24, 40, 120  # a number with a certain length may stand further behind its word
_NO_NUMBER = re.compile(
    "[餘面金]額|存款|[剩餘費稅]|時間|截止|每組|[件度次]數|票價|長度|規則|型號|補發|欄位|認證|範例|查詢|^ ?數(?![字碼])"
)


def _form(begun: str, whole: str, **options: Any) -> Form:
    return Form(re.compile(begun), re.compile(whole).fullmatch, **options)


def _any(_said: str) -> bool:
    return True


_ID_LENGTH = 10
_ID = re.compile("[A-Z][12A-D89][0-9]{7,9}")


def _is_right_id(said: str) -> bool:
    return tw_national_id.is_valid(said) or tw_ui_no.is_valid(said)


def _is_id(said: str) -> bool:
    """Whether this may be a whole ID: with a digit too few or too many, but for one behind a number that is right."""
    return _ID.fullmatch(said) is not None and not (len(said) > _ID_LENGTH and _is_right_id(said[:_ID_LENGTH]))


_FORMS = {
    "TW_NATIONAL_ID": Form(
        re.compile("[A-Z]{1,2}|[A-Z][12A-D89][0-9]{0,9}"), _is_id, sure=_is_right_id, letters=True
    ),
    "TW_NHI_CARD": _form("[0-9]{1,12}", "[0-9]{12}", sure=lambda said: said.startswith("0000")),
    "ZEROS": _form("0{1,4}|0000[0-9]{1,8}", "0000[0-9]{8}", sure=_any),
    "CREDIT_CARD": _form("[3-6][0-9]{0,15}", "[3-6][0-9]{15}|3[47][0-9]{13}", sure=_any),
    "BANK_CARD": _form("[0-9]{1,16}", "[0-9]{12,16}", shortest=2, longest=8, exact=False),
    "TW_PASSPORT": _form(
        "[0-9A-Z][0-9]{0,8}", "[0-9A-Z][0-9]{8}", sure=str.isdigit, letters=True
    ),
    "PASSPORT_FAR": _form("[1-9][0-9]{0,8}", "[0-9]{9}", sure=_any, shortest=3, longest=3),
    "TW_CITIZEN_CERT": _form("[A-Z]{1,2}|[A-Z]{2}[0-9]{1,14}", "[A-Z]{2}[0-9]{14}", sure=_any, letters=True),
    "TW_PLATE": _form(
        "[A-Z]{1,3}|[A-Z]{2,3}[0-9]{1,4}|[0-9]{3,4}[A-Z]{1,3}", "[A-Z]{2,3}[0-9]{3,4}|[0-9]{3,4}[A-Z]{2,3}",
        sure=re.compile("[A-Z]{3}[0-9]{4}").fullmatch, letters=True,
    ),
    "TW_HOUSEHOLD_NO": _form("[A-Z][0-9]{0,7}", "[A-Z][0-9]{7}", sure=_any, letters=True),
    "TW_BANK_ACCOUNT": _form("[0-9]{1,17}", "[0-9]{10,17}", sure=_any, shortest=2, longest=9, exact=False),
    # Seven digits are whole at the post office.
    "POSTAL": _form(
        "[0-9]{1,17}", "[0-9]{7,17}", sure=_any, done=re.compile("[0-9]{7}|[0-9]{10,}").fullmatch, shortest=2,
        longest=9, exact=False,
    ),
    "TW_STUDENT_ID": _form("[A-Z]{0,2}[0-9]{0,10}", "[A-Z]{0,2}[0-9]{6,10}", **_LOOSE),
    "TW_MEDICAL_RECORD": _form("[A-Z]{0,2}[0-9]{0,10}", "[A-Z]{0,2}[0-9]{5,10}", **_LOOSE),
    "WATER": _form(
        "[0-9][0-9A-Z]?[0-9]{0,9}", "[0-9][0-9A-Z][0-9]{8,9}", sure=re.compile("[0-9][A-Z][0-9]+").fullmatch,
        letters=True, longest=11, exact=False,
    ),
    "METER": _form("[0-9]{1,14}", "[0-9]{7,14}", shortest=2, longest=8, exact=False),  # in tens: 十一，四七
    "ACCOUNT": _form("[A-Z]{0,2}[0-9]{0,14}", "[A-Z]{0,2}[0-9]{7,14}", **_LOOSE),
}  # fmt: skip
_OTHER_NAMES = {
    "ZEROS": "TW_NHI_CARD", "BANK_CARD": "CREDIT_CARD", "PASSPORT_FAR": "TW_PASSPORT", "METER": "ACCOUNT",
    "WATER": "ACCOUNT", "POSTAL": "TW_BANK_ACCOUNT",
}  # fmt: skip
Told = tuple[list[Span], str]
_LISTED = re.compile("(?:[#轉]|[0-9][,、])$")  # an extension, or the next of several
_LETTER_ALONE = re.compile("[A-Z],")
_CACHED = "told"
_FIRST = re.compile("(?<![0-9A-Z_])(?:(?<![0-9A-Z][ .:/-])|(?<=\n[A-Z]:))[0-9A-Z]")


def told_of(views: Views, entity: str) -> list[list[Span]]:
    """Return the groups of each number of one kind that is told in groups, in offsets of the folded view."""
    found: dict[str, list[list[Span]]] | None = views.cache.get(_CACHED)
    if found is None:
        found = views.cache[_CACHED] = defaultdict(list)
        for kind, groups in _all_told(views):
            found[kind].append(groups)
    return found.get(entity, [])


def pieces_told(views: Views, entity: str) -> Iterable[Span]:
    """Return the places of such numbers, groups as one between which hardly anything is said."""
    told = told_of(views, entity)
    return chain.from_iterable(joined(views.figures, groups) for groups in told) if told else ()


def _all_told(views: Views) -> Iterator[tuple[str, list[Span]]]:
    """Yield the numbers; one that several words announce is of the kind that the nearest of them says."""
    figures = views.figures
    yield from answered(figures)
    if views.has_letter:
        yield from spelled(figures)
    told_at, tried = dict[int, tuple[str, list[Span]]](), dict[tuple[str, int], Told]()
    postal = "郵局" in figures or "局號" in figures
    not_told = "TW_BANK_ACCOUNT" if postal else "POSTAL"
    for cue in _CUE.finditer(figures):
        zeros = cue.lastindex == len(_CUES) + 1
        kinds = [kind for kind in _KINDS[(cue.lastindex or 1) - 1] if kind != not_told] if not zeros else []
        places = [("ZEROS", cue.start())] if zeros else _firsts(figures, cue, kinds)
        for kind, groups, far in _first_told(views, places, tried):
            if far:
                told_at.setdefault(groups[0][0], (kind, groups))
            else:
                told_at[groups[0][0]] = kind, groups
    yield from told_at.values()


def _first_told(
    views: Views, places: Iterable[tuple[str, int]], tried: dict[tuple[str, int], Told]
) -> Iterator[tuple[str, list[Span], bool]]:
    """Yield the first number with its kind, and whether it may stand far from its word; ``tried`` remembers places."""
    for place in places:
        kind, start = place
        if place not in tried:
            tried[place] = told(views.figures, start, _FORMS[kind])
        groups, number = tried[place]
        if groups and not (tw_phone.is_valid(number) or is_example(views, groups[0])):
            yield _entity(kind, number), groups, kind == "PASSPORT_FAR"
            return


def _entity(kind: str, number: str) -> str:
    if kind == "TW_NATIONAL_ID" and number[1] not in "12":
        return "TW_UI_NO"
    return _OTHER_NAMES.get(kind, kind)


def _firsts(figures: str, cue: re.Match[str], kinds: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the places where a number may begin, for each kind: behind the cue, of a passport anywhere around it."""
    around = "PASSPORT_FAR" in kinds
    first, last = (max(0, cue.start() - _AROUND), _AROUND) if around else (cue.end(), _FAR)
    for place in _FIRST.finditer(figures, first, cue.end() + last):
        if is_hotline(figures, place.start()):
            continue
        if _NO_NUMBER.search(figures[cue.end() : place.start()]):
            return
        # Under a heading a letter alone is the cell before.
        between = NEXT_TURN.sub("", figures[cue.end() : place.start()])
        cell = "\n" in between and _LETTER_ALONE.match(figures, place.start())
        for kind in () if cell or _LISTED.search(figures[max(0, place.start() - 2) : place.start()]) else kinds:
            reach = _FAR if _FORMS[kind].exact or kind == "BANK_CARD" else _NEAR
            near = cue.end() <= place.start() < cue.end() + reach
            if near or kind == "PASSPORT_FAR":
                yield kind, place.start()
