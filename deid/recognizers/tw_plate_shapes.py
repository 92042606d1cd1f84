"""What plates look like, on the folded and the figures view."""

from __future__ import annotations

import re

from deid.patterns import Pattern, late

_BEGIN = r"(?=[0-9A-Z])(?<![0-9A-Z])(?<![0-9A-Z][\-_./])"
_END = r"(?![0-9A-Z]|-[0-9A-Z]| ?(?:[Đđ][ồỒ]NG|元|塊))"
_JOINT = r" ?(?:[\-.·・‧_~]|[橫一]?[槓杠]|橫線|下?底線|底[槓杠]|減號?|DASH|HYPHEN|MINUS)? ?"
_MIXED = r"(?:[A-Z] ?[0-9]|[0-9] ?[A-Z])"
_COUNTED = "年月日號點元樓個次公米"
_PLACES = "[二兩三四五2-5]?[碼位]"


def _letters(fewest: int, most: int, gap: str = " ?") -> str:
    return rf"[A-Z](?:{gap}[A-Z]){{{fewest - 1},{most - 1}}}"


def _digits(fewest: int, most: int) -> str:
    return rf"[0-9](?: ?[0-9]){{{fewest - 1},{most - 1}}}"


_SPELLED = _letters(1, 4, "[ .,-]?")

_THEN = "(?:後面|前面|尾巴|最後|再來|然後|接著?|加上?)?的?是?"
_TAIL = "(?:後面|尾巴|結尾|最後)(?:的?英文)?(?:字母)?是?"
ANNOUNCED = late(
    rf"(?:{_digits(3, 4)}[ ,]{{0,2}}{_THEN}英文(?:字母|字)?是?[ :]?{_letters(1, 3)}"
    rf"|(?:[0-9] ?[A-Z] ?[A-Z]|[A-Z] ?[0-9] ?[A-Z]|[A-Z] ?[A-Z] ?[0-9](?= ?[-·])){_JOINT}{_digits(3, 4)}(?! ?[0-9A-Z])"
    rf"|{_SPELLED}{_JOINT}{_digits(2, 5)}|[A-Z]{{2,3}}[ ,]{{0,2}}(?:後面|再來|然後|接著)是?[ ,]{{0,2}}{_digits(3, 4)}"
    rf"|[0-9][A-Z]-[0-9]{{3}}(?![0-9])|(?<![0-9][.,]){_digits(1, 5)}{_JOINT}{_letters(1, 4)}"
    rf"|{_MIXED}{_JOINT}{_digits(3, 5)}|{_digits(3, 4)}{_JOINT}{_MIXED}"
    rf"|(?<![0-9][.,])[0-9]{{3,4}}(?! ?[{_COUNTED}台輛分路]))(?![0-9A-Z月])"
)
"""Everything that could be one, for behind a cue: misread letters and counts too."""

ISSUED = Pattern(rf"{_BEGIN}[A-HJ-NP-Z]{{3}}-(?!(?:19|20)[0-9]{{2}})[0-9]{{4}}{_END}")
"""The form issued since 2012 with its dash; a year as the number is likelier a code of something else."""

OLDER = Pattern(
    rf"{_BEGIN}(?:{_letters(3, 3)} ?-? ?{_digits(4, 4)}|[A-Z] [A-Z] [A-Z] ?{_digits(3, 3)}"
    rf"|[A-Z]{{2}} ?-? ?[0-9]{{4}}|[A-Z]{{2}}[ -][0-9]{{5}}|[0-9]{{4}}[A-Z]{{2}}"
    rf"|[A-Z]{{2,3}}-[0-9]{{3}}|[0-9]{{3,4}}-[A-Z]{{2,3}}|[0-9]{{3,4}} [A-Z] [A-Z](?: [A-Z])?"
    rf"|(?:[A-Z][0-9]|[0-9][A-Z])-[0-9]{{4}}|[0-9]{{3,4}}-(?:[A-Z][0-9]|[0-9][A-Z])"
    rf"|{_digits(4, 4)}[ ,]{{0,2}}{_TAIL} ?{_letters(2, 3)}){_END}"
)
"""All issued forms, and the commonest without a dash."""

MARKED = Pattern(
    rf"(?<!聯)(?<!台[0-9]線)(?<!台[0-9]{{2}}線)"
    rf"[軍使外領代臨試](?:車|時)?[ \-]?(?:[A-Z] ?[0-9]?|[0-9]{{1,2}}(?=-))?{_JOINT}{_digits(2, 6)}{_END}"
)
"""Military, diplomatic, provisional and test plates begin with a Chinese character."""

