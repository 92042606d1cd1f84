"""Finds plates of vehicles: whole, spoken, or a part read out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from deid.findings import Finding
from deid.patterns import AnyPattern, Pattern
from deid.recognizers import cue_words
from deid.recognizers import tw_plate_shapes as shapes
from deid.recognizers.base import matches_near
from deid.recognizers.cued import CuedRecognizer, Span, is_example
from deid.recognizers.told_numbers import pieces_told
from deid.speakers import is_hotline
from deid.views import Views

_TRAFFIC = Pattern(
    "車(?<![火列]車)|客運|肇逃|肇事|違停|停在|紅線|黃線|拖吊|被拖|檢舉|罰單|開單|牌照|小黃|重機|小綿羊|闖紅燈|超速|"
    "駕駛|騎士|逆向|偉士牌|擦撞|強制險|燃料|行照|逃逸|路霸|UBER|TAXI|SCOOTER|PARK|(?<![A-Z])TOW|VEHICLE|(?<![A-Z])CAR(?![A-Z])|MOTOR|TRUCK|PLATE|"
    "TOYOTA|HONDA|BMW|BENZ|GOGORO|XE |豐田|本田|三菱|福特|馬自達|底盤|後照鏡|賓士|寶馬|凌志|裕隆|休旅|特斯拉"
)
_MAKER = re.compile(
    "(?:BENZ|BMW|AUDI|LEXUS|MAZDA|FORD|NISSAN|SUZUKI|YAMAHA|KYMCO|VESPA|HONDA|TOYOTA|KAWASAKI|KTM|SYM)"
    "(?: [A-Z]{1,3}-[0-9]{2,3})? $"
)
_BOPOMOFO = Pattern("[ㄅ-ㄩ]")
_PLATE = Pattern("車牌|車號|牌照|號牌|牌號|肇事|肇逃|違停|車主|車子|[汽機卡貨轎撞的台輛]車|PLATE")
_TRAILER = re.compile("拖車|拖板|板車|尾車|子車|聯結|曳引|動力機械|紅牌|黃牌|車牌|車號|牌照|TRAILER")
_OTHER_PART = re.compile(
    "手機|電話|門號|身分證|身份證|帳號|帳戶|卡號|卡片|信用卡|PHONE|CARD|ACCOUNT|統編|密碼|發票"
)
_AIR = re.compile("班機|航班|[飛機]場|飛|航空|FLIGHT|FLY|AIR")
_OTHER_NUMBER = re.compile(
    "(?:型號|機型|版本|規格|標案|標號|案號|航班|班機|文號|表單|料號|編號|代號|桿號|燈號|索書號|建照|工程|發票|訂單|"
    "房號|展位|錯誤(?:代?碼)?|"
    "(?:ERROR|ERR)(?: SAYS)?|"
    "(?<![A-Z])(?:LAMP|POLE|METER|RECEIPT|FRAME|SERIAL|BATCH|CABINET)"
    r"(?: (?:NO\.?|NUMBER|ID))?|MODEL|FLIGHT|FORM|ROOM|VERSION|ORDER)[ :=是為#「\"]{0,3}$"
)
# 「捕蚊燈 KINYO KL-9630」: no vehicle has such a make.
_ELECTRIC = re.compile(
    "(?<![A-Z])(?:KINYO|SONY|OMRON|ASUS|ACER|DYSON|PANASONIC|SAMSUNG|LG|SHARP|HITACHI|TECO|SAMPO|PHILIPS|EPSON|CANON|NIKON|"
    "LENOVO|XIAOMI|OPPO|MSI|GIGABYTE|BRAUN|TOSHIBA|DAIKIN) $"
)
_SUPPLIER = re.compile("(?:兄弟|三菱|羅技|愛普生|惠普|百樂|斑馬|(?<![A-Z])(?:HP|BROTHER|PILOT)) $")
_SUPPLIES = re.compile(" ?(?:碳粉|墨水|墨匣|色帶|鋼珠筆|原子筆|鍵盤|滑鼠)")
# 「SUPRA 2019 年式」, but not 「年式 2019」 behind a plate.
_MODEL, _MODEL_YEAR = re.compile("[A-Z]+ ?(?:199[0-9]|20[0-3][0-9])"), re.compile(" ?年(?:式|份?出廠|款)(?![ :0-9])")
_CALLED = re.compile("[打撥] ?$")  # 「我打110」
_TWO_DIGITS = re.compile("[0-9][^\n]?[0-9]")
_ROUND = "00"  # models of machines are numbered so
_SHORTEST = 4
_NEAR, _SAID_REACH = 40, 80


class TwPlateRecognizer(CuedRecognizer):
    """Behind a plate's cue everything that could be one. Elsewhere the issued form with its dash, the older forms and
    those without a dash only where traffic is spoken of. A part is found where the digits left out are spoken of.
    """

    ENTITY = "TW_PLATE"
    COUNTRY_CODE = "tw"
    KINDS = (cue_words.PLATE,)
    VALUE = shapes.ANNOUNCED
    REACH = 32
    SCORE = 0.8

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.6)
        traffic = _TRAFFIC.search(views.folded) is not None
        if not traffic and not _TWO_DIGITS.search(views.figures):
            return
        yield from super().find(views)
        for match in _matches(views, shapes.ISSUED) if views.has_letter else ():
            if not _named_otherwise(views, match) and (traffic or not match[0].endswith(_ROUND)):
                if traffic:
                    yield self.finding(views, match.span(), 0.6)
                else:
                    yield self.unless_doubted(views, match.span(), 0.5)
        if traffic:
            yield from self._among_traffic(views)

    def accepts(self, views: Views, span: Span, kind: str) -> bool:
        value = views.figures[slice(*span)]
        if sum(map(str.isalnum, value)) < _SHORTEST and not value.isdigit():
            return False
        if value.isdigit() and _CALLED.search(views.before(span[0], 2)):
            return False
        if is_hotline(views.figures, span[0]):
            return False
        return not shapes.OTHER_CODE.match(value) and super().accepts(views, span, kind)

    def _among_traffic(self, views: Views) -> Iterator[Finding]:
        for match in _matches(views, shapes.OLDER) if views.has_letter else ():
            if shapes.FLIGHT.fullmatch(match[0]) and _AIR.search(views.around(*match.span())):
                continue
            close = "-" in match[0] or _TRAFFIC.search(views.around(*match.span(), _NEAR))
            if close and not _named_otherwise(views, match):
                yield self.finding(views, match.span(), 0.6)
        for pattern, context in ((shapes.MARKED, _TRAFFIC), (shapes.TRAILER, _TRAILER)):
            if context is _TRAFFIC or context.search(views.folded):
                for match in _matches(views, pattern):
                    if context.search(views.around(*match.span())):
                        yield self.finding(views, match.span(), 0.6)
        yield from self._read_out(views)

    def _read_out(self, views: Views) -> Iterator[Finding]:
        """Find letters said in words that sound like them, and parts of a plate."""
        for match in _said(views):
            if _is_near_plate(views, match):
                yield self.finding(views, match.span(), 0.6)
        either = (one for one in shapes.EITHER.finditer(views.figures) if _is_near_plate(views, one))
        for two in chain(either, shapes.APART.finditer(views.figures)):
            yield from (self.finding(views, two.span(part), 0.6) for part in (1, 2))
        letters = shapes.LETTERS_PART.finditer(views.figures) if views.has_letter else ()
        for match in chain(shapes.DIGITS_PART.finditer(views.figures), letters):
            if _speaks_of_a_plate(views, match):
                yield self.finding(views, match.span(match.lastindex or 0), 0.6)


def _is_near_plate(views: Views, match: re.Match[str]) -> bool:
    return _PLATE.search(views.around(*match.span(), _NEAR)) is not None


def _matches(views: Views, pattern: AnyPattern) -> Iterator[re.Match[str]]:
    """Match both views: a Chinese digit behind a plate may belong to the next word."""
    yield from pattern.finditer(views.folded)
    if views.figures != views.folded:
        yield from pattern.finditer(views.figures)


def _said(views: Views) -> Iterator[re.Match[str]]:
    yield from matches_near(shapes.SAID, views.figures, _BOPOMOFO.finditer(views.folded), _SAID_REACH)
    if views.has_letter:
        yield from matches_near(shapes.EXPLAINED, views.figures, _PLATE.finditer(views.folded), _NEAR + _SAID_REACH)
    yield from matches_near(shapes.SOUNDED, views.figures, _PLATE.finditer(views.folded), _NEAR + _SAID_REACH)


def _named_otherwise(views: Views, match: re.Match[str]) -> bool:
    before = views.before(match.start())
    if shapes.OTHER_CODE.match(match[0]) or shapes.EVERYDAY.match(match[0]) or _OTHER_NUMBER.search(before):
        return True
    appliance = _ELECTRIC.search(before) and "車" not in views.after(match.end(), 6)
    supply = _SUPPLIER.search(before) and _SUPPLIES.match(views.folded, match.end())
    if appliance or supply or is_example(views, match.span()) or _is_of_year(views, match):
        return True
    return match[0].endswith("0") and _MAKER.search(before) is not None


def _is_of_year(views: Views, match: re.Match[str]) -> bool:
    return _MODEL.fullmatch(match[0]) is not None and _MODEL_YEAR.match(views.folded, match.end()) is not None


def _speaks_of_a_plate(views: Views, part: re.Match[str]) -> bool:
    before = views.before(part.start(part.lastindex or 0), _NEAR)
    if _OTHER_PART.search(before[-24:]):
        return False
    return _TRAFFIC.search(f"{before}\n{views.after(part.end())}") is not None
