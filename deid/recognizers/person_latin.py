"""Finds personal names in Latin and Hangul letters.

Reads the original text: capital letters are the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from deid.findings import Finding
from deid.patterns import Pattern, late
from deid.recognizers.base import TextRecognizer, places_of
from deid.recognizers.latin_edges import without_common
from deid.recognizers.latin_words import (
    BEFORE_NAMES,
    INSTITUTIONS,
    NATIONS,
    NOT_NAMES,
    ROMANISED_SURNAMES,
    TITLES,
    is_model,
    is_no_person,
    is_telling,
)
from deid.tagger.features import plain_latin
from deid.tagger.tagger import load_tagger
from deid.tw_districts import NAMELESS_DISTRICTS, ROMANISED_DISTRICTS
from deid.views import Views

NAME_WORD = r"(?!I['’])[A-ZÀ-ÖØ-ÞĐ][a-zà-öø-ÿA-ZÀ-ÖØ-ÞĐđ\u0100-\u024f\u1e00-\u1eff'’\-]{1,24}"
NAME_INNER = rf"(?:{NAME_WORD}|[A-Z]\.?|(?:dela|del|der|den|ter|de|dos|da|van|von|la|le|binti|bint|bin|al|el)(?![a-z]))"
_NAME = rf"{NAME_WORD}(?:,? {NAME_INNER}){{0,5}}"
_CLOSING = (
    "(?:[Rr]egards|[Tt]hanks|[Tt]hank you|[Cc]heers|[Bb]est|[Ss]incerely|[Ww]ishes|[Yy]ours|[Tt]ruly|[Ff]aithfully|"
    "[Tt]rân trọng|[Cc]ảm ơn|[Tt]erima kasih|[Hh]ormat saya)(?:,|(?=[\\s\\x1c-\\x1f]{0,3}\n))"
)
_CUE = Pattern(
    r"(?:[Nn]ame is|I am|I'm|I’m|[Tt]his is|[Cc]aller:|[Oo]wner:?|[Aa]sk for|[Pp]atient|[Ff]riend|[Hh]usband|[Ww]ife|"
    r"[Cc]olleague|[Cc]o-?worker|[Cc]lassmate|[Rr]oom-?mate|[Ff]lat-?mate|[Gg]irlfriend|[Bb]oyfriend|[Ff]ianc[eé]e?|"
    r"[Nn]eighbou?r|[Bb]oss|[Mm]anager|[Cc]ousin|[Uu]ncle|[Aa]unt|[Nn]iece|[Nn]ephew|"
    r"[Bb]uyer was|[Bb]ehalf of|[Tt]he late|[Ss]ons?|[Dd]aughters?|"
    r"[Kk]ids|[Cc]hildren|[Tt]wins|[Ff]ather|[Mm]other|[Cc]aptain|[Cc]all (?:him|her|me)|"
    r"[Bb]rother|[Ss]ister|(?<![A-Za-z])(?:[Tt]eman|[Ss]uami|[Ii]stri|[Mm]ajikan)(?: saya)?,?|"
    r"[Nn]icknamed?(?: is)?|[Tt]awag (?:nila )?(?:sa )?(?:akin|kanya)|[Dd]ipanggil|[Gg]oes by|known as|"
    r"con gái|con trai|cháu|[Cc]hồng em|vợ tôi|po si|ko si|tên là|hồng em là|"
    r"[Nn]ama(?: nenek| saya)?(?: cukup)?|[Ss]aya|anaknya|Mr\.|Ms\.|Mrs\.|"
    r"(?<![A-Za-z])(?:[Ss]ina|[Ss]i|[Nn]i|[Kk]ay|[Kk]ak|[Pp]ak|[Ii]?[Bb]u|[Mm]bak|[Aa]te|[Kk]uya|[Tt]it[ao]|[Cc]hị|[Aa]nh)|"
    r"民眾|外籍|旅客|同事|學生|訪客|英文名字?|"
    r"我是|叫|叫做|名字|姓名|名字是|本名|外文名|護照名|羅馬字寫是|證書是|寫成|找|司機|雇主|看護|工人|外勞|移工|老公|老婆|先生|太太|朋友|"
    r"室友|同學|老師|雇員|申請人|聯絡人|本人|收件人|寄件人|房客|房東|跟|和|與|이름은|"
    rf"{_CLOSING}|(?:[Ff]rom|[Cc]c|[Ss]ent by|[Ss]igned|[Tt]enant|[Ll]andlord|[Ll]andlady|[Ee]mployer|[Ww]orker|"
    r"[Hh]older|[Cc]ontact):|[Ss]hould be|"
    r"\"(?:[a-z]+_)?name\"|[Oo]wner=|[Nn]ame=|[Nn]ame:)[\s\x1c-\x1f:：=\"'「（(是為叫]{0,4}$"
)
_WINDOW = 24
# A name beside the mailbox that is called like it: 「Thandiwe Mokoena, t.mokoena@…」.
_MAILBOX = Pattern(r"(?<![A-Za-z0-9._%+\-])(?P<local>[A-Za-z0-9._%+\-]{3,40})@")
_BEFORE_MAILBOX = late(rf"(?P<name>{_NAME})[,:;]?[ \n(<\[]{{1,3}}$")
_SHORTEST_SHARED = 4
# Enough for any letter; more names are found where they stand, not wherever they come again.
_REPEATED_NAMES = 64
_SOME_NAME = late(_NAME)
_SYLLABLES = r"[A-Z][a-z]{0,5}-[A-Za-z][a-z]{0,5}"
_ROMANISED = Pattern(
    rf"[A-Z](?<![A-Za-z][A-Z])(?:{_SYLLABLES[5:]} {NAME_WORD}|[a-z]{{1,6}},? {_SYLLABLES})(?![A-Za-z])"
)
_ANGLICISED = Pattern(
    rf"(?=[A-Z])(?<![A-Za-z])(?:[A-Z][a-z]{{2,12}} (?:{ROMANISED_SURNAMES})|"
    rf"(?:{ROMANISED_SURNAMES}), [A-Z][a-z]{{2,12}})(?![A-Za-z-])"
)
# 「the Jin-an Junior High stop」, 「Jin-an Bakery」: a school or a shop that is called like somebody.
_PLACE_HERE = re.compile(
    " (?:Junior|Senior|Elementary|Primary|Middle|High|Bakery|"
    "Hospital|Temple|School|Station|Market|University|Road|Street|Bridge|Library|Museum|Hotel|Clinic)$"
)
_HANGUL = Pattern(
    r"(?:저는|이름은|제 이름은|사는) ([가-힣]{2,4}?)(?<![에서를을])(?=입니다|이에요|예요|이고|이?라고|[ ,.])"
)
# 「ชื่อ วิภาดา ค่ะ」, 「Меня зовут Оксана」: after the words for one's name, in Thai and in Cyrillic letters.
_THAI = Pattern("ชื่อ ?([\u0e00-\u0e7f]{3,20}(?: (?!ค่ะ|ครับ|ค่า|อยาก)[\u0e00-\u0e7f]{4,20})?)")
_CYRILLIC = Pattern("(?:[Мм]еня зовут|[Мм]о[её] имя) ((?:[А-ЯЁ][а-яё]+ ?){1,3}(?<! ))")
# 「Kaitoです」
_JAPANESE = Pattern("(?:^|[。、\n は])([A-Z][a-z]{2,14})(?=です|と申|といいます|と言います)")
# Capitalised words that no cue announces.
_FULL_NAME = Pattern(rf"(?<![\w'’.])(?:[A-Z]\. ?){{0,2}}{NAME_WORD}(?: {NAME_INNER}){{0,4}}(?!\w)")
_SIGNED_BEFORE = re.compile(r"(?:^|[.!?)] {1,2}|\n ?|[A-ZÀ-Þ][^\s.]{1,20} (?:and|&|dan|và) )$")
_SIGNED_AFTER = re.compile(r"\.?[ \t]{0,3}(?:\n|$)|,? here(?![a-z])")
# The last word of a mail that ends in thanks: 「thx Jonas」.
_LAST_WORD = re.compile(
    rf"(?:[Tt]hx|[Tt]hanks|[Tt]hank you|[Cc]heers|[Bb]est|[Rr]egards)[,!.]? {{1,2}}({NAME_WORD})[ .!]*$"
)
_LAST = 48
# 「-Declan」 behind the last sentence, 「from Theo Van den Broeck」 as the last line; 「A-Hao」, 「Ah Ming」 anywhere.
_DASHED = late(rf"(?:(?:[.!?)]|\n)[ \n]*-{{1,2}} ?| [-—]{{1,2}} )({_NAME})[ .!\n]*$")
_LAST_LINE = late(rf"\n(?:[Ff]rom|[Ll]ove) ({_NAME})[ .!\n]*$")
_NICKNAME = Pattern(r"(?<![A-Za-z.\-])(?:A-[A-Z][a-z]{1,6}|Ah[ \-][A-Z][a-z]{1,6})(?![A-Za-z])")
_CUED = 0.6
# A surname of Viet Nam, written with its marks, and two or three names behind it; two words may be a place: Đào Viên.
_VIETNAMESE = Pattern(
    "(?<![\\w-])(?<!đường )(?<!phố )(?:Nguyễn|Trần|Phạm|Huỳnh|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|"
    "Dương|Lý|Phùng|Đinh|Trương|Đoàn|Trịnh|Lương|Tạ|"
    "Quách|Vương|Lưu|Tăng|Lê|Đào|Đồng|Hoàng)(?: [A-ZÀ-ÝĐ][a-zà-ỹ]{1,6}){2,3}(?!\\w)"
)
_BY_FORM = (
    (_HANGUL, 0.7), (_VIETNAMESE, _CUED), (_THAI, 0.7), (_CYRILLIC, 0.7), (_ROMANISED, 0.7),
    (_ANGLICISED, 0.5), (_NICKNAME, 0.6), (_JAPANESE, _CUED),
)  # fmt: skip
_AND_NEXT = re.compile(rf" (?:and|&) ({NAME_WORD})(?![\w'’])(?! [A-Z])")
# 「Amelie born Feb 14」
_BORN = Pattern(rf"(?<![A-Za-z.] )(?<![A-Za-z])({NAME_WORD})(?= (?:was |is )?born(?![a-z]))")
# 「…expire this Friday!!! Dilshan」: one word behind a sentence's end, and nothing more.
_THANKS = "(?:謝謝|感謝|感恩|拜託|敬上)[您你]?[。！!~～ ,，]{0,3}"
_ALONE_AT_END = re.compile(rf"(?:[.!)] {{1,2}}|{_THANKS})({NAME_WORD})\s*$")
_ALONE = Pattern(r"(?<![\w'’.&-])[A-ZÀ-ÞŁŚŽŠČĐ][\w]{2,14}(?![\w&.-]|['’](?![sS])| [A-Z])")
_GIVEN_TRACE = 0.2
_CHINESE = late("[一-鿿]")
_NOT_FIRST = NOT_NAMES | BEFORE_NAMES | TITLES
_HALF_BELIEVED, _NEAR, _BEFORE = 0.25, 16, 28
_TITLED = late(rf"(?:(?:{'|'.join(sorted(TITLES))}) |(?:{'|'.join(sorted(NATIONS))}), )+(?=[A-Z])")
_POSSESSIVE = re.compile("['’][sS]$")
_CAPITAL = late("[A-ZÀ-ÞĐ가-힣\u0e00-\u0e7fА-ЯЁ]")


class LatinNameRecognizer(TextRecognizer):
    """Capitalised words after a cue, romanised Chinese names, Hangul names after 저는. A name counts everywhere."""

    ENTITY = "PERSON"

    def find(self, views: Views) -> Iterator[Finding]:
        text = views.text
        if not _CAPITAL.search(text):
            return
        names: dict[str, float] = {}
        for start, name, score in chain(
            _candidates(text), _unannounced(views), _joined(views), _by_place(views), _given_alone(views)
        ):
            offset, name = _untitled(name)
            start += offset
            in_code = text.startswith("_", start + len(name)) and load_tagger().is_english(name)  # ALREADY_BOUND
            if in_code or not name or is_no_person(name) or is_model(text[max(0, start - 12) : start], name):
                continue
            offset, name = without_common(views, start, name, cued=score >= _CUED)
            start += offset
            if name and not is_no_person(name):
                at = text.index(name, start)
                yield Finding(at, at + len(name), self.ENTITY, score, self.name)
                if len(names) < _REPEATED_NAMES:
                    names.setdefault(name, score)
                    names.setdefault(name.split(" ")[0], 0.5)
                    last = name.split(" ")[-1]
                    if score >= _CUED and (is_telling(last) or not last.isascii()):
                        names.setdefault(last, 0.5)
        for name, score in names.items():
            if len(name) > 2:
                for start, end in places_of(name, text):
                    yield Finding(start, end, self.ENTITY, score, self.name)


def _candidates(text: str) -> Iterator[tuple[int, str, float]]:
    for match in _SOME_NAME.finditer(text):
        if _is_cued(text, match):
            yield match.start(), match[0], _CUED
    for pattern in (_LAST_WORD, _DASHED, _LAST_LINE):
        if last := pattern.search(text, max(0, len(text) - _LAST)):
            yield last.start(1), last[1], 0.6
    for mailbox in _MAILBOX.finditer(text) if "@" in text else ():
        base = max(0, mailbox.start() - _WINDOW * 2)
        before = _BEFORE_MAILBOX.search(text[base : mailbox.start()])
        local = mailbox["local"].lower()
        skipped, name = _unopened(before["name"], local) if before else (0, "")
        words = name.lower().replace(",", "").split(" ")
        if before and any(len(word) >= _SHORTEST_SHARED and word in local for word in words):
            yield base + before.start() + skipped, name, 0.6
    for form, score in _BY_FORM:
        for match in form.finditer(text):
            if not _is_of_place(match[0], romanised=form is _ROMANISED):
                yield match.start(), match[form.groups], score


def _is_of_place(name: str, *, romanised: bool) -> bool:
    """Whether a place is named: the Jin-an Junior High, Linkou Chang Gung."""
    return (romanised and _PLACE_HERE.search(name) is not None) or name.split(" ")[0].upper() in NAMELESS_DISTRICTS


def _unopened(name: str, mailbox: str = "") -> tuple[int, str]:
    """Return how long the greeting before a name is, and the name: 「Cheers, Declan」; Will, of will.ng@, is none."""
    words = name.split(" ")
    while words and (first := words[0].strip(".,")) in _NOT_FIRST and first.lower() not in mailbox:
        words.pop(0)
    left = " ".join(words)
    return len(name) - len(left), left


def _unannounced(views: Views) -> Iterator[tuple[int, str, float]]:
    """Yield signatures, and names that the tagger half believes in where no Chinese stands near."""
    text = views.text
    for match in _FULL_NAME.finditer(text):
        end = match.end()
        skipped, name = _unopened(match[0])
        start, words = match.start() + skipped, name.split(" ")
        plain = {word.strip(".,").capitalize() for word in words}
        if not name or not INSTITUTIONS.isdisjoint(plain) or _is_near_chinese(text, start, end):
            continue
        signed = NOT_NAMES.isdisjoint(plain) and _is_signed(text, start, end)
        believed = (" " in match[0] or signed) and _is_half_believed(views, start, end)
        if believed or (signed and len(words) > 1):
            yield start, text[start:end], 0.5


def _joined(views: Views) -> Iterator[tuple[int, str, float]]:
    """Yield who is named with somebody: 「Somchai and Prasit」, 「our kids Odile and Mathieu」."""
    text = views.text
    if " and " not in text and " & " not in text:
        return
    ends = {views.original_span(start, end)[1] for start, end, _ in load_tagger().spans(views)}
    for match in _SOME_NAME.finditer(text):
        other = _AND_NEXT.match(text, match.end())
        if other and _is_unknown_word(other[1]) and (match.end() in ends or _is_cued(text, match)):
            yield other.start(1), other[1], 0.5


def _by_place(views: Views) -> Iterator[tuple[int, str, float]]:
    """Yield one word that nothing announces: the last one behind a sentence, and who was born."""
    last = _ALONE_AT_END.search(views.text, max(0, len(views.text) - _LAST))
    born = _BORN.finditer(views.text) if "born" in views.text else ()
    for match in (*born, *([last] if last else [])):
        if _is_unknown_word(match[1]):
            yield match.start(1), match[1], 0.5


def _given_alone(views: Views) -> Iterator[tuple[int, str, float]]:
    """Yield given names of the world that stand alone in a sentence, where the tagger sees a trace of a name."""
    for match in _ALONE.finditer(views.text):
        word = match[0]
        if not _is_unknown_word(word) or not load_tagger().is_given(plain_latin(word)):
            continue
        first, last = views.folded_offset(match.start()), views.folded_offset(match.end())
        if load_tagger().name_mean(views, first, last) >= _GIVEN_TRACE:
            yield match.start(), word, 0.5


def _is_unknown_word(word: str) -> bool:
    """Whether a capitalised word is no common one, no place and no institution: rather somebody's name."""
    plain = word.capitalize()
    if plain in _NOT_FIRST or plain in INSTITUTIONS or word.upper() in ROMANISED_DISTRICTS:
        return False
    return not word.isupper() and not load_tagger().is_english(word.upper())


