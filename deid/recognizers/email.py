"""Finds e-mail addresses, written and spoken (小老鼠, 點, 底線)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from deid.findings import Finding
from deid.recognizers.base import TextRecognizer
from deid.views import Views

_WRITTEN = re.compile(
    r"(?<![A-Z0-9._%+\-])[A-Z0-9._%+\-]++ ?@ ?(?:[A-Z0-9\-]{1,63}\.){1,6}[A-Z]{2,24}(?![A-Z0-9])"
)
_AT = re.compile(r" ?(?:小老鼠|老鼠|@|\(AT\)|\[AT\]| AT ) ?")
_LOCAL_BEFORE = re.compile(
    r"(?:[A-Z0-9._%+\-]| ?(?:點|底線|底槓|下底線|減號|槓|加號|DOT) ?|(?<=[A-Z0-9]) (?=[A-Z0-9]))+$"
)
_DOMAIN_AFTER = re.compile(r"(?:[A-Z0-9\-]{1,63} ?(?:點|DOT|\.) ?){1,5}[A-Z]{2,24}(?![A-Z])")
_ANNOUNCED = re.compile(r"^(?:(?:E-?MAIL|MAIL|GMAIL|ID|IS)[ :]+)+")
_LONGEST_LOCAL = 64
_ROLE = re.compile(
    r"(?:SERVICE|INFO|CONTACT|MAYOR|WEBMASTER|ADMIN|MAIL|HELP|SUPPORT|PUBLIC|OFFICE|1999|PRESS|PETITION|HR)"
    r"[A-Z\-_]{0,12}@(?:[A-Z0-9\-]{1,63}\.){0,5}GOV\.TW"
)


class EmailAddressRecognizer(TextRecognizer):
    """Role mailboxes of the government and the agency's own published addresses stay."""

    ENTITY = "EMAIL"

    def __init__(self, public_mailboxes: Iterable[str] = (), **options: Any) -> None:
        super().__init__(**options)
        self._public = frozenset(Views(address).folded for address in public_mailboxes)

    def find(self, views: Views) -> Iterator[Finding]:
        folded = views.folded
        if "@" in folded:
            for match in _WRITTEN.finditer(folded):
                address = match[0].replace(" ", "")
                if address not in self._public and not _ROLE.fullmatch(address):
                    yield self.finding(views, match.span(), 1.0)
        if "點" in folded or "老鼠" in folded or "DOT" in folded:
            yield from self._spoken(views)

    def _spoken(self, views: Views) -> Iterator[Finding]:
        figures = views.figures
        for at in _AT.finditer(figures):
            after = _DOMAIN_AFTER.match(figures, at.end())
            if after is None:
                continue
            window = max(0, at.start() - _LONGEST_LOCAL)
            before = _LOCAL_BEFORE.search(figures[window : at.start()])
            if before is None:
                continue
            announced = _ANNOUNCED.match(before[0].lstrip())
            skipped = len(before[0]) - len(before[0].lstrip()) + (announced.end() if announced else 0)
            start = window + before.start() + skipped
            if start < at.start():
                yield self.finding(views, (start, after.end()), 0.9)
