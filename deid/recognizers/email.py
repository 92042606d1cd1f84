"""Finds e-mail addresses, written and spoken (小老鼠, 點, 底線)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from deid.findings import Finding
from deid.patterns import Pattern, late
from deid.published import mailbox
from deid.recognizers.addressed import is_named_near, is_written_to
from deid.recognizers.asked_for import tells_mailbox
from deid.recognizers.base import DOUBTFUL, TextRecognizer
from deid.recognizers.call import Call
from deid.recognizers.on_record import is_mailbox_on_record
from deid.recognizers.public_context import PublicContext
from deid.recognizers.public_words import PRIVATE_BEFORE
from deid.recognizers.told_numbers import pieces_told
from deid.tagger.tagger import load_tagger
from deid.views import Views

_WRITTEN = Pattern(
    r"(?<![A-Z0-9._%+\-])(?!(?:IS|ARE|FB|IG|AT|ON|TO|AND) @)"
    r"(?!(?:IG|FB|LINE|THREADS)@[A-Z0-9.]+_[A-Z0-9])[A-Z0-9._%+\-]++"  # 「IG@name.of_somebody」 is a handle
    r"(?:@ ?| @ ?(?=[A-Z0-9\-.]{1,64}\.(?:COM|TW|NET|ORG|EDU)(?![A-Z0-9])))"
    r"(?:[A-Z0-9\-]{1,63}\.){1,6}[A-Z]{2,24}(?![A-Z0-9])"
)
_MISTYPED = Pattern(
    r"(?<![A-Z0-9._%+\-])[A-Z0-9._%+\-]++ ?@{1,2} ?"
    r"(?:GMAIL|YAHOO|HOTMAIL|OUTLOOK|ICLOUD|LIVE|MSN|PROTON|PCHOME|MSA|HINET)"
    r"(?:[.,。 ]{0,3}(?:COM|NET|TW|ME|HINET)){1,3}(?![A-Z0-9])"
    r"|(?<![A-Z0-9._%+\-])[A-Z0-9._+\-]++%40(?:[A-Z0-9\-]{1,63}\.){1,6}[A-Z]{2,24}(?![A-Z0-9])"
    r"|(?<![A-Z0-9._%+\-])[A-Z0-9._%+\-]++@(?=[0-9\-]{0,19}[A-Z])[A-Z0-9\-]{2,20}[,。](?:COM|NET|ORG|EDU)(?:[.,。]TW)?(?![A-Z0-9])"
)
_UNTOLD = late("^(?:(?!MAIL|信箱|帳號|[是叫為:=]).)*[一-鿿]$")
_GLUED = re.compile("(?:E-?MAIL|GMAIL)(?=[A-Z]{4}[A-Z0-9._%+-]*@)")  # 「我的Emailamy.chen@…」
_SPOKEN = ("點", "老鼠", "DOT", "(AT)", "[AT]")
_AT = Pattern(r" ?(?:小老鼠|老鼠|艾特|@|\(AT\)|\[AT\]| AT ) ?")
_LOCAL_BEFORE = re.compile(
    r"(?:[A-Z0-9._%+\-]| ?(?:點|底線|底槓|下底線|減號|槓|加號|DOT) ?|(?<=[A-Z0-9]) (?=[A-Z0-9]))+$"
)
_LETTER_ALONE = "(?<=(?<![A-Z0-9])[A-Z0-9]) (?=[A-Z0-9](?![A-Z0-9]))"
_WORDS_BEFORE = re.compile(
    rf"[A-Z0-9._%+\-]+(?:(?:\(DOT\)| (?:DOT|UNDERSCORE|UNDERLINE|DASH|HYPHEN|PLUS) "
    rf"| ?(?:點|下?底線|底槓|減號|槓|加號) ?"
    rf"| (?=[0-9]+$)|{_LETTER_ALONE})[A-Z0-9._%+\-]+)*$"
)
_DOMAIN_AFTER = re.compile(r"(?:[A-Z0-9\-]{1,63} ?(?:點|[(\[]?DOT[)\]]?|\.) ?){1,5}[A-Z]{2,24}(?![A-Z])")
_PROVIDER_AFTER = re.compile("(?:GMAIL|HOTMAIL|YAHOO|OUTLOOK|ICLOUD|HINET)(?![A-Z0-9.])")
_GOES_ON = re.compile(" AT |@ ?[A-Z0-9]")
_SAID = late("[一-鿿]|(?<![A-Z])DOT(?![A-Z])")
_MAILBOX = re.compile("GMAIL|YAHOO|HOTMAIL|OUTLOOK|ICLOUD|HINET|PROTON|MAIL|信箱|郵件")
_ANNOUNCED = re.compile(r"^(?:(?:E-?MAIL|MAIL|GMAIL|ID|IS)[ :]+)+")
_LONGEST_LOCAL = 64
# Letter by letter, without the at-sign, near the word for a mailbox: 「k i n點l u然後八八」.
_MARK = "[ ,]{0,2}(?:(?:然後|再來|接著)[ ,]{0,2})?(?:點|下?底線|減號|槓)"
_LETTERS = Pattern(
    rf"(?<![A-Z0-9])(?=[A-Z] [A-Z](?: [A-Z0-9]){{0,30}}{_MARK})"
    rf"[A-Z](?:(?: |{_MARK}[ ,]{{0,2}})[A-Z0-9](?![A-Z])){{4,30}}"
    r"(?:[ ,]{0,2}(?:然後|再來|後面|加){1,2}[ ,]{0,2}[0-9](?: ?[0-9]){0,5})?(?:[ ,]{0,2}小老鼠 ?[A-Z]{2,12})?"
)
_LETTERS_REACH, _CLAIM = 48, 40
_ROLE = re.compile(
    r"(?:SERVICE|INFO|CONTACT|MAYOR|WEBMASTER|ADMIN|MAIL|HELP|SUPPORT|PUBLIC|OFFICE|1999|PRESS|PETITION|RECALL|SALES|ORDERS?|BOOKING|RESERVATIONS?|CUSTOMERS?|MARKETING|HR|EBILL|EDM|NEWS|"
    r"PERSONNEL|ARCHIVES?|SECRETARY|ACCOUNTING|RECRUIT(?:MENT)?|TENDERS?|LIBRARY|TOURISM|TRAFFIC|VOLUNTEERS?|COMPLAINTS?|ETHICS)"
    r"[A-Z\-_]{0,12}@(?:[A-Z0-9\-]{1,63}\.){0,5}GOV\.(?:EXAMPLE\.)?(?:TW|TAIPEI)|(?:MINISTER|TAX|[A-Z]{2,8}-(?:HR|SERVICE|INFO))@(?:[A-Z0-9\-]{1,63}\.){0,5}GOV\.TW|([A-Z]{2,12})@\1\.(?:[A-Z0-9\-]{1,63}\.){0,4}GOV\.TW"
)
_OF_AGENCY = re.compile(r"[@.]GOV\.(?:EXAMPLE\.)?(?:TW|TAIPEI)$")
# What a firm or an association calls the mailbox that it publishes; at a provider of free ones it may be anybody's.
_OF_FIRM = re.compile(r"(?:SERVICES?|INFO|CONTACT|SUPPORT|HELP|SALES|ORDERS?|BOOKING|HR|PRESS|CUSTOMER)@")
# A name and a number: 「anson.chang_64@」. A clerk's mailbox at an office is its own.
_PERSONAL = re.compile(r"[A-Z]{2,15}[._\-][A-Z]{2,15}[._\-]?[0-9]{1,4}@(?!.*GOV\.)")
# Where everybody may have a mailbox, and where an agency's event seldom has one.
_FREE = re.compile(
    r"@(?:[A-Z0-9\-]+\.)?(?:GMAIL|YAHOO|HOTMAIL|OUTLOOK|ICLOUD|LIVE|MSN|PROTON(?:MAIL)?|PCHOME|NAVER|QQ|TUTANOTA)\."
)
_PROVIDER = re.compile(
    r"@(?:[A-Z0-9\-]+\.)?(?:HINET|SEED|TFN|SO-NET|163|126|FOXMAIL|ME|PM|MAIL|AOL|YANDEX|GMX|ZOHO)\."
)


class EmailAddressRecognizer(TextRecognizer):
    """Role mailboxes of the government and the agency's own published addresses stay."""

    ENTITY = "EMAIL"

    def __init__(self, public_mailboxes: Iterable[str] = (), **options: Any) -> None:
        super().__init__(**options)
        self._public = frozenset(map(mailbox, public_mailboxes))

    def find(self, views: Views) -> Iterator[Finding]:
        for span in pieces_told(views, self.ENTITY):
            yield self.finding(views, span, 0.5)
        folded = views.folded
        judged: dict[int, int] = {}
        if "@" in folded or "%40" in folded:
            for match in _WRITTEN.finditer(folded):
                judged[match.end()] = match.start()
                if not self._is_published(views, match):
                    untold = _UNTOLD.search(views.before(match.start(), 8))
                    glued = _GLUED.match(folded, match.start()) if untold else None
                    span = glued.end() if glued else match.start(), match.end()
                    yield self.finding(views, span, DOUBTFUL if _is_of_official(views, match) else 1.0)
            for match in _MISTYPED.finditer(folded):
                if match.end() not in judged and not match[0].endswith("GOV.TW"):
                    yield self.finding(views, match.span(), 0.8)
        if any(word in folded for word in _SPOKEN) or (" AT " in folded and "." in folded):
            for start, end in _spoken(views):
                if start < judged.get(end, end):
                    yield self.finding(views, (start, end), 0.9)

    def _is_published(self, views: Views, match: re.Match[str]) -> bool:
        address = match[0].replace(" ", "")
        if address in self._public or _ROLE.fullmatch(address):
            return True
        if _OF_AGENCY.search(address) and tells_mailbox(views, *match.span()):
            return True
        if is_mailbox_on_record(views, match.start()):
            return False
        context, free = PublicContext.of(views), _FREE.search(address) or _PERSONAL.match(address)
        local = re.split("[^A-Z]+", address.partition("@")[0])
        if free and any(map(load_tagger().is_family, local)):
            return False
        firm = _OF_FIRM.match(address) and not (free or _PROVIDER.search(address))
        if firm and context.speaks_for_agencies(*match.span()) and not context.is_claimed(match.start()):
            return True
        return context.publishes_mailbox(*match.span(), free=free is not None)