TRAILER = Pattern(rf"{_BEGIN}(?:[A-Z]{{2,3}}-[0-9]{{2}}|[0-9]{{2}}-[A-Z]{{2}}){_END}")
"""Trailers and machines that drive on roads have short plates."""

DIGITS_PART = Pattern(
    rf"(?:[後末尾前]面?的?那?{_PLACES}|尾[數號碼]|號碼|數字|後面是?(?=[ 0-9])|[看記抄][到得](?:數字)?"
    rf"|LAST [A-Z0-9]{{1,5}} DIGITS|END(?:S|ING) (?:IN|WITH))"
    rf"(?:[^0-9A-Z\n]{{0,8}}| (?:ARE|IS|WAS)[ :]{{1,2}})({_digits(2, 5)})(?![0-9A-Z])(?! ?[{_COUNTED}])"
)
LETTERS_PART = Pattern(
    rf"(?:英文(?:字母|字|部分)?(?!老師|課|班|版|系|名)|字母|開頭|前面是|前面?{_PLACES})"
    rf"[^0-9A-Z\n]{{0,6}}({_letters(2, 3)})(?![0-9A-Z])"
    rf"|(?:車牌|車號|牌照)號?碼?[是: ]{{0,2}}([A-Z](?: [A-Z]){{1,2}})(?=[ ,、]{{1,2}}[一-鿿])"
    rf"|(?<![0-9A-Z])({_letters(2, 3)})(?= ?(?:開頭|什麼的|幾號"
    r"|(?:[^0-9A-Z\n]|1(?=下)){0,14}(?:然後|再來|接著|後面|數字)[^0-9A-Z\n]{0,8}[0-9]))"
)
APART = Pattern(
    rf"(?:車牌|車號|牌照|英文)[^0-9A-Z。\n]{{0,10}}({_letters(2, 3)})-?[ ,、\n]{{1,2}}"
    rf"(?:[^0-9A-Z。]|1(?=[橫槓下直])){{0,24}}?({_digits(3, 4)})(?![0-9A-Z]|[ ,、]?[0-9]| ?[元{_COUNTED}])"
)
"""Letters and digits with something between them: 「車牌 BQC,中間一橫,3907」."""

EITHER = Pattern("(?<![0-9A-Z-])([0-9]{3,4})[ ,]?(?:還是|或是?|或者)[ ,]?([0-9]{3,4})(?![0-9A-Z]| ?[年月元號路])")
"""Some digits or letters, where the words around say that the rest is left out or follows."""

_BOPOMOFO = "[ㄅ-ㄩ]{1,3}"
_SOUND = (
    "(?:欸取?|誒|逼|西|低|伊|愛夫|居|哀|賊|歐|批|屁|踢|優|歪|達不[溜六]|大不[溜六]|阿爾|愛思|艾克斯|恩(?!典))"
)
_ALPHABET = (
    "(?:ALPHA|ALFA|BRAVO|CHARLIE|DELTA|ECHO|FOXTROT|GOLF|HOTEL|INDIA|JULIETT?|KILO|LIMA|MIKE|NOVEMBER|OSCAR|PAPA|"
    "QUEBEC|ROMEO|SIERRA|TANGO|UNIFORM|VICTOR|WHISKEY|X-?RAY|YANKEE|ZULU|[A-Z] (?:AS IN|FOR|LIKE) [A-Z][A-Z-]{1,10})"
)
SAID = late(
    rf"(?=[A-Z 槓杠-]{{0,9}}[ㄅ-ㄩ])(?<![A-Zㄅ-ㄩ])(?:(?:[A-Z]|{_BOPOMOFO})(?: ?[槓杠-])? ?){{1,4}}"
    rf"{_JOINT}{_digits(3, 4)}(?![0-9])|(?<![0-9]){_digits(3, 4)}{_JOINT}(?=[A-Z ]{{0,6}}[ㄅ-ㄩ])"
    rf"(?:[A-Z]|{_BOPOMOFO})(?: ?(?:[A-Z]|{_BOPOMOFO})){{0,2}}"
)
"""Letters said in the phonetic alphabet of Taiwan: ㄟ for A, ㄊㄧ for T."""

