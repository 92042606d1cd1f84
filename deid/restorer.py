"""Puts original values back into a reply that arrives in pieces."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from deid.placeholders import (
    CANDIDATE,
    CLOSERS,
    ESCAPED_CANDIDATE,
    ESCAPED_OPENER,
    LONGEST_ESCAPED,
    LONGEST_INNER,
    OPENERS,
    decode_escapes,
    head,
    normalise,
)

_OPENER = re.compile(f"[{re.escape(OPENERS)}]")
_BEGINS_ESCAPED = re.compile(rf"[{re.escape(OPENERS)}\\]")
_ENDED = re.compile(f"[{re.escape(CLOSERS)}\n]")
_OPENER_ESCAPED = re.compile(ESCAPED_OPENER)
_ESCAPE_BEGUN = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _json_escape(value: str) -> str:
    escaped = json.dumps(value, ensure_ascii=False)[1:-1]
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", escaped)


class Restorer:
    """One reply of one session: ``feed`` each piece, ``flush`` once at the end.

    Only placeholders issued in the session are replaced; anything else, truncated or broken stays as it is and is
    never guessed. Held back is only an ending that could still become an issued placeholder, at most
    ``LONGEST_INNER`` characters between the brackets. Restored values are not looked at again.

    With ``json_escaped`` the reply is JSON source (a tool call's arguments): values go in as JSON string content and
    placeholders may be written with ``\\uXXXX`` escapes.
    """

    __slots__ = ("_held", "_issued", "_json_escaped")

    def __init__(self, issued: Mapping[str, str], *, json_escaped: bool = False) -> None:
        self._issued = issued
        self._json_escaped = json_escaped
        self._held = ""

    def __repr__(self) -> str:
        return "Restorer()"

    def feed(self, text: str) -> str:
        """Return what can be shown now."""
        if not self._issued:
            return text
        if not self._held and not (_BEGINS_ESCAPED if self._json_escaped else _OPENER).search(text):
            return text
        text = self._held + text
        cut = self._hold_from(text)
        self._held = text[cut:]
        return self._put_back(text[:cut])

    def flush(self) -> str:
        """Return what was held back, as it came."""
        held, self._held = self._held, ""
        return held

    def _put_back(self, text: str) -> str:
        if not self._json_escaped:
            return CANDIDATE.sub(lambda m: self._issued.get(head(normalise(m[1])), m[0]), text)

        def replace(match: re.Match[str]) -> str:
            value = self._issued.get(head(normalise(decode_escapes(match[1]))))
            return match[0] if value is None else _json_escape(value)

        return ESCAPED_CANDIDATE.sub(replace, text)

    def _hold_from(self, text: str) -> int:
        """Return where the ending that could still become an issued placeholder begins."""
        if self._json_escaped:
            return self._hold_from_escaped(text)
        last = max(map(text.rfind, OPENERS))
        inner = text[last + 1 :]
        if last < 0 or len(inner) > LONGEST_INNER or _ENDED.search(inner) or not self._may_become(inner):
            return len(text)
        return last

    def _hold_from_escaped(self, text: str) -> int:
        window = max(0, len(text) - LONGEST_ESCAPED)
        begun = _ESCAPE_BEGUN.search(text, window)
        complete = begun.start() if begun else len(text)
        openers = list(_OPENER_ESCAPED.finditer(text, window, complete))
        if not openers:
            return complete
        last = openers[-1]
        inner = decode_escapes(text[last.end() : complete])
        if len(inner) > LONGEST_INNER or _ENDED.search(inner) or not self._may_become(inner):
            return complete
        return last.start()

    def _may_become(self, inner: str) -> bool:
        beginning = head(normalise(inner))
        return any(name.startswith(beginning) for name in self._issued)
