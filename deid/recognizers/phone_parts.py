"""What belongs to a telephone number without being one: extensions, second numbers, corrections, parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.identifiers import tw_phone
from deid.patterns import Pattern, late
from deid.views import digits_of

EXTENSION = (
    r"(?:[ ,(]{0,2}(?:(?:轉|撥)?(?:內線|分機)(?:號碼?)?(?:是|為)?|#|\*|轉接|轉|EXT(?:ENSION)?\.?|X(?=[ ]?[0-9]))[ "
    r":]{0,2}(?:[0-9]{1,6}(?![0-9])|[0-9]?十[0-9]?(?![0-9十百萬])))?"
)
_EXTENDED = re.compile(r"(?:轉|分機|內線|#|\*|EXT|X)[^0-9]{0,5}[0-9]{1,6}$")
_LANDLINE = re.compile(r"\(?0[2-8][0-9]?[-)] ?[0-9]{3,4}-[0-9]{3,4}")
_EXTENSION_AFTER = re.compile(" ?(?:轉|分機|內線|#) ?[0-9]{1,5}(?![0-9])(?! ?[元塊給到出萬千])")
_NOT_COUNTED = r"(?![0-9]|[ ]?[年月日號樓點時分元人次位歲%:巷弄段鄰條個件天張萬千百台輛坪度之]|[/.\-][0-9])"
_SECOND = late(
    rf"[ ]?(?:或是?|、|/|,|;|及|和|跟|與)[ ]?[2-9][0-9]{{2,3}}[ \-]?[0-9]{{4}}{EXTENSION}{_NOT_COUNTED}"
)
_ENDINGS = re.compile(rf"[ ]?[/~][ ]?[0-9]{{1,4}}{_NOT_COUNTED}")
_EXTENSIONS = re.compile(rf"[ ]?(?:或是?|、|/|,|~|-|至|及|和)[ ]?(?:轉|分機|#)?[0-9]{{1,5}}{_NOT_COUNTED}")
_CORRECTED = (
    r"(?:啊|欸|喔|呃|抱歉)?(?:不對|不是|沒有[啦喔][ ,]?是|錯了?|打錯|說錯|講錯|寫錯|更正|喔不|啊不|應該是|"
    r"改成)(?![0-9]{0,3}[年月日號樓元])"
)
_CORRECTION = re.compile(
    rf"[ ,.…、]{{0,4}}{_CORRECTED}[^0-9\n]{{0,10}}(?P<right>[0-9]{{2,8}}(?:-[0-9]{{3,4}})?){_NOT_COUNTED}"
)
# A cheap look at what every follower begins with.
_MAY_FOLLOW = re.compile(r"[ ]?[或、/,;及和跟與~\-至]|[ ,.…、]{0,4}[啊欸喔呃抱不錯打說講寫更應改]")
_QUERIED = re.compile(
    r"(?:PHONE|TEL|MOBILE|CELL|手機|電話)[A-Z_0-9]{0,10}[\"'`]? (?:NOT )?LIKE [\"'][%_]*([0-9]{3,10})[%_]*[\"']"
)
_MOST_FOLLOWERS = 8

# 「零四，二二三一，一九零八」: as a transcript writes a line that is read out.
_READ_OUT = Pattern(
    r"(?<![0-9])(?<![0-9][.,、])0[2-8][0-9]{0,2}"
    r"(?:[ ,、]{1,2}(?:(?:然後|再來|接著|後面|最後|那個|[欸呃嗯啊喔])是?[ ,]{0,2}){0,3}[0-9]{2,8}){1,3}"
    r"(?:,? ?(?:轉|分機),? ?[0-9]{1,6})?"
    r"(?![0-9]|[,、] ?[0-9]| ?[年月日號元])"
)
_IN_PIECES = re.compile("[,、欸呃嗯啊喔]|然後|再來|接著|那個")
_WORD = "(?:那個|(?![十百個轉])(?!分機|內線)[一-鿿])"
_SAID_INSIDE = late(f"[ ,、]{{0,2}}{_WORD}(?:{_WORD}|1(?=下)|[ ,、])*")
_LONG_SAYING = 5
_EXTENDED_BY = re.compile(",? ?(?:轉|分機).*")
_FRAGMENT = Pattern(
    rf"(?<![0-9])09[0-9]{{2}}(?:[ .\-]?[0-9]{{1,3}}(?:[ \-]?[0-9]{{1,2}})?)?(?![0-9])"
    rf"(?=[ .…,、\-]{{0,6}}{_CORRECTED}|[啦喔]?[ ,、]{{0,2}}是 ?09[0-9]{{2}}|"
    r"[^0-9\n][^\n]{0,20}?09[0-9]{2}[ \-]?[0-9]{3}[ \-]?[0-9]{3}[^0-9\n]{0,3}才[對是])"
)
_HEADED = Pattern(
    r"(?<![0-9])(09[0-9]{2}) ?(?:開頭|起頭|打頭)[^0-9\n]{0,8}([0-9][0-9 \-]{1,8}[0-9])(?![0-9])(?! ?[年月日點元號樓])"
)
# 「尾數講錯了,是603」
_END_WRONG = Pattern(
    "(?:尾巴|尾數|後面|[後末]三碼|最後)[^0-9\n]{0,6}(?:[唸念講說打寫報抄]錯|不對)了?[ ,]{0,2}"
    "(?:應該)?[是改]成? ?([0-9]{2,4})(?![0-9])"
)
# 「0932-118-567?」「不是567,是576」
_PART_WRONG = Pattern(
    "(?:不是 ?(?P<wrong>[0-9]{3,4})|(?:後面|最後|尾巴|末尾|尾數)[^0-9。\n]{0,4}不是 ?(?P<end>[0-9]{2}))"
    "[啦喔]?[ ,、]{0,2}是 ?(?P<right>[0-9]{2,4}(?:[ ,、]{0,2}(?:然後|再來|接著)[ ,、]{0,2}[0-9]{3})?)"
    "(?![0-9]| ?[年月日號元樓])"
)
_MOBILE = re.compile("09[0-9]{2}[ ,、-]{0,2}[0-9]{3}(?:[ ,、-]{0,2}[0-9]{3})?(?![0-9])")
_NEW_EXTENSION = re.compile("分機號?碼?(?:改|換)(?:成|為|到)?([0-9]{2,6})(?![0-9樓號月])")
_PART = re.compile(r"(?<![0-9A-Z])[0-9](?:[0-9 \-]{0,6}[0-9])(?![0-9A-Z])")
_PART_WORD = "(?:[後末尾前]面?的?[2-8]個?[碼位]|尾數|末尾)"
_PART_CUE = re.compile(
    f"(?:{_PART_WORD}(?:號碼)?(?:數字)?[^0-9]{{0,5}}|END(?:S|ING)(?: (?:IN|WITH))? |"
    "LAST [A-Z]{3,5} DIGITS(?: ARE)? )$"
)
_PHONE_WORD = re.compile("手機|電話|門號|號碼|09[0-9]{2}|TEL|MOBILE|PHONE|CELL|NUMBER|市話|聯絡")
_OTHER_WORD = re.compile(
    "CARD|ACCOUNT|PLATE|卡|帳|身分證|身份證|統編|發票|載具|車|證號|信用|戶頭|案號|案件|收據|訂單|序號"
)
_OF_PRIZE = re.compile("發票|中獎|對獎")  # 「發票中獎,號碼末三碼…」
_PART_WINDOW = 28


_DIGIT_WORDS = (
    "(?:(?:DOUBLE|TRIPLE) )?(?:ZERO|OH|ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE)",
    "(?:KHôNG|MộT|HAI|BA|BốN|NăM|SáU|BảY|TáM|CHíN)",
    "(?:NOL|KOSONG|SATU|DUA|TIGA|EMPAT|LIMA|ENAM|TUJUH|DELAPAN|SEMBILAN)",
)
_FEWEST_WORDS = 7
_IN_WORDS = late(
    "(?=[B-FHK-OSTZ])(?<![A-Z])(?:"
    + "|".join(rf"{word}(?:[ ,.\-]{{1,3}}{word}){{{_FEWEST_WORDS - 1},}}(?![A-Z])" for word in _DIGIT_WORDS)
    + ")"
)
_MAY_BE_WORDS = Pattern("NINE|EIGHT|CHíN|TáM|SEMBILAN|DELAPAN")


def is_landline(figures: str, span: tuple[int, int]) -> bool:
    """Whether a value has the form of a line with its area code: 05-783-2264."""
    return _LANDLINE.fullmatch(figures, *span) is not None and tw_phone.is_valid(
        tw_phone.compact(figures[slice(*span)])
    )


def has_extension(figures: str, end: int) -> bool:
    """Whether an extension follows, as it does behind nothing but a telephone number."""
    return _EXTENSION_AFTER.match(figures, end) is not None


def landlines_read_out(figures: str) -> Iterator[tuple[int, int, str]]:
    """Yield lines whose area code and groups stand between commas, with their digits."""
    if _IN_PIECES.search(figures):
        for found in _READ_OUT.finditer(figures):
            number = digits_of(_EXTENDED_BY.sub("", found[0]))
            if tw_phone.is_valid(number) and _IN_PIECES.search(found[0]):
                yield *found.span(), number


def pieces(figures: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a number between what is said inside it, but for a word or two: 「0918，再來就是那個650」."""
    at = start
    for words in _SAID_INSIDE.finditer(figures, start, end):
        if len(words[0]) >= _LONG_SAYING:
            if at < words.start():
                yield at, words.start()
            at = words.end()
    if at < end:
        yield at, end


