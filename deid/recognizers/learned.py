"""Finds numbers, addresses and dates that the rules know no cue for, as the learned tagger reads the sentence.

The tagger says where personal data of any kind stands; which kind it is says less. Its places are a last resort: where
another recogniser found something, or had reason to let a published value stand, they count for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from deid.findings import Finding
from deid.identifiers import tw_phone
from deid.patterns import Pattern, late
from deid.recognizers.address_english import follows_office
from deid.recognizers.asked_for import Asked, is_place_of_office, line_asked_for
from deid.recognizers.base import TextRecognizer
from deid.recognizers.birth_read import births_read
from deid.recognizers.cued import is_example
from deid.recognizers.dates import is_long_past
from deid.recognizers.event_words import is_of_event, is_of_rule, is_told_of_event
from deid.recognizers.linked_places import belongs_to_institution
from deid.recognizers.phone_parts import pieces
from deid.recognizers.public_context import PublicContext
from deid.tagger.tagger import load_tagger
from deid.views import Views

# What a value begins and ends with, on the figures view; the tagger's places are often a character too long.
_CODE = re.compile(r"[0-9A-Z@/(+].*[0-9A-Z)]", re.DOTALL)
_PLACE = re.compile(r"[^\s,.:;、()在於住是到址號].*[0-9號樓室FA-Z戶房]", re.DOTALL)
_DATE = re.compile("[0-9民西明大昭平農國十廿卅A-Z].*[0-9日號月年次十半A-Z]", re.DOTALL)
_SHAPES = {"TW_ADDRESS": _PLACE, "TW_LAND_NO": _PLACE, "DATE_OF_BIRTH": _DATE}
_FEWEST_DIGITS, _LONGEST = 2, 120
_FEWEST = {
    "TW_STUDENT_ID": 5, "TW_MEDICAL_RECORD": 5, "TW_HOUSEHOLD_NO": 5, "TW_BANK_ACCOUNT": 5, "TW_PASSPORT": 6,
}  # fmt: skip
# 「請在21號前寄出」, 「改寄觸口7-11」, 「等20分」, 「110 台北市」: a day, a shop, a count, a postcode.
_NO_PLACE = late(
    "(?<![家住路街巷弄段們])[0-9]{1,2}號(?=[之以]?前[寄繳交送回給完辦領])|7-11(?![0-9 ]*[號樓])|"
    "(?<![0-9])[0-9]{1,3}(?= ?(?:分(?!機)|秒|天|元|塊|人|次|個)(?!\\S{0,6}[路街巷]))|"
    "[0-9]{3,6}(?= ?(?:[台臺]灣)?[一-鿿]{2}[市縣])|(?:[0-9]{1,2}|[一二三四五六七八九十])樓[0-9]{1,2}號(?=櫃|窗)"
)
_STANDARD = re.compile("(?:CNS|ISO|T?EMU|DMU) ?[0-9]")
# 「桿子上的牌子寫…」, and no vehicle between.
_ON_POLE = "[^。\n停車撞壓砸拍台輛擋]"
_POLE, _POLE_REACH = re.compile(f"桿{_ON_POLE}{{0,16}}(?:牌子|編號|桿號|噴|寫){_ON_POLE}{{0,16}}$"), 40
_CALENDAR_BEFORE = re.compile("[農國陽新]曆$")
_SHORT_NUMBER = re.compile("1?[0-9]{3}")  # 「LINE是abc12\n165說要先報案」
_LINE_SAID = re.compile("LINE[ :]*(?=[A-Z0-9]{3})")
_TIME_AFTER = re.compile(" ?[0-9]{0,2} ?[時點]")
_TOLL_FREE = ("0800", "0809")
# Forms that the rules know: they have seen the value, and nothing told them that it is one.
_TELEPHONE = re.compile(r"[0-9+(][0-9()\-#. ]{6,}[0-9]")
_LOCAL_LINE = re.compile("[2-8][0-9]{6,7}")  # 「唐小藝 775 2087」, under a letter
_AREA_APART = re.compile(r"\(?0[2-8][0-9]{0,2}[) -]{1,2}[0-9]")
_NEARLY_ID = re.compile("[A-Z]{1,2}[0-9]{8,10}|(?<=[A-Z])[0-9]{8,10}")
_SPAN_BEFORE = re.compile("(?:年資|資歷|服務|工作|屋齡)[^0-9]{0,4}$")
_STREET = re.compile(" ?[巷弄段]")
_ESCAPE = re.compile("U[0-9A-F]{4}")  # of a character in JSON
_IN_URL = re.compile(r"(?:HTTPS?://|WWW\.|%[0-9A-F]{2})\S*$")
_URL_WINDOW = 64
_VERSION_BEFORE = re.compile(r"(?<![A-Z])VER(?:SION)?[\"': =.]{1,4}$|版本?[:號 ]{0,2}$")
_COHORT = re.compile("[0-9]{2,3} ?[-~至到] ?[0-9]{2,3}年次?")
# 「uid=green_otter」: without a digit.
_NAMED = frozenset({"ACCOUNT", "LINE_ID"})
_KEY_BEFORE = re.compile("(?:UID|USER|LOGIN|ACCOUNT)[A-Z_]{0,6}=$")
_LINE_NEAR = re.compile("LINE|賴")
_HANDLE_BEGUN = re.compile("[a-z][a-z0-9_.]*$")  # on the text: LINE and ID in capitals announce a handle
_HANDLE_END = re.compile("(?<=[0-9A-Z_.]{4})[0-9A-Z_]{0,40}(?![0-9A-Z_])|")
_HANDLE = re.compile("[A-Z]{3,}(?:[_.-][A-Z]{2,}){1,3}")
_READ_OUT = re.compile("(?:[A-Z] ){2}[A-Z]|[A-Z0-9] ?(?:DOT|UNDERSCORE|DASH|點|底線|減號|小老鼠) ?[A-Z0-9]")
_OFFICIALS = re.compile(r"[A-Z0-9._+-]{0,40}@(?:[A-Z0-9-]{1,40}\.){1,5}GOV\.(?:TW|TAIPEI)(?![A-Z])")
_AT_ALONE = re.compile("[,、] ?小老鼠[,、] ?(?![A-Z]{2,10}[點.])")
_TALK = re.compile(
    "[,、。](?=(?!然後|再來|接著|數字|點|下?底線|小老鼠|老鼠|減號|槓|[零〇一二三四五六七八九])[一-鿿]{3})"
)
# 「0912-345-678一直」: the last character belongs to the next word.
_NEXT_WORD = re.compile("(?<=[0-9]{3})[一二兩三四五六七八九十]$")
_DIGITS, _PARCEL = re.compile("[0-9]*"), re.compile("(?<=[0-9])-[0-9]{1,4}(?![0-9A-Z-])")
_BEGUN = Pattern("(?:[0-9十]-?)+$")
# 「KT73512806」
_LETTERED, _LETTERS = frozenset({"ACCOUNT", "TW_MEDICAL_RECORD", "TW_STUDENT_ID"}), 6
_LONG_CODE = re.compile("[0-9]{7}")
_LETTERS_BEGUN = re.compile("(?<![0-9A-Z])(?!LINE|ID|NO|TEL|UID|VER)[A-Z]{1,4}-?$")
# 「362號5樓A」室, 「一〇四年九月」三日.
_ENDED = re.compile(
    "(?<=[0-9A-Z])[室寢號樓]|(?<=月) ?[0-9十]{1,3} ?[日號]?|(?<=月[0-9])[日號]|(?<=月[0-9十][0-9十])[日號]"
)
_OTHER_NUMBER = re.compile(
    "(?:流水號|訂單|"
    "商檢(?:標識|號碼?)是?|文號|案號|字第|授權碼(?:分別)?是?|型號|料號|條碼|ISBN|郵遞區號|公車|路線|航班|FLIGHT|驗證碼)[^0-9A-Z]{0,4}$"
)
# Kinds with a form and a check digit stay with the rules alone.
_KINDS = (
    "TW_ADDRESS", "DATE_OF_BIRTH", "PHONE", "TW_PLATE", "ACCOUNT", "LINE_ID", "TW_BANK_ACCOUNT", "TW_MEDICAL_RECORD",
    "TW_STUDENT_ID", "EMAIL", "TW_HOUSEHOLD_NO", "TW_LAND_NO", "TW_PASSPORT",
)  # fmt: skip
# Those with a check digit that are mistyped and that no word announces, where the tagger is sure.
_CHECKED = {
    "TW_NATIONAL_ID": re.compile("[A-Z][12][0-9]{8}"), "TW_UI_NO": re.compile("[A-Z][A-D89][0-9]{8}"),
    "TW_NHI_CARD": re.compile("[0-9]{4} ?[0-9]{4} ?[0-9]{4}"),
    "CREDIT_CARD": re.compile("[3-6][0-9]{3}(?:[ -]?[0-9]{4}){3}|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}"),
    "TW_EINVOICE_CARRIER": re.compile("(?<![0-9A-Z:/])/(?=[^/]*[0-9])[0-9A-Z.+-]{6,8}(?![0-9A-Z/])"),
}  # fmt: skip
_SAID = frozenset({"PHONE", "TW_BANK_ACCOUNT"})  # told with words between the digits
_RUNS_ON = re.compile("[0-9A-Z]")
_PUBLISHED = frozenset({"PHONE", "TW_ADDRESS", "EMAIL", "TW_BANK_ACCOUNT", "TW_LAND_NO", "TW_PLATE"})
# Taken off the tagger's probability, so that a policy's usual 0.4 means what it should.
_DOUBT = 0.4
_READ = 0.45
# What the tagger takes for a value this surely is one: a birth date however young the child, a number that is mistyped.
_SURE, _LIKELY = 0.95, 0.8


class LearnedValueRecognizer(TextRecognizer):
    """Values of the kinds that have no check digit. A value with fewer than two digits is left to the rules."""

    ENTITY = "ACCOUNT"
    ENTITIES = (*_KINDS, *_CHECKED)
    LAST_RESORT = True

    def find(self, views: Views) -> Iterator[Finding]:
        values = list(load_tagger().values(views))
        yield from self._mistyped(views, values)
        for start, end, entity, score in values:
            sure = score >= _SURE
            if entity not in _KINDS or end - start > _LONGEST:
                continue
            shape = _SHAPES.get(entity, _CODE).search(views.figures, start, end)
            if shape is None:
                continue
            start, end, entity = _edges(views, *shape.span(), entity)
            digits = sum(map(str.isdigit, views.figures[start:end]))
            named = (sure or _KEY_BEFORE.search(views.before(start, 12))) and _is_handle(views, start, end, entity)
            if digits < _FEWEST.get(entity, _FEWEST_DIGITS) and not named:
                continue
            if _is_something_else(views, start, end, entity, score):
                continue
            if (sure and entity == "DATE_OF_BIRTH") or not _is_judged(views, start, end, entity):
                spans, believed = _parts(views, start, end, entity), max(0.0, score - _DOUBT)
                yield from (Finding(*views.original_span(*span), entity, believed, self.name) for span in spans)
        for start, end in births_read(views):
            yield Finding(*views.original_span(_with_calendar(views, start), end), "DATE_OF_BIRTH", _READ, self.name)

    def _mistyped(self, views: Views, values: Iterable[tuple[int, int, str, float]]) -> Iterator[Finding]:
        """Find numbers whose check digit is wrong and that no word announces."""
        for start, end, entity, score in values:
            shape = _CHECKED[entity].search(views.figures, start, end) if entity in _CHECKED else None
            if shape and _RUNS_ON.match(views.figures, shape.end()):
                continue
            if shape and score >= _SURE and not _OTHER_NUMBER.search(views.before(start, 12)):
                yield Finding(*views.original_span(*shape.span()), entity, score - _DOUBT, self.name)


def _edges(views: Views, start: int, end: int, entity: str) -> tuple[int, int, str]:
    """Return where a value really begins and ends, and what it is."""
    start, end = _whole(views.figures, start, end, lettered=entity in _LETTERED)
    if entity in _NAMED:
        start, entity = _handle(views, start, end, entity)
        end = _HANDLE_END.match(views.folded, end).end()  # type: ignore[union-attr]  # matches nothing, too
    if entity == "TW_LAND_NO" and (parcel := _PARCEL.match(views.figures, end)):
        end = parcel.end()
    if entity == "EMAIL" and (talk := _TALK.search(views.folded, start, end)):
        end = talk.start()
    return start, end, entity


def _parts(views: Views, start: int, end: int, entity: str) -> Iterable[tuple[int, int]]:
    """Return a value without the word behind it, with its calendar, and without the words that are said inside it."""
    end -= _NEXT_WORD.search(views.folded, start, end) is not None
    start = _with_calendar(views, start)
    if entity == "EMAIL":
        ends = [span for at in _AT_ALONE.finditer(views.folded, start, end) for span in at.span()]
        spans = zip((start, *ends[1::2]), (*ends[::2], end), strict=True)
        return [(first, last) for first, last in spans if first < last]
    return pieces(views.figures, start, end) if entity in _SAID else ((start, end),)


def _with_calendar(views: Views, start: int) -> int:
    calendar = _CALENDAR_BEFORE.search(views.before(start, 2))
    return start - len(calendar[0]) if calendar else start


def _whole(figures: str, start: int, end: int, *, lettered: bool) -> tuple[int, int]:
    """Extend a number over the digits that it begins or ends inside of, and over the end of a room or a day."""
    if figures[end - 1].isdigit():
        end = _DIGITS.match(figures, end).end()  # type: ignore[union-attr]  # matches nothing, too
    if ended := _ENDED.match(figures, end):
        end = ended.end()
    begun = _BEGUN.search(figures[max(0, start - _LONGEST) : start]) if figures[start].isdigit() else None
    if lettered and _LONG_CODE.match(figures, start):
        begun = begun or _LETTERS_BEGUN.search(figures[max(0, start - _LETTERS) : start])
    if figures[start - 1 : start] == "\\" and (escape := _ESCAPE.match(figures, start, end - 1)):
        return escape.end(), end
    return start - len(begun[0]) if begun else start, end


def _handle(views: Views, start: int, end: int, entity: str) -> tuple[int, str]:
    """Return where a handle begins and what it is: behind LINE, or before what was found if that begins inside a word.

    Of a handle that was half seen the tagger doesn't know where it is used, if no word before it says so.
    """
    if (announced := _LINE_SAID.match(views.figures, start, end)) is not None:
        start = announced.end()
    if views.folded.endswith("LINE", 0, start + 1):
        start += 1
    at = views.original_span(start, start + 1)[0]
    begun = _HANDLE_BEGUN.search(views.text, max(0, at - _LONGEST), at) if views.folded[start].isascii() else None
    if begun is None:
        return start, entity
    start = views.folded_offset(begun.start())
    start += 4 * views.folded.startswith("LINE", start)
    return start, entity if _LINE_NEAR.search(views.folded, max(0, start - 24), end) else "ACCOUNT"


def _is_handle(views: Views, start: int, end: int, entity: str) -> bool:
    """Whether a value without a digit has the form of a user name, or of a mailbox that is read out."""
    if entity == "EMAIL":
        return _READ_OUT.search(views.folded, start, end) is not None
    return entity in _NAMED and _HANDLE.fullmatch(views.folded, start, end) is not None


def _is_something_else(views: Views, start: int, end: int, entity: str, score: float) -> bool:
    """Whether a value's form rules its kind out: a rule's date, a line of three digits, a shop or a postcode."""
    if entity == "LINE_ID":
        number = _SHORT_NUMBER.fullmatch(views.figures, start, end)
        return number is not None and views.before(start, 1) in "\n。,"
    if entity == "DATE_OF_BIRTH":
        return _is_no_birth(views, start, end, score)
    if entity == "TW_PLATE":
        pole = _POLE.search(views.before(start, _POLE_REACH)) is not None
        return pole or _STANDARD.match(views.figures, start, end) is not None
    return entity == "TW_ADDRESS" and _NO_PLACE.match(views.figures, start) is not None


def _is_no_birth(views: Views, start: int, end: int, score: float) -> bool:
    """Whether a date is a rule's, or another event's and the tagger isn't sure."""
    if _COHORT.fullmatch(views.folded, start, end) or _VERSION_BEFORE.search(views.before(start, 12)):
        return True
    if is_of_rule(views, start, end) or is_told_of_event(views, start, end):
        return True
    return score < _SURE and is_of_event(views, start, end)


