"""Addresses in Latin script: 「5F.-1, No. 12, Ln. 5, Sec. 2, Zhongshan N. Rd.」, 「12 Zhongshan Rd.」.

A street is found first; the pieces that belong to it are then read to both sides. A street alone stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.patterns import Pattern, late
from deid.tw_districts import ROMANISED_CITIES, ROMANISED_DISTRICTS
from deid.views import Views

_KIND = Pattern(
    r"(?<=[ .])(?:ROAD|RD|STREET|ST|BOULEVARD|BLVD|AVENUE|AVE|VIL(?:LAGE)?"
    r"|(?:LANE|LN)(?!\.? ?[0-9]{1,4},? (?:[A-Z'\-]+\.? ){1,3}(?:R(?:OA)?D|ST(?:REET)?)\.?,? ?(?:NO|#)))"
    r"(?![A-Z])\.?(?: (?:NORTH|SOUTH|EAST|WEST)(?![A-Z]))?"
)
_WORD = r"(?:[A-Z][A-Z'\-]{0,20}|[1-9][0-9]{0,2}(?:ST|ND|RD|TH))"
_NAME = re.compile(rf"(?<![A-Z0-9])(?:{_WORD}(?:\. ?| )){{1,4}}$")
# 「… beside the temple. Lane 12 …」
_NEXT_SENTENCE = re.compile(r"[A-Z]{5,}\. LANE$")
_NOT_NAME = re.compile(
    r"(?:^|(?<=[ .]))(?:I|AM|WE|LIVE|LIVING|STAY|AT|ON|IN|IS|ADDRESS|ADDR|HOME|MY|THE|NEAR|TO|FROM|OF|AND|BY|"
    r"ALONG|LN|"
    r"SEC|ALY|NO|DI|KAMAR|MANDI|DEKAT)[. ]+"
)
_NUMBER = "[0-9]{1,4}(?: ?[-~] ?[0-9]{1,4}){0,2}(?![0-9])"
_PIECE = (
    rf"(?:(?:NO|NUMBER)\.? ?{_NUMBER}|#{_NUMBER}"
    rf"|(?<!NO )(?<!NO\. )(?<!NO\.)(?<!#)(?<!LANE )(?<!ALLEY ){_NUMBER} (?:ALLEY|LANE) [0-9]{{1,4}}"
    rf"|{_NUMBER} (?:NO\.|HAO)(?![A-Z])|[0-9]{{1,4}} LANE(?=,)"
    r"|[0-9](?:ST|ND|RD|TH)? SEC(?:TION|\.)?(?![A-Z]|\.? ?[0-9])"
    r"|(?:(?:GRADUATE|MALE|FEMALE|MEN'S|WOMEN'S) )?"
    r"(?:DORM(?:ITORY)?|BLDG|BUILDING|BLOCK)\.? ?(?:[A-Z]|[0-9]{1,3})(?![A-Z0-9])"
    r"|(?:LN|LANE|ALY|AL|ALLEY|SEC|SECTION|NEIGHBOU?RHOOD|LIN|FL|FLOOR)\.? ?[0-9]{1,4}"
    r"|FLOORS [0-9]{1,2} (?:TO|AND) [0-9]{1,2}|[0-9]{1,3}[ /]?F(?:L|LOOR)?\.?(?: ?- ?[0-9]{1,3})?"
    r"|(?:[0-9]{1,2}(?:ST|ND|RD|TH)|GROUND|FIRST|SECOND|THIRD|FOURTH|FIFTH|SIXTH|SEVENTH|EIGHTH|NINTH|TENTH|ELEVENTH|"
    r"TWELFTH) FL(?:OOR|\.)?(?![A-Z])|B[0-9]F?|(?:THE )?(?:ROOFTOP|BASEMENT)(?![A-Z])|(?:KAMAR|LANTAI) [0-9]{1,4}"
    r"|(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}) ?樓(?: ?之 ?[0-9一二三四五六七八九])?"
    r"|(?:RM|ROOM|UNIT|APT|FLAT)\.? ?(?:[A-Z]?-?[0-9]{1,4}[A-Z]?|[A-Z])(?![A-Z0-9]))"
)
_SEPARATOR = r"(?: (?:IN|ON|OF) |[.,]{0,2}[ \n]?)"
_BEFORE = late(rf"(?<![A-Z0-9]){_PIECE}{_SEPARATOR}$")
# 「No. 88-6, Dapu, Neighborhood 14, Xinzhong Village」: in the country a settlement stands for the road.
_COUNTRY = re.compile(r"(?:NEIGHBOU?RHOOD|LIN) [0-9]|[A-Z][A-Z'\-]{2,15} VIL")
_SETTLEMENT_BEFORE = re.compile(rf"(?<![A-Z0-9])NO\.? ?{_NUMBER}, [A-Z][A-Z'\-]{{2,15}}, $")
_BARE_BEFORE = re.compile(rf"(?<![A-Z0-9.]){_NUMBER},? $")
_AFTER = late(rf"{_SEPARATOR}{_PIECE}(?![A-Z0-9])")
_NUMBER_AFTER = re.compile(rf",? {_NUMBER}(?![:.]?[0-9])(?! ?[A-Z%])")
_VILLAGE_AFTER = re.compile(r",? [A-Z][A-Z'\-]{2,15} VIL(?:LAGE|\.)?(?![A-Z])")
_IN_LANE = Pattern(
    rf"(?<![A-Z])(?:LN|LANE)\.? ?[0-9]{{1,4}}(?:,? (?:ALY|ALLEY|AL)\.? ?[0-9]{{1,3}})?,? (?:NO|NUMBER)\.? ?{_NUMBER}"
)
_BARE_AFTER = re.compile(rf"\.? ?{_NUMBER}(?![:.]?[0-9])")
_HOUSE = re.compile(
    r"NO\.? ?[0-9]|NUMBER|#|[0-9] (?:NO\.|HAO)|(?<![0-9])(?<!SEC )(?<!SEC\. )(?<!SECTION )(?<!LANE )(?<!LN\. )"
    r"[0-9]{1,4} (?:ALLEY|LANE) [0-9]"
)
# 「số 45 ngõ 310 đường Zhongshan, Taiping」, 「Jalan Zhongshan No. 45」: folded, with ASCII letters as capitals.
_VN_FLOOR = "(?:T[AầẦ]NG|L[ầẦ]U) [0-9]{1,2}"
_VIETNAMESE = Pattern(
    rf"(?:{_VN_FLOOR},? )?S[OốỐ] {_NUMBER}(?:,? (?:NG[Oõ]|H[ẻẺ]M|NG[áÁ]CH) [0-9/]{{1,8}}){{0,2}},? "
    rf"(?:[đĐ][ưƯ][ờỜ]NG|DUONG|PH[ốỐ]) [A-Z]+(?: [A-Z]+){{0,2}}(?: [0-9]{{1,2}})?(?:,? {_VN_FLOOR})?"
    r"(?:, [A-ZÀ-ỹ]+(?: [A-ZÀ-ỹ]+)?){0,2}(?![A-Z])"
    rf"|(?:[đĐ][ưƯ][ờỜ]NG|DUONG) [A-Z]+(?: [A-Z]+){{0,2}}, S[OốỐ] {_NUMBER}(?:, {_VN_FLOOR})?"
)
_STREET = r"(?:JALAN|JLN?\.?)(?: (?!BAGIAN|NO|LANTAI|LT)[A-Z]+){1,4}"
_LEVEL = r"(?:,? (?:LANTAI|LT\.?) ?[0-9]{1,2})?(?:,? KAMAR [0-9]{1,4})?"
_INDONESIAN = Pattern(
    rf"(?<![A-Z])(?:NO(?:MOR|\.)? ?{_NUMBER}(?:,? GANG [0-9]{{1,4}})?,? {_STREET}{_LEVEL}"
    rf"|{_STREET}(?: BAGIAN [0-9])?,? (?:NO(?:MOR|\.)? ?)?{_NUMBER}{_LEVEL})"
)
_CITY = f"(?:{'|'.join(ROMANISED_CITIES)}|TAIWAN)"
_KIND_OF_PLACE = r" (?:DIST(?:RICT|\.)?|CITY|COUNTY|TOWNSHIP)(?![A-Z])\.?"
# Districts that one names without saying what they are: 「Zhongshan N. Rd., Shilin」.
_DISTRICT = f"(?:{'|'.join(sorted(ROMANISED_DISTRICTS))})"
_PLACES = late(
    rf"(?:, ?[A-Z][A-Z'\-]{{1,14}}(?: [A-Z][A-Z'\-]{{1,14}})?(?:{_KIND_OF_PLACE})?){{0,2}}"
    rf", ?{_CITY}(?![A-Z])(?:{_KIND_OF_PLACE})?(?:,? ?[0-9]{{3,6}}(?![0-9\-]))?(?:, ?TAIWAN(?![A-Z]))?"
    rf"|, ?{_DISTRICT}(?![A-Z\-])(?!{_KIND_OF_PLACE})"
)
_CALLED_PLACES = re.compile(rf"(?:, ?[A-Z][A-Z' \-]*(?:{_KIND_OF_PLACE}|TAIWAN|TAIPEI)(?: ?[0-9]{{3,6}})?)+")
_LONGEST_NAME, _LONGEST_PIECE, _MOST_PIECES = 44, 24, 6
# As it was typed: "Puli Land Office, No. 12", "our counter at No. 7"; somebody's husband's office has no name.
_OFFICE_BEFORE = Pattern(
    r"(?:(?!The |My |His |Her |Your |Their )\b[A-Z][A-Za-z'’\-]+ (?:of (?:[A-Z][^\s\x1c-\x1f]+ )+|and )?"
    r"(?:Office|Bureau|Department|Ministry|Division|Administration|"
    r"[Cc]ent(?:er|re)|Agency|City Hall|Hospital|Embassy|Institute|HQ|Affairs|"
    r"Headquarters|Yuan|Council|Consulate)"
    r"|\b[Oo]ur (?:service |main |branch |information )?(?:office|counter|desk|cent(?:er|re)))"
    r"(?:,|:| \(|,? (?:is )?(?:located )?(?:at|in))? ?$"
)
_OFFICE_WINDOW = 64


def with_floor_and_room(folded: str, end: int) -> int:
    """Take in the English floor and room behind a Chinese address: 「…162號, 5th Floor, Room 503」."""
    return _last_piece(folded, end)


def english_addresses(folded: str) -> Iterator[tuple[int, int]]:
    """Yield the streets with a house number, with lane, section, floor and room; lanes with a number alone."""
    for pattern in (_VIETNAMESE, _INDONESIAN, _IN_LANE):
        for match in pattern.finditer(folded):
            yield match.start(), _last_piece(folded, match.end())
    position = 0
    for kind in _KIND.finditer(folded):
        if _NEXT_SENTENCE.search(folded[max(0, kind.start() - _LONGEST_NAME) : kind.end()]):
            continue
        start = _name_start(folded, position, kind.start())
        span = None if start is None else _around_street(folded, start, kind.end())
        if span and span[0] >= position:
            first, position = span[0], _with_places(folded, span[1])
            yield first, position


def _around_street(folded: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the address that a street is part of; None when no house number stands with it."""
    first, last = _first_piece(folded, start), _last_piece(folded, end)
    if _COUNTRY.match(folded, first):
        base = max(0, first - _LONGEST_NAME)
        settled = _SETTLEMENT_BEFORE.search(folded[base:first])
        first = base + settled.start() if settled else first
    if first == start and last == end and (bare := _BARE_AFTER.match(folded, last)):
        return first, _last_piece(folded, bare.end())
    if _HOUSE.search(folded, first, last):
        return first, last
    if bare := _BARE_BEFORE.search(folded, max(0, first - _LONGEST_PIECE), first):
        return _first_piece(folded, bare.start()), last
    number = _NUMBER_AFTER.match(folded, last) if last > end else None
    return (first, _last_piece(folded, number.end())) if number else None