def _is_of_official(views: Views, written: re.Match[str]) -> bool:
    """Whether a mailbox at a government's domain is told of an official, in no call and not as somebody's own."""
    if not _OF_AGENCY.search(written[0].replace(" ", "")) or is_mailbox_on_record(views, written.start()):
        return False
    if Call.of(views).has_sides:  # ``tells_mailbox`` has judged it
        return False
    if not is_named_near(views, written.start()) or is_written_to(views, *written.span()):
        return False
    low = max(0, written.start() - _CLAIM)
    claims = [claim.end() for claim in PRIVATE_BEFORE.finditer(views.folded, low, written.start())]
    return not claims or bool(PublicContext.of(views).offices_named(claims[-1], written.start()))


def _spoken(views: Views) -> Iterator[tuple[int, int]]:
    """Yield addresses read out: the words before the at-sign that belong together, and the domain; or mere letters."""
    figures = views.figures
    for letters in _LETTERS.finditer(figures):
        if _MAILBOX.search(views.around(*letters.span(), _LETTERS_REACH)):
            yield letters.span()
    for at in _AT.finditer(figures):
        after = _DOMAIN_AFTER.match(figures, at.end()) or _PROVIDER_AFTER.match(figures, at.end())
        if after is None or _GOES_ON.match(figures, after.end()):
            continue
        window = max(0, at.start() - _LONGEST_LOCAL)
        worded = "AT" in at[0]
        before = (_WORDS_BEFORE if worded else _LOCAL_BEFORE).search(figures[window : at.start()])
        if before is None or (at[0] == " AT " and not _MAILBOX.search(views.around(*at.span(), 24))):
            continue
        if at[0].strip() == "@" and not _SAID.search(f"{before[0]} {after[0]}"):
            continue
        announced = _ANNOUNCED.match(before[0].lstrip())
        skipped = len(before[0]) - len(before[0].lstrip()) + (announced.end() if announced else 0)
        start = window + before.start() + skipped
        if start < at.start():
            yield start, after.end()