SOUNDED = late(
    rf"(?=[0-9A-Z欸誒逼西低伊愛居哀賊歐批屁踢優歪達大阿艾恩])(?!欸[ ,、]{{1,2}}[A-Z][ ,]?[A-Z][ ,]?[A-Z])"
    rf"(?:(?=[A-Z ]{{0,6}}{_SOUND})(?<![A-Z])(?:(?:[A-Z]|{_SOUND})[ ,]?){{2,4}}{_JOINT}{_digits(3, 4)}(?![0-9])"
    rf"|(?<![0-9]){_digits(3, 4)}{_JOINT}(?=[A-Z ]{{0,6}}{_SOUND})(?:(?:[A-Z]|{_SOUND})[ ,]?){{2,3}}"
    rf"|(?<![A-Z])(?:{_ALPHABET}[ ,-]{{1,2}}){{2,3}}{_JOINT}{_digits(3, 4)}(?![0-9])"
    r"|(?<![A-Z])[A-Z](?:[ ,-]?[A-Z]){1,2}"
    r"(?:[ ,-]{1,2}(?:ZERO|OH|ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE)){3,4}(?![A-Z]))"
)
"""Letters said in words that sound like them, or by an alphabet's names."""

# 「B，蘋果的A，K，八零七三」, ``T as in Tom, G, F, 6-1-4-7``: a letter may be explained.
_EXPLAINED = (
    r"(?:[A-Z]{2,8} ?的 ?)?[A-Z](?: ?[是像] ?[A-Z]{2,10}(?: ?的 ?[A-Z])?"
    r"|[ ,、]{0,2}(?:[一-鿿A-Z]{1,8}的[A-Z](?![A-Z])|AS IN [A-Z]{2,10}|呃|嗯|啊))?"
)
EXPLAINED = late(
    rf"(?<![A-Z])(?=[A-Z](?![A-Z])|[A-Z]{{2,8}} ?的)(?:{_EXPLAINED}[ ,、]{{0,2}}(?:然後[ ,、]{{0,2}})?){{2,3}}"
    r"(?:(?:然後|再來|後面|數字|AND|THEN)[ ,、]{0,2}){0,3}"
    rf"[0-9](?:[ ,、-]{{0,2}}[0-9]){{2,3}}(?![0-9])"
    rf"|(?<![0-9])[0-9](?:[ ,、]{{0,2}}[0-9]){{2,3}}{_JOINT}(?=[A-Z]{{0,2}}[呃嗯啊])"
    rf"[A-Z](?:[呃嗯啊 ,]{{0,2}}[A-Z]){{1,2}}(?![A-Z])"
)
"""Letters with a word that begins with them, or with what one says while looking."""

FLIGHT = re.compile(
    "(?:AE|AK|BR|CA|CI|CX|CZ|DL|EF|FD|GE|HO|HX|IT|JL|JX|KE|MM|MU|NH|OZ|PR|SQ|TG|TR|UA|UO|VJ|VN|ZH)-?[0-9]{3,4}"
)
OTHER_CODE = late(
    r"(?:ISO|CNS|DOT|SCH|REC|DOC|RFC|REV|VER|USB|HTTP|COVID|TEL|FAX|NTD?|TWD?|USD|ROC|FAQ|NO|ID|LED|PM|IMG|DSC|MVC"
    r"|AM|UTC|GMT|LTD|CO|CPC|GPS|HDMI|IC|IP|OS|RFID|SOP|TPE|T?EMU|DMU)(?= ?-?[0-9])"
    r"|(?:ARE|IS|WAS|AND|OR|IN|AT|ON|OF|TO|THE|FOR|BY|FROM|HIT|AROUND|ABOUT|ONLY|JUST|WITH|PAID|PAY|FINE|TIME"
    r"|DATE|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEPT?|OCT|NOV|DEC|BUS|ROOM|EXIT|LINE|GATE)(?= [0-9])"
    r"|[0-9. ]+(?:MM|CM|KM|KG|CC|ML|KW|HP|AM|PM|MG|GB|MB|TB|HZ|HRS?|MIN|ST|ND|RD|TH|[FXKMGLWV])$"
)
"""Standards, words and units that have the form of a plate."""

EVERYDAY = re.compile("(?:APP|TAX|LAW|ACT|NEW|OLD|MY|HIS|HER|OUR|ITS|MID)(?= [0-9])")
"""Words before a year or a count; behind a plate's cue they may be its letters."""
