"""Finds IPv4 and IPv6 addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.patterns import Pattern, late
from deid.recognizers.base import TextRecognizer
from deid.views import Views

_V4 = Pattern(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?!\.?[0-9])")
_PREFIX = re.compile(r"/[0-9]{1,2}(?![0-9])")
# A range inside one network speaks of no host: 「10.8.0.1～10.8.0.4」.
_RANGE = Pattern(
    r"(?<![0-9.])(?P<net>[0-9]{1,3}\.[0-9]{1,3})(?:\.[0-9]{1,3}){2} ?[~–—] ?(?P=net)(?:\.[0-9]{1,3}){2}(?!\.?[0-9])"
)
_DOT = r"(?: ?(?:[.。·・‧]|\[\.\]) ?)"
_APART = re.compile(rf"(?<![0-9])(?<!IP)[0-9]{{1,3}}(?:{_DOT}[0-9]{{1,3}}){{3}}(?!\.?[0-9])")
_SPOKEN = re.compile(r"(?<![0-9A-Z])[0-9十]{1,4}(?:(?: ?點 ?|-| )[0-9十]{1,4}){3}(?![0-9十\-])")
# 「來源一百一十點三十點八點二零五」
_SAID = re.compile(r"(?<![0-9A-Z點百十])[0-9百十零]{1,6}(?:點[0-9百十零]{1,6}){3}(?![0-9百十分點半])")
_GRADE = re.compile("版本|[分等]級|防[水塵]")
_IP_AFTER = re.compile("[^0-9\n]{0,10}IP(?![A-Z])")
_IP_BEFORE = re.compile(r"(?<![A-Z])IP[^0-9\n]{0,20}$")
_V6 = Pattern(r"(?:(?<![0-9A-Z:.])|(?<=IP)|(?<=[^0-9A-F:]:))(?!:[^:])[0-9A-F:]{4,39}(?:\.[0-9]{1,3}){0,3}(?![0-9A-Z:])")
_VERSION = re.compile(
    r"(?:VERSION|VER|BUILD|RELEASE|版本|版|V)[\"': .=號為是]{0,6}$"
    "|(?:CHROME|SAFARI|FIREFOX|EDGE?|EDG[A-Z]{0,3}|OPR|VERSION|APPLEWEBKIT|CRIOS|FXIOS|LINE|ANDROID)/$"
)
_FIRMWARE, _NEWEST = re.compile("(?:FIRMWARE|韌體)[: ]{0,2}$"), 32
_IN_URL, _PORT = re.compile("://$"), re.compile(":[0-9]")
_SITE = late("請[上至見]|官網|網站|[^一-鿿]?[一-鿿]網[」』 (:]|詳見|點選")
_OWN = re.compile("[我家駭]|監[視控]|鏡頭|遠端|畫面|攝影機|門禁|路由|主機|NAS|DVR|CAM|(?<![A-Z])MY ")
# What every router and every computer is called from inside.
_ROUTER = re.compile(r"127\.0\.0\.1|192\.168\.[01]\.1")
_CONNECTED = re.compile("IP|位址|登入|連線|來源")
_CUE = re.compile(r"IP|位址|ADDRESS|HOST")


class IpAddressRecognizer(TextRecognizer):
    """A version number of four parts is told apart by the word before it."""

    ENTITY = "IP_ADDRESS"

    def find(self, views: Views) -> Iterator[Finding]:
        folded = views.folded
        if folded.count(".") >= 3:
            for match in _hosts(folded):
                if not _is_of_nobody(views, match):
                    yield self.finding(views, match.span(), 0.9)
        for match in _said(views):
            yield self.finding(views, match.span(), 0.7)
        if folded.count(":") >= 2:
            for match in _V6.finditer(folded):
                if _is_v6(match[0]) and (match[0].count(":") > 3 or _CUE.search(views.before(match.start()))):
                    yield self.finding(views, match.span(), 0.9)


def _said(views: Views) -> Iterator[re.Match[str]]:
    """Yield addresses that are read out."""
    for match in _SPOKEN.finditer(views.figures) if "IP" in views.folded else ():
        if _IP_BEFORE.search(views.before(match.start())) or (
            "點" in match[0] and _IP_AFTER.match(views.folded, match.end())
        ):
            yield match
    for match in _APART.finditer(views.folded) if "IP" in views.folded else ():
        before = views.before(match.start())
        if _IP_BEFORE.search(before) and not _GRADE.search(before):
            yield match
    if views.folded.count("點") >= 3 and _CONNECTED.search(views.folded):
        yield from _SAID.finditer(views.figures)


def _hosts(folded: str) -> Iterator[re.Match[str]]:
    """Yield IPv4 addresses, without the ends of ranges and the names of networks."""
    ranged = {at for found in _RANGE.finditer(folded) for at in range(*found.span())}
    for match in _V4.finditer(folded):
        plausible = all(int(part) <= 255 for part in match[0].split("."))
        if plausible and match.start() not in ranged and not _is_network(folded, match):
            yield match


def _is_network(folded: str, match: re.Match[str]) -> bool:
    """Whether a prefix follows that makes it a network of several hosts and not one of them: 185.213.82.0/24."""
    prefix = _PREFIX.match(folded, match.end())
    try:
        return prefix is not None and ipaddress.IPv4Network(match[0] + prefix[0]).num_addresses > 1
    except ValueError:
        return False


def _is_of_nobody(views: Views, match: re.Match[str]) -> bool:
    """Whether it is a version, a public web site or the router."""
    before = views.before(match.start(), 32)
    own = _OWN.search(f"{before}\n{views.after(match.end())}") or _PORT.match(views.folded, match.end())
    site = _IN_URL.search(before) and _SITE.search(before) and not own
    firmware = _FIRMWARE.search(before) and not own and max(map(int, match[0].split("."))) < _NEWEST
    return bool(_VERSION.search(before) or firmware or site or _ROUTER.fullmatch(match[0]))


def _is_v6(text: str) -> bool:
    if text.count(":") < 2 or text.strip(":0") in ("", "1"):
        return False
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
