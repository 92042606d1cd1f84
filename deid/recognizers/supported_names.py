"""Names that the tagger hardly believes in, where the words around them speak for a name.

Names that are everyday words (自強, 玉蘭) and rare ones get a low score in the middle of a sentence. Beside another
name, behind a role or above 敬上 hardly anything but a name stands.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain, pairwise

from deid.patterns import Pattern, late
from deid.recognizers.name_context import SURNAME_START
from deid.tagger.tagger import PERSON_USUAL, load_tagger
from deid.tw_districts import PLAIN_PLACES
from deid.views import Views

Span = tuple[int, int]
Scored = tuple[int, int, float]

_HAN_NAME = re.compile("[一-鿿]{2,3}")
_JOINED_AFTER = re.compile("[ ]?[跟和與及、][ ]?")
_JOINED_BEFORE = re.compile("[跟和與及、][ ]?$")
_ROLE_BEFORE = re.compile(
    "(?:房客|房東|室友|同事|鄰居|同學|朋友|先生|太太|老公|老婆|丈夫|妻子|兒子|女兒|弟弟|妹妹|哥哥|[姊姐][姊姐]|媳婦|女婿|孫子|孫女)$"
)
_AGENT_BEFORE = re.compile("(?:由|經|委託|授權|轉介|通知)$")
# 「復興跟永福合租」, 「光復住二樓」: what only persons do.
_SHARED = re.compile("合[租買夥資開]")
_TOGETHER = re.compile(
    f"{_SHARED.pattern}|一起|兩[個人位]|結婚|離婚|吵架|打架|是(?:兄弟|夫妻|姊妹|姐妹|母子|父子|母女)"
)
_WITH = late(f"[跟和與](?P<name>[一-鿿]{{2,3}}?)(?:{_TOGETHER.pattern})")
# 「哥哥大方、太太如玉也…」
_KIN_LISTED = late(
    "[、,和跟](?:先生|太太|老公|老婆|兒子|女兒|弟弟|妹妹|哥哥|[姊姐][姊姐]|媳婦|女婿|孫子|孫女)(?P<name>[一-鿿]{2,3}?)(?=[、,和跟。都也]|$)"
)
_TITLES = ("先生", "小姐", "女士", "太太")
_TITLED = Pattern(f"(?:^|[ ,。;、\\n與和跟及])(?P<name>{SURNAME_START.pattern})(?=先生|小姐|女士|太太)")
_PET_BEFORE_MAIL = Pattern(r"(?:^|[。!?\n,; ])(?P<name>[小阿][一-鿿])[ :]{1,2}(?=[A-Z0-9._\-]{3,40}@)")
_LIVES, _CLAUSE = re.compile("住(?![戶址家宅院所民處房])"), re.compile("^|[ ,。;、\n]$")
_ENDS = re.compile("[ ,。、;:!?)」\n]|$")
_SIGNED = Pattern(
    r"(?:^|[。!?\n…~,][ ]*)(?P<name>[一-鿿]{2,3})[ ]{0,3}(?:敬上|謹上|敬啟|謹啟|拜上|敬陳|叩上|手書|親筆)(?![一-鿿])"
)
# 「官大為(父)、許願(母)」, 「孔令奇,089-346815」, 「——漢克」 as the last word.
_OF_KIN = Pattern(
    r"(?<![一-鿿])(?P<name>[一-鿿]{2,4})\((?:父|母|夫|妻|子|女|兄|弟|[姊姐]|妹|孫|孫女|[長次三][子女]|配偶|本人|案[主父母])\)"
)
_WITH_PHONE = Pattern(r"(?:^|[。!?\n])[ ]?(?P<name>[一-鿿]{2,3})(?<!是)[ ,:]{1,2}(?=0[2-9][0-9-])")
# 「布袋蔡小城 05-347-…」 at the end
_FROM_PLACE = Pattern(
    r"(?:^|[。!?\n])[ ]?(?P<place>[一-鿿]{2})(?P<name>[一-鿿]{3})[ ,:]{1,2}(?=0[2-9][0-9 -]{7,12}[。 ]?$)"
)
# 「Yamamoto Kenji（山本健司）」: the same name in characters.
_IN_CHARACTERS = re.compile(r" ?\((?P<name>[一-鿿]{2,5})\)")
# 「佐藤 健(さとう けん,」: how a name is read.
_IN_KANA = re.compile(r" ?\((?P<name>[ぁ-ゖ]{1,6} [ぁ-ゖ]{1,6}|[ぁ-ゖ]{4,10})(?=[,)、])")
# 「把「黃罔市」登打成「黃岡市」」.
_MISWRITTEN = late(r"」?[^「」,。\n]{0,6}[打寫登印植記填誤載](?:成|為|作)了?「(?P<name>[一-鿿]{2,4})」")
# 「綽號「肉包」」, 「外號叫大頭,」.
_NICKNAME = late(
    "(?:綽號|外號|小名|乳名)(?:叫做?|是|為|:)?(?:「(?P<quoted>[一-鿿A-Z]{1,6})」|"
    "(?P<name>[一-鿿]{2,3})(?=[,。 、\n)]|$))"
)
# 「平安(姓平單名一個安)」.
_TOLD_APART = Pattern(
    f"(?P<name>(?<![貴百同改冠母夫家])姓(?:{SURNAME_START.pattern}|平)[ ,]?單?名(?![字稱單冊片下額義列目])"
    "(?:就?一個|叫做?|是)?[一-鿿](?:字|(?=[,。)( 」]|$)))"
)
_WRITING = re.compile("拼音|字母|數字")  # 「羅馬拼音」
_LAST_WORD = late(r"(?:--|[。!?~\n] ?-) ?(?P<name>[一-鿿]{2,4})\s*$")
_JAPANESE = late(
    "(?:私|名前?|氏名)は(?P<name>[一-鿿々ァ-ヴー]{2,6})(?=と申|と言|です|[、,。\n]|$)"
    r"|(?:^|[、,。\n ]|の)(?P<humble>[一-鿿々ァ-ヴー]{2,4}(?: [一-鿿々ぁ-ゖァ-ヴー]{1,4})?)(?=と申し(?!上げ))"
)
_NUMBERED = Pattern(r"(?<![0-9])[0-9]{1,2}[ .、)]{1,2}(?P<name>[一-鿿]{2,4})(?=[ \n,、;]|$)")
_FEW = 2
# Where a name is expected: before a mobile number, an ID or a date; behind 名字, 小犬, 對方; 「我黃金花，」.
# It begins with every character that one of them may begin with.
_EXPECTED = Pattern(
    r"(?:(?=[ \n,。:;!?、|/名姓本叫小家先亡內外舍犬愛對我甲乙車屋駕肇房病個學承出申代聯當被相繼監你您他她用以0-9])"
    r"|^)(?:"
    r"(?:^|[ \n,。:;、|/])(?P<row>[一-鿿]{2,3})(?=[ ,:/|]{1,2}"
    r"(?:09[0-9]{2}|[A-Z][12A-D][0-9]{8}|[0-9]{2,4}[./][0-9]{1,2}[./]))"
    r"|(?:名字|姓名|本名|(?<!不)叫做?)(?:是|:)? ?(?P<called>[一-鿿]{3})(?![一-鿿])"
    r"|(?:小犬|小女|家[父母]|[先亡][父母夫妻]|[內外]子|內人|先祖[父母]|先[嚴慈]|[先亡][兄弟姊姐妹]|舍[弟妹]|犬子|愛女)(?P<kin>[一-鿿]{2,3})"
    r"|(?:對方|[我甲乙]方|對造|[車屋]主|駕駛|肇事者|房[東客]|病患|個案|學生|家長|(?:承租|出租|申請|代理|聯絡|當事|被害|相對|繼承|監護)人)"
    r"[ :|/](?P<role>[一-鿿]{2,3})(?=[ ,。、\n(|/]|$)"
    r"|(?:^|[,。;!?\n ])我(?P<self>[一-鿿]{3})(?=,)"
    r"|[我他她](?:老[公婆]|先生|太太|[爸媽]{1,2}|[兒女][子兒]|[姊姐]{2}|哥哥|弟弟|妹妹)"
    r"(?P<own>[一-鿿]{3})(?=[ ,。、(\n]|$)"
    r"|[0-9] (?P<end>[一-鿿]{3})(?=[。!]?$)"
    r"|[用以](?P<used>[一-鿿]{2,3})的(?:名字|名義|身分)"
    r"|(?:我|本人)是(?P<parent>[一-鿿]{2,3}?)的(?:媽媽?|爸爸?|家長|[母父]親|阿[嬤公]|導師|班導|室友|太太|先生|老[公婆]|女兒|兒子)"
    r"|[你您他她]是不是(?P<asked>[一-鿿]{2,3}?)(?=[嗎啊呀,?]|$))"
)
_EXPECTED_MEAN, _LAST_MEAN = 0.03, 0.02
# Surnames that hardly begin a word: 「我叫陳怡君，」.
_USUAL = frozenset("陳林黃張李王吳劉蔡楊許鄭謝郭洪邱廖賴徐蘇莊呂")
# For 我們 and 太太 the tagger says a tenth of this.
_LISTED_MEAN, _HARDLY = 0.1, 0.0003
_INDIGENOUS = re.compile("族(?<!民族)|部落|原民|原住")
_BEHIND_SPACE, _TRACE_AT_END = re.compile("[ ]([一-鿿]{2,4})"), 0.03
_MAY_SIGN = ("敬", "謹", "拜上", "叩上", "手書", "親筆")
_LAST = 12
_PLACED = 0.8
_LIST, _ITEM = Pattern("[^、。;:!?\n「」()]{2,20}(?:、[^、。;:!?\n「」()]{2,20}){2,40}"), re.compile("[^、]+")
_LISTED_NAME = late("[一-鿿]{2,4}(?<![伯叔嬸姨姑嫂哥姐姊媽公婆嬤爺師生])")


def supported_names(views: Views, names: Collection[Scored]) -> Iterator[Scored]:
    """Yield start, end (of the folded view) and score of names by what is around them; ``names`` are the ones found."""
    folded, starts, ends = views.folded, {start for start, _, _ in names}, {end for _, end, _ in names}
    covered = {at for start, end, score in names if score >= PERSON_USUAL for at in range(start, end)}
    believed = (
        (start, end - (_SHARED.match(folded, end - 1) is not None))
        for start, end in load_tagger().doubtful(views)
    )
    doubted = [
        (start, end)
        for start, end in believed
        if _HAN_NAME.fullmatch(folded, start, end)
        and not _WRITING.match(folded, end)
        and covered.isdisjoint(range(start, end))
    ]
    for start, end in doubted:
        beside = _is_beside_name(folded, start, end, starts, ends) and _may_be_listed(views, start, end)
        if beside or _is_called(folded, start, end):
            yield start, end, PERSON_USUAL
    yield from ((*span, PERSON_USUAL) for span in _said_with(views, names))
    for one, other in pairwise(doubted):
        joined = _JOINED_AFTER.match(folded, one[1])
        if joined and joined.end() == other[0] and _TOGETHER.match(folded, other[1]):
            yield from ((*one, PERSON_USUAL), (*other, PERSON_USUAL))
    yield from ((*span, _PLACED) for span in _placed(folded))
    yield from ((*span, PERSON_USUAL) for span in _in_characters(views, names))
    yield from ((*span, PERSON_USUAL) for span in _numbered(folded, names))
    yield from ((*span, PERSON_USUAL) for span in _listed(views, names))
    yield from ((*span, PERSON_USUAL) for span in _in_japanese(views))
    yield from ((*span, PERSON_USUAL) for span in _second_parts(views, names))
    yield from ((*span, PERSON_USUAL) for span in _expected(views) if not covered.issuperset(range(*span)))


def _said_with(views: Views, names: Collection[Scored]) -> Iterator[Span]:
    """Yield whom somebody named does something with: 「文雄跟自立合租」; surnames before 先生; 「小曼 xiaoman@」."""
    folded = views.folded
    for start, end, score in names:
        named = score >= PERSON_USUAL and _HAN_NAME.fullmatch(folded, start, end)
        other = (_WITH.match(folded, end) or _KIN_LISTED.match(folded, end)) if named else None
        if other and load_tagger().name_mean(views, *other.span("name")) >= _HARDLY:
            yield other.span("name")
    patterns = [_TITLED] if any(title in folded for title in _TITLES) else []
    for pattern in (*patterns, *((_PET_BEFORE_MAIL,) if "@" in folded else ())):
        for found in pattern.finditer(folded):
            yield found.span("name")


def _placed(folded: str) -> Iterator[Span]:
    """Yield names by where they stand: before 敬上, 「(父)」 or a telephone number; behind a dash at the end."""
    patterns = [_SIGNED] if any(word in folded for word in _MAY_SIGN) else []
    patterns += [_OF_KIN] if "(" in folded else []
    told_apart = _TOLD_APART.finditer(folded) if "姓" in folded else ()
    for match in chain(_NICKNAME.finditer(folded), told_apart):
        yield match.span(match.lastgroup or 0)
    for pattern in (*patterns, _WITH_PHONE):
        for match in pattern.finditer(folded):
            name = match["name"]
            if SURNAME_START.match(name) and not (_is_office(name) or name.endswith(_TITLES)):
                yield match.span("name")
    if (placed := _FROM_PLACE.search(folded)) and placed["place"] in PLAIN_PLACES:
        yield placed.span("name")
    if last := _LAST_WORD.search(folded, max(0, len(folded) - _LAST)):
        yield last.span("name")


def _is_office(name: str) -> bool:
    return name in PLAIN_PLACES or name[-1] in "隊所局站館課鐵"


def _in_characters(views: Views, names: Collection[Scored]) -> Iterator[Span]:
    """Yield what stands in brackets behind a name: its characters, unless they are no name at all, or its reading.

    A name in quotes that another replaces in a register was misspelt: the other is hidden, too.
    """
    for start, end, score in names:
        if score < PERSON_USUAL:
            continue
        if kana := _IN_KANA.match(views.folded, end):
            yield kana.span("name")
        other = _MISWRITTEN.match(views.folded, end) if views.before(start, 1) == "「" else None
        if other and not set(other["name"]).isdisjoint(views.folded[start:end]):
            yield other.span("name")
        if not views.folded[start:end].isascii():
            continue
        named = _IN_CHARACTERS.match(views.folded, end)
        if named and load_tagger().name_mean(views, *named.span("name")) >= _EXPECTED_MEAN:
            yield named.span("name")


def _in_japanese(views: Views) -> Iterator[Span]:
    """Yield who is named in a Japanese sentence: 「私は…と申します」, 「母の名は…」."""
    for found in _JAPANESE.finditer(views.folded) if "は" in views.folded or "と申" in views.folded else ():
        span = found.span(found.lastgroup or 0)
        if found["humble"] or load_tagger().name_mean(views, *span) >= _EXPECTED_MEAN:
            yield span


def _numbered(folded: str, names: Collection[Scored]) -> Iterator[Span]:
    """Yield who is numbered in a list in which half of what is numbered are names: 「1 王小明 2 黃昏」."""
    cells = [cell.span("name") for cell in _NUMBERED.finditer(folded)]
    found = {(start, end) for start, end, score in names if score >= PERSON_USUAL} if len(cells) > _FEW else set()
    if 2 * len(found.intersection(cells)) >= max(len(cells), _FEW + 1):
        for start, end in cells:
            if SURNAME_START.match(folded, start) and not _is_office(folded[start:end]):
                yield start, end


def _listed(views: Views, names: Collection[Scored]) -> Iterator[Span]:
    """Yield what is no word in an enumeration of which half and two are names: 「Võ Văn Bình、樸恩菲、達妮亞」."""
    found = {(start, end) for start, end, score in names if score >= PERSON_USUAL}
    inside = {at for start, end in found for at in range(start, end)}
    for listed in _LIST.finditer(views.folded) if len(found) > 1 and "、" in views.folded else ():
        items = [item.span() for item in _ITEM.finditer(views.folded, *listed.span())]
        if 2 * len(found.intersection(items)) >= max(len(items), _FEW + 1):
            for start, end in items:
                word = views.folded[start:end]
                named = _LISTED_NAME.fullmatch(word) and not (_is_office(word) or load_tagger().is_word(word))
                if named and inside.isdisjoint(range(start, end)):
                    yield start, end


def _second_parts(views: Views, names: Collection[Scored]) -> Iterator[Span]:
    """Yield what the tagger half sees as an indigenous name's second part, behind a space: 「伊婉 諾峨」."""
    if not _INDIGENOUS.search(views.folded):
        return
    tagger = load_tagger()
    for start, end, score in names:
        behind = _BEHIND_SPACE.match(views.folded, end) if score >= _PLACED else None
        if behind is None or not _HAN_NAME.fullmatch(views.folded, start, end):
            continue
        first, last = behind.span(1)
        while last - first > 1 and tagger.name_at(views, last - 1) < _TRACE_AT_END:
            last -= 1
        if last - first > 1 and tagger.name_mean(views, first, last) >= _EXPECTED_MEAN:
            yield first, last


