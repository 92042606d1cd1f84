"""Finds dates of birth: a date that a word of birth announces, in a column of birthdays, or in a row of identity.

Ordinary dates (of an application, a notice, an event) stay.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.identifiers import roc_date
from deid.identifiers.errors import InvalidNumber
from deid.recognizers.base import TextRecognizer
from deid.recognizers.name_context import SURNAME_START
from deid.views import Views

_C = "[零〇○一二兩三四五六七八九十廿卅壹貳參叁肆伍陸柒捌玖拾]"
_Y = (
    f"(?:[0-9]{{1,4}}|[零〇○一二三四五六七八九十百廿卅壹貳參叁肆伍陸柒捌玖拾]{{1,5}}|"
    f"[一二兩]千{_C}{{1,4}}|{_C}(?: {_C}){{1,3}})"
)
_N = f"(?:[0-9]{{1,2}}|{_C}{{1,3}}|{_C} {_C})"
_MON = f"(?:{_N}|[正元臘冬])"
_DAY = f"(?:(?:⋯{{1,4}}{_N}(?! ?年|[0-9]|{_C})|{_N}) ?[日號]?|初 ?[一二三四五六七八九十])"
_LUNAR = "(?:農曆|國曆|陽曆|陰曆|舊曆|新曆|閏)"
_ERA = "(?:(?:中華)?民國|民(?=[0-9])|民前|西元|明治|大正|昭和|平成|ROC|MINGUO|R\\.O\\.C\\.)"
_MONTH = "(?:JAN|FEB|MAR|APR|MAY|MEI|JUN|JUL|AUG|AGU|SEP|OCT|OKT|NOV|DEC|DES)[A-Z]{0,7}"
_SEP = r"(?: ?[./\-、] ?| )"
_DATE = re.compile(
    rf"(?=[0-9零〇○一二兩三四五六七八九十百廿卅壹貳參叁肆伍陸柒捌玖拾中民西明大昭平正元臘冬今去前RJFMASOND])(?:"
    rf"[今去前]年 ?{_MON} ?月 ?{_DAY}|"
    rf"(?:{_ERA} ?)?{_Y} ?年(?: ?次|的(?=[^,。]{{1,2}}月))?"
    rf"(?:[ ⋯]{{0,4}}{_LUNAR}?{_MON} ?月(?: ?{_DAY}|半)?)?|{_MON} ?月 ?{_DAY}"
    rf"|(?<![0-9./\-])(?:{_ERA} ?)?[0-9]{{1,4}}{_SEP}[0-9]{{1,2}}{_SEP}(?:[0-9]{{4}}|[0-9]{{1,2}})(?![0-9]|"
    rf"[./\-][0-9])"
    rf"|(?<![0-9A-Z./\-])(?:{_ERA} ?)?[0-9]{{6,8}}(?![0-9])|(?<![0-9./\-])[0-9]{{1,2}}[/.][0-9]{{1,2}}(?![0-9./])"
    rf"|(?<![0-9])[0-9]{{1,2}}(?:ST|ND|RD|TH)?(?: OF)?[ \-]{_MONTH}[.,]?[ \-][0-9]{{4}}(?![0-9])"
    rf"|(?<![A-Z]){_MONTH}\.? [0-9]{{1,2}}(?:ST|ND|RD|TH)?,? ?[0-9]{{4}}(?![0-9])"
    rf"|(?<!{_C}){_C}{{2,4}}、{_C}{{1,3}}、{_C}{{1,3}}(?!{_C}|[、年月日號])"
    rf"|(?<![0-9])[0-9]{{2,4}}\n(?:0?[1-9]|1[0-2])\n(?:0?[1-9]|[12][0-9]|3[01])(?![0-9年./\-])"
    rf"|民國{_C}{{6,7}}(?!{_C})|{_Y}點{_N}點{_N}"
    rf"|(?<!{_C})(?:一?百[零〇]?)?{_C}{{1,3}}(?<=..) {_C}{{1,3}} {_C}{{1,3}}(?! ?{_C})"
    rf"|(?<![0-9])(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?=生)"
    rf"|(?<![A-Z]){_MONTH}\.? [0-9]{{1,2}}(?:ST|ND|RD|TH)?(?![0-9A-Z])"
    rf"|(?:(?<=生日)|(?<=生日[是: ])|(?<=四碼)|(?<=四碼[是: ]))(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9元])"
    rf"|[0-9]{{1,2}} THáNG [0-9]{{1,2}},? NăM [0-9]{{4}}"
    rf"|(?<=NăM )[0-9]{{4}},? NGàY [0-9]{{1,2}} THáNG [0-9]{{1,2}}(?![0-9]))"
)
_BIRTH = re.compile(
    "生|年次|出世|D\\.? ?O\\.? ?B|BIRTH|BORN|B-?DAY|SINH|LAHIR|KAARAWAN|座|屬|(?<![A-Z])B\\. "
)
_CUE_BEFORE = re.compile(
    r"(?:生日|出生(?:年月日|日期|日|於|年)?|(?<![先醫學衛產發])生於|年次|誕生(?:於)?|生年月日|生辰|出世|"
    r"D\.? ?O\.? ?B\.?|(?:DATE ?OF ?)?BIRTH[_ \-]?(?:DAY|DATE)?|(?<![A-Z\-])B-?DAY(?: NI?YA)?|"
    r"BORN|SINH|LAHIR|KAARAWAN|(?<![A-Z])(?<![A-Z] )B\.)"
    r"(?:[ :=→\"'「『(\[{,、\t/|_?的是為在於はON]|(?:A|ANS|ANSWER|CALLER|答|民眾|來電者|對方) ?:|DATE|TIME|年月日|"
    rf"\([DMY/\-. ]{{5,12}}\)|日期|格式|[後末][四4]碼|"
    rf"{_LUNAR}|填|寫|就|應該|應|正確|[打寫登印記填][錯成]|被|誤植|有誤|不對|不是|"
    r"[把將我他她卻]|結果|了|TANGGAL|NGàY|NăM|改成?|"
    r"分別|都|[\n]){0,8}"
    r"(?:IS |WAS |AS )?(?:THE )?$"
)
# Farther away, where no other number and no end of a sentence stands between.
_CUE_FAR_BEFORE = re.compile(
    "(?:(?:生日|出生(?!登記|證明|率|地|別|後|前|通報|之)(?:年月日|日期)?|誕生)[^。!?\n0-9一二三四五六七八九十]{0,24}"
    "(?:是|為|寫成?|記載|登記|報|印成|改[成為])|"
    "(?<![A-Z])(?:BORN|BIRTH|LAHIR)[^.!?\n0-9]{0,28} (?:ON|IS|WAS|TANGGAL)(?: THE)?) ?$"
)
_CUE_AFTER = re.compile(
    " ?(?:(?:IS |AS )?(?:MY |HIS |HER |THE )?(?:BIRTHDAY|DATE OF BIRTH|DOB)(?![A-Z])|"
    "[)( ,]{0,2}(?:出生(?!登記|率|證明|[之者、])|誕生|生日|BORN)|"
    "(?:[凌清]晨|[早晚]上|[上中下]午|半夜)出生(?![登之者、])|"
    "(?:牡羊|白羊|金牛|雙子|巨蟹|獅子|處女|天秤|天蠍|射手|摩羯|水瓶|雙魚)座|屬[鼠牛虎兔龍蛇馬羊猴雞狗豬]|"
    "(?:的)?生(?![效活產態命物意病死育氣前成肖日長鮮理涯動])|"
    "(?:是|為)?(?:我|他|她|小孩|兒子|女兒|爸|媽|先生|太太|本人)?(?:爸|媽)?的?(?:生日|出生))"
)
# What may stand between one date of birth and the next: 「印成」, 「不是」, 「、老二」.
_CORRECTED = re.compile(
    r"(?![^0-9\n]{0,12}[劑次針班])[^。!\n0-9]{0,10}(?:[打寫登印記填變弄]成|[打寫登印記填]錯|應該?[是為]|應改|不是|才對|更正|改成|"
    r"還是|正確|INSTEAD OF|SHOULD BE|, NOT|(?<=, )NOT|AND|[證照戶籍本]上?面?[寫是登])[^。!\n0-9]{0,6}"
)
_NEXT_OF_KIN = re.compile(
    r"(?: ?出?生)?(?: ?[、和跟與及/→] ?|[, ]{1,2}而?是|"
    r"[ ,、;和跟與及/]{1,3}(?:老[大二三四么]|[姊姐]姊?姐?|妹妹?|哥哥?|弟弟?|[大小]的|[大二三小]?(?:兒子|女兒)|"
    r"先生|太太|"
    r"爸爸?|媽媽?|公公|婆婆|阿[公嬤]|我|另一[個位])的?[是: ]{0,2})"
)
_GENERIC_YEAR = re.compile(
    " ?(?:\\)?以[上下前後]|以前|以後|之前|之後|[前後至起者~-]|[( ]?含|\\(|的?役男|男子|、|,? ?[0-9]{2}年次)"
)
_COHORT_BEFORE = re.compile(r"[0-9] ?(?:年次)?[~-]$|歲 ?\($|例[:如]$|\(例:?$")
# 「101年9月2日至102年9月1日出生」: whoever was born then; 「今天是11/26」.
_ANY_BEFORE = re.compile("[0-9日] ?(?:至|到|~|起至)(?:民國)? ?$|[今明昨][天日]是? ?$")
_EXAMPLE_BEFORE = re.compile(r"(?:例[如:]|\([例如]|範例|格式)[: ]?$")
_PERSONAL_BEFORE = re.compile(
    "(?:我|本人|爸|媽|先生|太太|老[公婆]|兒子|女兒|小孩|公|嬤|[他她]|弟|妹|哥|姊|姐)[^,。!?\n]{0,8}$"
)
_ID = "[A-Z][0-9A-D][0-9]{8}"
_MOBILE = "09[0-9]{2}[- ]?[0-9]{3}[- ]?[0-9]{3}"
_ROW = "[ ,、/\t|;\\n]{1,3}"
_ID_BEFORE, _ID_AFTER = re.compile(rf"{_ID}{_ROW}$"), re.compile(rf"{_ROW}{_ID}(?![0-9])")
_MOBILE_BEFORE, _MOBILE_AFTER = (
    re.compile(rf"{_MOBILE}{_ROW}$"),
    re.compile(rf"(?:{_ROW}|(?<= ))(?:(?:電話|手機)[是: ]{{0,2}})?{_MOBILE}(?![0-9])"),
)
_NAME_BEFORE = re.compile(
    rf"(?:^|[ \n\t,、:(。;/|]|"
    rf"[爸媽公嬤父母弟妹哥姊姐夫妻婆伯叔姨姑兒女生人孩子是叫]){SURNAME_START.pattern}[一-鿿·]{{1,3}}{_ROW}$"
)
_SELF_BEFORE, _SAID_OF = re.compile("[我他她]$"), re.compile("的(?![一-鿿])")
_OPENED, _CLOSED = re.compile(r" ?\("), re.compile(r" ?\)")
_AGED_BEFORE = re.compile(r"歲 ?\($")
_CHILD = "(?:小孩|孩子|兒子|女兒|寶寶|孫子|孫女)"
_CHILD_BEFORE = re.compile(f"{_CHILD} ?$")
# 「大的一百零五年二月二十九 小的…」, 「他是一百一十年…」: a whole date and nothing else that it could be of.
_KIN_BEFORE = re.compile(
    "(?:[大小]的|老[大二三四么]|[上前]一胎|(?:(?<=^)|(?<=[ ,。;!?\n]))[他她]是|[大二三]寶|"
    "(?:哥哥|弟弟|[姊姐]{2}|妹妹)(?=是))是? ?$"
)
# 「寶寶是今年一月十九號在馬偕出生的」.
_BABY_BEFORE, _BORN_AFTER = re.compile(f"{_CHILD}是? ?$"), re.compile("在[^0-9,。\n]{1,8}出生(?![登證率])")
_SAID = re.compile("[ ,。;\n]|$|老[二三四么]")
_LUNAR_BEFORE = re.compile(f"{_LUNAR}$")
_HEADER = re.compile("生日|出生(?!地)|BIRTH|DOB")
_SEPARATORS = ("\t", "|", ",", "  ", " ")
_BEFORE, _LONGEST_HEADING, _OLDEST, _GROWN = 36, 200, 125, 12


class DateOfBirthRecognizer(TextRecognizer):
    """A date in itself says nothing; what stands around it does."""

    ENTITY = "DATE_OF_BIRTH"

    def find(self, views: Views) -> Iterator[Finding]:
        folded = views.folded
        announced = _BIRTH.search(folded) is not None
        last = -1
        for found in _DATE.finditer(folded):
            start, end = found.span()
            before = folded[max(0, start - _BEFORE) : start]
            told = announced and (_is_announced(folded, before, found) or _follows(folded, last, found))
            if told or _is_in_row(folded, before, found):
                last = end if told else last
                lunar = _LUNAR_BEFORE.search(before)
                first = start - len(lunar[0]) if lunar else start
                yield self.finding(views, (first, start + len(found[0].rstrip())), 0.7)
        if announced:
            for span in _in_columns(folded):
                yield self.finding(views, span, 0.7)


def _is_announced(folded: str, before: str, found: re.Match[str]) -> bool:
    """Whether a word of birth leads to the date or follows it."""
    if found[0].rstrip().endswith("次"):
        generic = _GENERIC_YEAR.match(folded, found.end()) or _COHORT_BEFORE.search(before)
        return generic is None or _PERSONAL_BEFORE.search(before) is not None
    if _EXAMPLE_BEFORE.search(before) or _ANY_BEFORE.search(before):
        return False
    if _CUE_BEFORE.search(before):
        return True
    if _CUE_FAR_BEFORE.search(before) and _is_whole(found[0]):
        return True
    return _CUE_AFTER.match(folded, found.end()) is not None and roc_date.is_valid(found[0])


def _is_whole(text: str) -> bool:
    """Whether year, month and day are told."""
    try:
        return None not in roc_date.parts(text)
    except InvalidNumber:
        return False


def _follows(folded: str, last: int, found: re.Match[str]) -> bool:
    """Whether a date corrects the date of birth before it, or is that of the next child."""
    if last < 0 or found.start() - last > _BEFORE or found[0].rstrip().endswith("次"):
        return False
    if _OPENED.fullmatch(folded, last, found.start()):
        return _CLOSED.match(folded, found.end()) is not None
    between = (_CORRECTED, _NEXT_OF_KIN)
    return any(words.fullmatch(folded, last, found.start()) for words in between)


def _is_in_row(folded: str, before: str, found: re.Match[str]) -> bool:
    """Whether a full past date stands directly beside a national ID, a mobile number or a name.

    Beside a mobile number or a name, a recent date is rather when something happened or was signed.
    """
    by_id = _ID_BEFORE.search(before) or _ID_AFTER.match(folded, found.end())
    beside = (
        _MOBILE_BEFORE.search(before)
        or _MOBILE_AFTER.match(folded, found.end())
        or _NAME_BEFORE.search(before)
    )
    if not by_id and not beside:
        return _is_of_somebody(folded, before, found)
    return _is_past(found[0], 0 if by_id else _GROWN)


def _is_of_somebody(folded: str, before: str, found: re.Match[str]) -> bool:
    """Whether a whole date is all that is said of somebody: 「我2006/12/30的」, 「小孩1120603」, 「6歲(108.2.17)」."""
    of_self = _SELF_BEFORE.search(before) and _SAID_OF.match(folded, found.end())
    of_child = found[0].isdecimal() and _CHILD_BEFORE.search(before) and _SAID.match(folded, found.end())
    of_age = _AGED_BEFORE.search(before) and _CLOSED.match(folded, found.end())
    of_kin = _KIN_BEFORE.search(before) and _SAID.match(folded, found.start() + len(found[0].rstrip()))
    if _BABY_BEFORE.search(before) and _BORN_AFTER.match(folded, found.end()):
        return True
    return bool(of_self or of_child or of_age or of_kin) and _is_past(found[0], 0)


def is_long_past(text: str) -> bool:
    """Whether a text is a whole date on which somebody who is not a child any more may have been born."""
    return _is_past(text, _GROWN)


def _is_past(text: str, years: int) -> bool:
    year = roc_date.parts(text)[0] if _is_whole(text) else None
    return year is not None and years <= datetime.date.today().year - year <= _OLDEST


def _in_columns(folded: str) -> Iterator[tuple[int, int]]:
    """Yield the dates under a heading of birth in a table of lines."""
    separator, column, position = "", -1, 0
    for line in folded.splitlines(keepends=True):
        if column < 0 or separator not in line or _HEADER.search(line):
            separator, column = _birth_column(line)
        elif cell := _cell(line, separator, column):
            start, end = cell
            if roc_date.is_valid(line[start:end]):
                yield position + start, position + end
        position += len(line)


def _birth_column(line: str) -> tuple[str, int]:
    if not _HEADER.search(line) or len(line) > _LONGEST_HEADING:
        return "", -1
    for separator in _SEPARATORS:
        cells = line.split(separator)
        if len(cells) > 1:
            return separator, next(index for index, cell in enumerate(cells) if _HEADER.search(cell))
    return "", -1


def _cell(line: str, separator: str, column: int) -> tuple[int, int] | None:
    cells = line.split(separator, column + 1)
    if len(cells) <= column:
        return None
    start = sum(len(cell) + len(separator) for cell in cells[:column])
    cell = cells[column]
    trimmed = cell.strip(" \"'\r\n")
    start += cell.find(trimmed)
    return (start, start + len(trimmed)) if trimmed else None
