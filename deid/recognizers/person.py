"""Finds personal names in any script, as the learned tagger reads the sentence.

A name found once counts everywhere in the text, whatever stands around it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from deid.findings import Finding
from deid.patterns import late
from deid.recognizers.base import TextRecognizer, places_of
from deid.recognizers.famous import is_famous
from deid.recognizers.latin_words import NATIONS, is_model, is_no_person, is_well_known
from deid.recognizers.name_context import SURNAME_START
from deid.recognizers.name_lexicon import DAYS, SHORT_NAMES, SIMPLIFIED_SURNAMES, SURNAMES
from deid.recognizers.name_parts import DEAR, REPEATED_NAMES, cut_short, given_alone, latin_parts, said_again
from deid.recognizers.public_context import PublicContext
from deid.recognizers.recorded_names import recorded_names
from deid.recognizers.small_words import is_word_here
from deid.recognizers.spelled_out import spelled_aside, spelling
from deid.recognizers.supported_names import supported_names
from deid.tagger.tagger import PERSON_USUAL, load_tagger
from deid.tw_districts import NAMELESS_DISTRICTS, PLAIN_PLACES
from deid.views import Views

# 「婦女暨家庭服務中心」: between two words it is "and", hardly ever a surname.
_AND = late("暨(?<=[一-鿿]暨)(?<![叫是名我]暨)")
# Closing words of a letter, antibodies, a contact's heading, tomorrow as Taiwanese says it.
_NO_NAME = re.compile(
    "尚祈|伏[望乞惟](?=垂|鑒|俯)|耑此|順頌|順祝|敬頌|勛祺|時綏|時祺|公綏|"
    "はじめま|よろし|ありがと|すみませ|お世話|写真|ANTI-|(?<![A-Z])IG[AEGM](?![A-Z])|[聯連]絡(?=電話|方式|地址)|[聯連]絡$|明仔$"
)
# 「有位小姐」, a postscript, "the name is".
_NONE = frozenset({
    "有位", "P.S", "P.S.", "이름은", "以内", "以上", "以下", "民代", "女中", "IG", "日治", "日據", "豈容",
    "長女", "次女", "長子", "次子", "EVERYBODY", "SURNAME", "GODMOTHER",
    "高鐵", "鈞啟", "立書人", "王字旁", "玉字旁", "玉部", "一巴掌", "雪霸", "建醮",
    "巴金森", "帕金森", "這邊", "那邊",
    "泰國", "越南", "印尼", "菲律賓", "緬甸", "柬埔寨", "馬來西亞", "印度", "尼泊爾", "日本", "韓國",
    "美國", "英國", "法國", "德國",
    # Words of Japanese sentences.
    "してい", "して", "しょ", "でしょ", "おり", "こと", "のまま", "まま", "です", "ます", "から", "まで", "ので",
    "った", "って", "ない", "ある", "いる", "する", "した", "され", "れる", "られ", "との", "では", "には", "とは",
    "ため", "よう", "もの", "とき", "ここ", "それ", "これ", "この", "その", "など", "だけ", "でも", "また", "まだ",
    "もう", "なる", "なり", "なく", "どう", "そう", "ところ", "ほか",
    "以不", "巧合", "方案", "永遠", "大家", "登成", "印成", "寫成", "打成", "改成", "變成",
})  # fmt: skip
# The others are names of people as well.
_NO_SURNAMES = NATIONS - {"French", "German", "English", "Welsh", "Irish", "Thai", "Indian", "Israeli", "Dutch"}
_AT = frozenset("是在住")
# A ship's name; a station, a carrier, a library where the tagger isn't quite sure.
_VESSEL = re.compile("號(?![碼稱召令次外角子誌]|[ ]?[0-9])")
_NAMED_SO = re.compile("派出所|快遞|圖書館|紀念館")
_ALL_BUT_SURE, _QUITE, _NEARLY, _RATHER = 0.98, 0.95, 0.9, 0.84
# 「…謝謝。盧敬|之」: one character more at the very end belongs to the name.
_LAST_OF_ALL = late(
    "[一-鿿](?=名下)|(?![和跟與叫找請問是的在有給被把罵打說先小女老大])[一-鿿](?=律師|先生|小姐|女士|醫師|老師|教授|建築師|代書)|(?![上啟敬謝嗎呢吧啊啦喔了的收])[一-鿿](?:(?=\\s*$)|"
    "(?<![先小姐生媽爸伯叔姨嬸哥嫂])(?=[ ,、(]{1,2}09[0-9]{2}[ -]?[0-9]{3}))"
)
# 「站名是媽祖宮，媽媽的媽」: so a place is spelt.
_PLACE_NAMED = re.compile("(?:站|店|路|里|廟|社區|公司)名(?:字|稱)?(?:[是叫為:]|寫)[^。!?\n我姓叫名]{0,16}$")
_SPELT_PLACE = re.compile("[宮廟寺路街巷站村里橋庄][ ,、(]{1,2}$")
_SIMPLIFIED = re.compile(f"(?<!谢)[{''.join(sorted(SIMPLIFIED_SURNAMES))}]$")
_ELECTRONIC = re.compile("[ei]-")
# 「Win11」, 「丁得否請求」, 「Merry Christmas」; 「member.nick=」.
_NOBODY_HERE = re.compile(
    "WIN[0-9]{1,2}(?![0-9])|[甲乙丙丁][得應可](?=否)|"
    "GOLD(?= CARD)|阮查某(?=囝)|(?:(?<=放給)|(?<=播給)|(?<=成給))愛麗絲|"
    "はじめ(?=まし)|(?<=YEAR.S )EVE|MERRY(?= CHRISTMAS)|CHUNG(?= YUAN)|(?<=CHUNG )YUAN"
)
_KEYS, _KEY_END = frozenset({"NICK", "NAME", "USER", "OWNER", "MEMBER", "GUEST"}), re.compile('=|" ?:')
# 「族名叫達利」, 「漢名林小安」: the words that lead to a name are no part of it.
_CALLED = late(
    "(?:[族漢本原舊全藝別]名)叫?做?(?=[一-鿿·]{2})|(?:孫女|叫|我是)(?=[一-鿿])|的(?=[^場·][一-鿿])|焦(?<=干焦)(?=[一-鿿]{2})"
)
# 「阿福和他弟」.
_JOINED = late("[阿小][一-鿿][和跟與](?=[一-鿿])")
_ELDER = late("(?P<given>[一-鿿]{2})[伯嬸姆妗叔舅姑]仔?|(?P<pet>阿[一-鿿])[師姨嫂姐姊哥嬤]")
_PET_PREFIXES, _HAN = ("小", "阿"), re.compile("[一-鿿]")
# In a text that speaks for an agency a word is less likely somebody's name.
_IN_NOTICES = 0.2
_SURE, _RECORDED = 0.8, 0.5
# A word in Latin letters is oftener a thing than a word in Chinese ones.
_LATIN = 0.5
_GIVEN, _MAYBE = 2, 0.1
_SHORTEST = 3
_TITLE = late(
    r"(?:MRS?|MS|MISS|MADAM|SIR|DR|PROF|MBAK?|ATE|KUYA|BạN|ANAKNYA|ISTRINYA|SUAMINYA|UNCLE|AUNT(?:IE|Y)?|GINOONG|GNG|"
    r"OWNER|NAME|(?:BOY|GIRL)FRIEND|HUSBAND|WIFE|LANDLORD|LANDLADY)\.? (?=[A-Z])|は(?=[ァ-ヴ一-鿿])"
)
# 「S、I、T、I」, letter by letter; 「阿昆仔」.
_GOES_ON = late(f"(?<=[A-Z][、,.-][A-Z])(?:[、,.-][A-Z](?![A-Z])){{1,12}}|(?<=[一-鿿])(?<!小[一-鿿])(?<!阿妹){DEAR}")
# 莫娜·雷堡 is also written 莫娜雷堡.
_DOTS = late("(?<=[一-鿿])[·‧•.](?=[一-鿿])")
# 「萬壽橋」: what is called like somebody.
_STRUCTURE = re.compile("橋(?!頭)|公園|夜市")
_FIRM = re.compile(
    "(?:精密|實業|企業|工業|營造|物流|貿易|生技|光電|科技)"
    "(?=公司|股份|有限|工?廠|[ ,。、;!?)」跟和]|$)"
)
_TITLE_AFTER = re.compile("先生|小姐|女士|太太")
_LABEL = late(
    r"[ ,]+(?:D\.?O(?:\.?B)?|ARC|ID|IG|FB|TEL|PHONE|PMI|TKI|TKW|ABK|OFW|DOC)\.?$|"
    ": ?[A-Z]?[0-9]{1,3}[A-Z]?$|(?<=[一-鿿])(?:INA|AMA)$|です$|(?<=[一-鿿])さん?$"
)


class PersonRecognizer(TextRecognizer):
    """Full names, given names, nicknames, spelled and romanised names, the surname before 先生 or 小姐."""

    ENTITY = "PERSON"

    def find(self, views: Views) -> Iterator[Finding]:
        names: dict[str, float] = {}
        believed = list(self._believed(views))
        supported = supported_names(views, believed)
        for start, end, score in chain(believed, supported):
            called = _CALLED.match(views.folded, start, end)
            start = called.end() if called else start
            joined = _JOINED.match(views.folded, start)
            end -= joined is not None and joined.end() == end
            yield self.finding(views, (start, end), score)
            if spelled := spelling(views.folded, start, end):
                yield self.finding(views, spelled, score)
            if score >= _SURE and end - start >= _SHORTEST:
                names.setdefault(views.folded[start:end], score)
                if len(undotted := _DOTS.sub("", views.folded[start:end])) >= _SHORTEST:
                    names.setdefault(undotted, score)
        for name, score in list(names.items())[:REPEATED_NAMES]:
            for span in places_of(name, views.folded):
                if not is_word_here(views, *span):
                    yield self.finding(views, span, score)
            for span in chain(given_alone(views, name), cut_short(views, name)):
                yield self.finding(views, span, PERSON_USUAL)
        named = {views.folded[start:end] for start, end, score in believed if score >= PERSON_USUAL}
        usual = (latin_parts(views, believed), PERSON_USUAL), (spelled_aside(views.folded, named), PERSON_USUAL)
        for spans, score in (*usual, (recorded_names(views), _RECORDED), (said_again(views, believed), _RECORDED)):
            yield from (self.finding(views, span, score) for span in spans)

    def _believed(self, views: Views) -> Iterator[tuple[int, int, float]]:
        """Yield what the tagger believes in, with surname and without title."""
        for start, end, score in load_tagger().spans(views):
            unsure = score < PERSON_USUAL + _IN_NOTICES
            if _is_place_or_day(views, start, end, score):
                continue
            if _is_none(views, start, end) or _is_called_so(views, end, score) or is_word_here(views, start, end):
                continue
            if views.folded[start:end] in _PET_PREFIXES and _HAN.match(views.folded, end):
                end += 1
            words = views.folded[start:end]
            if is_well_known(words) or (score < _SURE and is_no_person(words)) or is_famous(views, start, end):
                continue
            if score < _LATIN and views.folded[start:end].isascii():
                score -= _LATIN - PERSON_USUAL
            start = _without_title(views, _with_surname(views, start, end), end)
            if unsure and PublicContext.of(views).speaks_for_agencies(start, end):
                score -= _IN_NOTICES
            end = end_of_name(views.folded, start, end)
            if start < end:
                yield start, end, max(0.0, score)


def _is_none(views: Views, start: int, end: int) -> bool:
    """Whether words are nobody's name however sure the tagger is: of two offices, a heading, a place as it is spelt."""
    words = views.folded[start:end]
    if words in _NONE or words.capitalize() in _NO_SURNAMES or "%" in words or _is_electronic(views, start):
        return True
    if words.isascii() and is_model(views.before(start, 12), words):
        return True
    if words in _KEYS and _KEY_END.match(views.folded, end):
        return True
    if _NOBODY_HERE.match(views.folded, start):
        return True
    if _AND.match(views.folded, start) or _NO_NAME.search(views.folded, start, end):
        return True
    spelt = _SPELT_PLACE.search(views.before(start, 3)) or _PLACE_NAMED.search(views.before(start, 20))
    return "的" in words and spelt is not None


