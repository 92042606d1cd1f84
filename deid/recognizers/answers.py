"""Finds the parts of a number or an address that answer a question of the turn before: 「請問您的手機？」「0928」."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.identifiers import tw_phone
from deid.patterns import Pattern, late
from deid.recognizers.address_grammar import NUM
from deid.recognizers.told import CODE, ELSE, UNITS
from deid.speakers import SPEAKER

Span = tuple[int, int]

_ASKED = {
    "PHONE": "電話|手機|市話|門號|分機|回電",
    "TW_NATIONAL_ID": "身[分份]?證(?!明)|(?<!統一)證號",
    "TW_UI_NO": "居留證|統一證號|(?<![A-Z])ARC(?![A-Z])",
    "TW_NHI_CARD": "健保(?:IC)?卡",
    "TW_CITIZEN_CERT": "憑證",
    "TW_BANK_ACCOUNT": "[帳賬][號戶]|局號|存摺",
    "CREDIT_CARD": "信用卡|金融卡|(?<!保卡)卡號",
    "TW_PLATE": "車牌|車號|牌照",
    "TW_PASSPORT": "護照",
    "TW_STUDENT_ID": "學號",
    "TW_MEDICAL_RECORD": "病歷",
    "ACCOUNT": "電號|水號|保單|用戶號|會員編號",
    "TW_LAND_NO": "地號",
}
_KINDS = "(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _ASKED.items()) + ")"
_ASKS = late(
    f"{_KINDS}"
    "(?:卡號|號碼|號|字號|英文|數字|編號|的|部分|[前後末中]面?[1-9間]?[碼位]?"
    "|[ 是呢嗎幾多少什麼哪念唸說講給我:?]){0,12}$"
)
# 「身分證前四碼 A128」「中間三碼 703」; 「*740」 corrects the end of what was sent.
_TOLD = re.compile(f"{_KINDS}[^\n]*$")
_PART = re.compile("[^0-9A-Z]{0,4}(?:[前後末中][面間]?|最後|尾[數巴仔]?)[1-9]?[碼位]|\\*[0-9]")
_QUESTION = re.compile("[?呢嗎:]$|[幾哪]|多少|什麼|請|[您你妳]|是 ?$|告訴|提供")
_ADDRESS_ASKED = late(
    "(?:門牌(?:號碼)?|(?:[路街段巷弄]|[住家地]址?[^\n]{0,4})(?:幾號|幾樓)|[您你][^\n]{0,3}住?幾樓|樓層|"
    f"{NUM} ?號|[住地]址)[ 是呢嗎住:?]{{0,4}}$"
)
_ADDRESS_PART = late(
    rf"(?:是|就是|補充:?|樓層是?|那個|[嗯喔 ,])*(?P<part>(?:{NUM} ?(?:之 ?{NUM} ?)?號?)?(?:{NUM} ?樓(?: ?之 ?{NUM})?)?)"
    r"(?:啦|喔|[。. ])*"
)
_MAY_ASK = Pattern(
    "(?:" + "|".join(_ASKED.values()) + f"|門牌|幾號|幾樓|樓層|住址|地址|{NUM} ?號)[^\n]{{0,40}}\n"
)
_WORDS, _MOST_WORDS, _LONGEST, _LONGEST_QUESTION = re.compile("[^ ,、。.!?~-]"), 12, 48, 40
# A citizen may ask, too, for what an agency publishes.
_OF_OFFICE = re.compile("[你妳您]們|貴|[局處所館院校署部會司店]的?(?:電話|門牌|地址|在)|中心|客服|專線|1999")
# With a digit, a letter alone, or the letters of a plate; other letters are a word.
_MAY_BE_TOLD = re.compile("[A-Z]|.*[0-9].*|[A-Z](?:[ -]?[A-Z]){1,2}", re.DOTALL)
_LETTER, _EXPLAINS = re.compile("[A-Z]"), re.compile("[A-Z]是[一-鿿]{1,4}的$")  # 「P是豬的pig」
_DIGIT, _COUNTED = re.compile("[0-9]"), re.compile(UNITS)
_NOT_TOLD = re.compile("沒有|不知道|不清楚|不記得|忘記|等|[剩滿約稅]|預算|大概|每月")
_HOW_MUCH = re.compile("(?<!號碼)(?<!號)(?<!碼)(?<!碼是)多少[ ?呢]{0,2}$")


def answered(figures: str) -> Iterator[tuple[str, list[Span]]]:
    """Yield of each answer which kind was asked for and where its parts stand."""
    for asking in _MAY_ASK.finditer(figures) if "\n" in figures else ():
        end, first = asking.end() - 1, asking.end()
        line = figures.rfind("\n", 0, asking.start()) + 1
        asker = SPEAKER.match(figures, line, asking.start())
        start = max(asker.end() if asker else line, end - _LONGEST_QUESTION)
        last = figures.find("\n", first)
        last = len(figures) if last < 0 else last
        if speaker := SPEAKER.match(figures, first, last):
            first = speaker.end()
        apart = "|" in figures[start:last] or "\t" in figures[start:last] or _OF_OFFICE.search(figures, start, end)
        if last - first <= _LONGEST and not apart:
            yield from _answer(figures, (start, end), (first, last))


def _answer(figures: str, question: Span, answer: Span) -> Iterator[tuple[str, list[Span]]]:
    goes_on = _PART.match(figures, *answer) and _TOLD.search(figures, *question)
    asks = _QUESTION.search(figures, *question) and not _HOW_MUCH.search(figures, *question)
    if asked := (asks and _ASKS.search(figures, *question)) or goes_on:
        kind = asked.lastgroup or ""
        if parts := _parts(figures, *answer, kind):
            yield kind, parts
    elif _ADDRESS_ASKED.search(figures, *question):
        told = _ADDRESS_PART.fullmatch(figures, *answer)
        # Behind an address that was told, and not asked for, a bare number is the next of a list.
        if told and told["part"] and (asks or "樓" in told["part"]):
            yield "TW_ADDRESS", [told.span("part")]


def _parts(figures: str, start: int, end: int, kind: str) -> list[Span]:
    """Return the groups of an answer that says hardly anything else."""
    groups = [
        group.span()
        for group in CODE.finditer(figures, start, end)
        if _MAY_BE_TOLD.fullmatch(group[0]) and not _EXPLAINS.search(figures, start, group.start())
    ]
    rest = figures[start:end]
    for first, last in reversed(groups):
        rest = rest[: first - start] + rest[last - start :]
    if len(_WORDS.findall(rest)) > _MOST_WORDS or ELSE.search(rest) or _NOT_TOLD.search(rest):
        return []
    digits = any(_DIGIT.search(figures, *group) for group in groups)
    other = any(_COUNTED.match(figures, last) for _, last in groups)
    if kind == "PHONE":
        public = (tw_phone.is_short_line, tw_phone.is_toll_free)
        other = other or any(known(figures[slice(*group)]) for group in groups for known in public)
    letters = kind == "PHONE" and _LETTER.search(figures, start, end)
    return groups if (digits or kind == "TW_PLATE") and not (other or letters) else []