def _with_places(folded: str, end: int) -> int:
    """Take in the places behind an address where they are only named: 「, Banqiao, New Taipei」.

    A district and a city that are called so stay, as they do before a Chinese address, unless a floor follows.
    """
    called = _CALLED_PLACES.match(folded, end)
    if called and (further := _last_piece(folded, called.end())) > called.end():
        return further
    if village := _VILLAGE_AFTER.match(folded, end):
        return village.end()
    places = _PLACES.match(folded, end)
    if places is None or _CALLED_PLACES.fullmatch(places[0]):
        return end
    return _last_piece(folded, places.end())


def _name_start(folded: str, lowest: int, end: int) -> int | None:
    base = max(lowest, end - _LONGEST_NAME)
    match = _NAME.search(folded[base:end])
    if match is None:
        return None
    start = match.start()
    for word in _NOT_NAME.finditer(match[0]):
        start = match.start() + word.end()
    return base + start if start < match.end() else None


def _first_piece(folded: str, start: int) -> int:
    for _ in range(_MOST_PIECES):
        base = max(0, start - _LONGEST_PIECE)
        match = _BEFORE.search(folded[base:start])
        if match is None:
            break
        start = base + match.start()
    return start


def _last_piece(folded: str, end: int) -> int:
    for _ in range(_MOST_PIECES):
        match = _AFTER.match(folded, end)
        if match is None:
            break
        end = match.end()
    return end


def follows_office(views: Views, start: int) -> bool:
    """Whether the name of an office leads straight to the place, of the folded view."""
    at = views.original_span(start, start + 1)[0]
    return _OFFICE_BEFORE.search(views.text[max(0, at - _OFFICE_WINDOW) : at]) is not None