def _is_cued(text: str, match: re.Match[str]) -> bool:
    return _CUE.search(text[max(0, match.start() - _WINDOW) : match.start()]) is not None


def _is_signed(text: str, start: int, end: int) -> bool:
    """Whether words stand alone behind a sentence, or begin one before a comma and are no common words."""
    if _SIGNED_BEFORE.search(text[max(0, start - _BEFORE) : start]) is None:
        return False
    if _SIGNED_AFTER.match(text, end) is not None:
        return True
    words = text[start:end].split(" ")
    return text[end : end + 2] == ", " and len(words) > 1 and all(map(_is_unknown_word, words))


def _is_half_believed(views: Views, start: int, end: int) -> bool:
    first, last = views.folded_offset(start), views.folded_offset(end)
    return load_tagger().name_mean(views, first, last) >= _HALF_BELIEVED


def _is_near_chinese(text: str, start: int, end: int) -> bool:
    return _CHINESE.search(text, max(0, start - _NEAR), end + _NEAR) is not None


def _untitled(name: str) -> tuple[int, str]:
    """Return where the name behind titles begins, and the name; behind a title it may be short: Nurse Ma."""
    titles = _TITLED.match(name)
    if titles is None:
        return 0, _trim(name)
    rest = name[titles.end() :]
    first = _POSSESSIVE.sub("", rest.split(" ")[0]).strip(",.")
    return titles.end(), _trim(rest) or ("" if first.capitalize() in NOT_NAMES else first)


def _trim(name: str) -> str:
    """Cut a name at the first word that is none; an acronym alone is not a name."""
    words: list[str] = []
    for word in name.split(" "):
        plain = word.strip(",.").capitalize()
        if plain in NOT_NAMES or (plain in NATIONS and words and words[-1].endswith(",")):
            break
        words.append(word)
    while words and len(words[-1].strip(".,")) <= 1:
        words.pop()
    trimmed = _POSSESSIVE.sub("", " ".join(words).strip(" ,.'-"))
    acronym = trimmed.isupper() and len(trimmed) < 6
    none = len(words) == 1 and (acronym or trimmed in BEFORE_NAMES)
    return "" if none or len(trimmed) < 3 else trimmed