def _is_other_time(views: Views, start: int, end: int) -> bool:
    """Whether a date is followed by an hour, is how long something took, or nobody grown up was born on it."""
    if _TIME_AFTER.match(views.figures, end) or _SPAN_BEFORE.search(views.before(start, 8)):
        return True
    return not is_long_past(views.folded[start:end])


def _is_judged(views: Views, start: int, end: int, entity: str) -> bool:
    """Whether the rules know the value's form: then they have seen it, and let it stand for a reason."""
    if _OTHER_NUMBER.search(views.before(start, 12)) or _NEARLY_ID.fullmatch(views.folded, start, end):
        return True
    if tw_phone.is_toll_free(views.figures[start:end]) or _IN_URL.search(views.before(start, _URL_WINDOW)):
        return True
    known = _KNOWN.get(entity)
    if known is not None and known(views, start, end):
        return True
    context = PublicContext.of(views)
    if entity in _PUBLISHED and context.speaks_for_agencies(start, end):
        return entity != "TW_ADDRESS" or not context.is_claimed(start)
    if entity == "PHONE":
        return context.publishes_line(start, end) or line_asked_for(views, start, end) is Asked.OFFICE
    if entity != "TW_ADDRESS":
        return False
    return context.publishes_address(start, end) or is_place_of_office(views, start, end)


def _is_known_phone(views: Views, start: int, end: int) -> bool:
    number = tw_phone.compact(views.figures[start:end])
    if _LOCAL_LINE.fullmatch(number) and load_tagger().value_mean(views, start, end) > _LIKELY:
        return False
    if tw_phone.is_valid(number) or number.startswith(_TOLL_FREE):
        return True
    apart = _AREA_APART.match(views.folded, start) and load_tagger().value_mean(views, start, end) >= _SURE
    return not apart and _TELEPHONE.fullmatch(views.folded, start, end) is not None


def _is_known_address(views: Views, start: int, end: int) -> bool:
    if _STREET.match(views.folded, end) is not None or follows_office(views, start):
        return True
    return belongs_to_institution(views, start, end)


_KNOWN: Mapping[str, Callable[[Views, int, int], bool]] = {
    "DATE_OF_BIRTH": _is_other_time,
    "PHONE": _is_known_phone,
    "EMAIL": lambda views, start, end: "@" in views.folded[start:end] or bool(_OFFICIALS.match(views.folded, end)),
    "TW_PLATE": lambda views, start, end: is_example(views, (start, end)),
    "TW_ADDRESS": _is_known_address,
}