def in_words(folded: str) -> Iterator[tuple[int, int]]:
    """Yield numbers said digit by digit in English, Vietnamese or Indonesian."""
    if _MAY_BE_WORDS.search(folded):
        for found in _IN_WORDS.finditer(folded):
            yield found.span()


def with_followers(figures: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a number with what shares it, 「2345-6789/6790」, and its corrections: 679 of 「不對 是679」."""
    for _ in range(_MOST_FOLLOWERS):
        if not _MAY_FOLLOW.match(figures, end):
            break
        patterns = [_SECOND, _ENDINGS, _CORRECTION]
        if _EXTENDED.search(figures[max(start, end - 12) : end]):
            patterns.insert(0, _EXTENSIONS)
        match = next(filter(None, (pattern.match(figures, end) for pattern in patterns)), None)
        if match is None:
            break
        if match.re is _CORRECTION and match.start("right") - end >= _LONG_SAYING:
            yield start, end
            start = match.start("right")
        end = match.end()
    yield start, end


def _parts_corrected(figures: str) -> Iterator[tuple[int, int]]:
    """Yield the last digits told anew, and a wrong group or the wrong end of a mobile number with the right one."""
    yield from (found.span(1) for found in _END_WRONG.finditer(figures))
    told = [digits_of(mobile[0]) for mobile in _MOBILE.finditer(figures)] if "不是" in figures else []
    for found in _PART_WRONG.finditer(figures) if told else ():
        wrong = "wrong" if found["wrong"] else "end"
        if any(found[wrong] in number and (wrong != "end" or number.endswith(found[wrong])) for number in told):
            yield from (found.span(part) for part in (wrong, "right"))


def fragments(figures: str) -> Iterator[tuple[int, int]]:
    """Yield parts of a number: 「0912… 不對」, 「0912開頭，後面 345678」, 「手機末三碼 123」, ``phone LIKE '%123'``."""
    if "09" in figures:
        yield from (found.span() for found in _FRAGMENT.finditer(figures))
        for found in _HEADED.finditer(figures):
            yield from map(found.span, range(1, len(found.groups()) + 1))
    if "09" in figures or "電話" in figures:
        yield from _parts_corrected(figures)
    for word, pattern in (("分機", _NEW_EXTENSION), ("LIKE", _QUERIED)):
        yield from (found.span(1) for found in (pattern.finditer(figures) if word in figures else ()))
    if "碼" not in figures and "尾" not in figures and "END" not in figures and "LAST" not in figures:
        return
    for found in _PART.finditer(figures):
        before = figures[max(0, found.start() - _PART_WINDOW) : found.start()]
        if _PART_CUE.search(before):
            words = list(_PHONE_WORD.finditer(before))
            others = [match.end() for match in _OTHER_WORD.finditer(before)]
            prize = words and words[-1][0] == "號碼" and _OF_PRIZE.search(before)
            if words and words[-1].end() > max(others, default=-1) and not prize:
                yield found.span()