def _is_place_or_day(views: Views, start: int, end: int, score: float) -> bool:
    """Whether words are a district's, a firm's for short or a day's, and the tagger isn't sure that they are a name.

    「他是板橋的屋主」: there it must be surer.
    """
    words = views.folded[start:end]
    called_so = _FIRM.match(views.folded, end) or (score < _SURE and _STRUCTURE.match(views.folded, end))
    if end - start == _GIVEN and called_so:
        return True
    if words in SHORT_NAMES:
        return score < _ALL_BUT_SURE
    if words in NAMELESS_DISTRICTS:
        return score < PERSON_USUAL + _IN_NOTICES
    lived_in = views.before(start, 1) in _AT and views.after(end, 1) == "的"
    called = views.before(start, 1) == "叫" or _TITLE_AFTER.match(views.folded, end) is not None
    place = words in PLAIN_PLACES and not called
    return score < (_NEARLY if lived_in else _RATHER if place else _SURE) and ((words in DAYS and not called) or place)


def _is_electronic(views: Views, start: int) -> bool:
    """Whether a word stands behind a small letter and a dash: i-Voting, but not I-Ting."""
    return start > 1 and _ELECTRONIC.fullmatch(views.text, *views.original_span(start - 2, start)) is not None


def _is_called_so(views: Views, end: int, score: float) -> bool:
    """Whether a ship, a station, a carrier or a library is called like somebody."""
    return _VESSEL.match(views.folded, end) is not None or (
        score < _QUITE and _NAMED_SO.match(views.folded, end) is not None
    )