def _expected(views: Views) -> Iterator[Span]:
    """Yield words that the tagger does not quite rule out, where a full name is expected."""
    tagger = load_tagger()
    for match in _EXPECTED.finditer(views.folded):
        start, end = match.span(match.lastgroup or 0)
        if not match["parent"] and not SURNAME_START.match(views.folded, start):
            continue
        if end - start > 2 and tagger.name_mean(views, end - 1, end) < _LAST_MEAN and match["kin"]:
            end -= 1
        called = match["called"] and views.folded[start] in _USUAL and views.before(start, 2) == "我叫"
        plain = called and not tagger.is_everyday(views.folded[start + 1 : end])
        if plain or tagger.name_mean(views, start, end) >= _EXPECTED_MEAN:
            yield start, end


def _may_be_listed(views: Views, start: int, end: int) -> bool:
    """Whether a word is not one often said, or the tagger takes it seriously: 「聯絡人：王小明、連絡電話」."""
    if views.folded[start:end] in ("聯絡", "連絡"):
        return False
    if "、" not in (views.before(start, 1), views.after(end, 1)):
        return True
    tagger = load_tagger()
    return (
        not tagger.is_everyday(views.folded[start:end]) or tagger.name_mean(views, start, end) >= _LISTED_MEAN
    )


def _is_beside_name(folded: str, start: int, end: int, starts: set[int], ends: set[int]) -> bool:
    after, before = _JOINED_AFTER.match(folded, end), _JOINED_BEFORE.search(folded, max(0, start - 2), start)
    return (after is not None and after.end() in starts) or (before is not None and before.start() in ends)


def _is_called(folded: str, start: int, end: int) -> bool:
    """Whether a role leads to a word that ends there, somebody lives, or a full name is the one who acts."""
    window = max(0, start - 3)
    if _ROLE_BEFORE.search(folded, window, start) and _ENDS.match(folded, end):
        return True
    if _LIVES.match(folded, end) and _CLAUSE.search(folded, max(0, start - 1), start):
        return True
    full = end - start == 3 and SURNAME_START.match(folded, start) is not None
    return full and _AGENT_BEFORE.search(folded, window, start) is not None