def _with_surname(views: Views, start: int, end: int) -> int:
    """Return where a name of two characters begins: at the surname before it, if that may be one."""
    surname = end - start == _GIVEN and start > 0 and SURNAME_START.match(views.folded, start - 1)
    if end - start == _GIVEN and _SIMPLIFIED.search(views.before(start, 2)):
        return start - 1
    return start - 1 if surname and load_tagger().name_at(views, start - 1) >= _MAYBE else start


def end_of_name(folded: str, start: int, end: int) -> int:
    """Return where a name ends: with its last character, before titles and labels."""
    if end - start == _GIVEN and SURNAME_START.match(folded, start):
        end += _LAST_OF_ALL.match(folded, end) is not None
    end = _without_kin(folded, start, end)
    end -= end - start > 1 and folded.startswith("先生", end - 1)
    label = _LABEL.search(folded, start, end)
    more = None if label else _GOES_ON.match(folded, end)
    return label.start() if label else more.end() if more else end


def _without_kin(folded: str, start: int, end: int) -> int:
    """Return where a given name ends before a word for an elder: 「旺來伯」, 「罔惜嬸仔」, but not 「陳水伯」."""
    elder = _ELDER.fullmatch(folded, start, end) if folded[start] not in SURNAMES else None
    return elder.end(elder.lastgroup or 0) if elder else end


def _without_title(views: Views, start: int, end: int) -> int:
    title = _TITLE.match(views.folded, start, end)
    return title.end() if title else start
