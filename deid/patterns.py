"""Patterns that are looked for in every text: PCRE2 says in machine code where one stands, ``re`` says what it is.

Most of these patterns stand nowhere in most texts, and ``re`` interprets them step by step to find that out
(``docs/decisions/0016-patterns-in-machine-code.md``). Where PCRE2 finds something ``re`` looks again, so who searches
is given Python's own matches. Where PCRE2 gives a text up (a lone surrogate, its stack full) ``re`` searches alone, as
it does on a system that lets no process write machine code.

Only what both read alike may stand in such a pattern (``tests/deid/test_patterns.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pcre2
from pcre2 import _cy as machine

_GIVES_UP = (pcre2.LibraryError, UnicodeEncodeError)
_NOTHING: Iterator[re.Match[str]] = iter(())
_CONTEXT = machine.create_match_context()


class Pattern:
    """A compiled pattern that searches a whole text fast; immutable, safe to share between threads.

    ``match``, ``fullmatch`` and ``sub`` are those of ``re``.
    """

    __slots__ = ("_code", "_plain", "fullmatch", "groups", "match", "pattern", "sub")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._plain = re.compile(pattern)
        self.groups = self._plain.groups
        self._code = _machine_code(pattern)
        self.match, self.fullmatch = self._plain.match, self._plain.fullmatch
        self.sub = self._plain.sub

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """Return the first match. Between two places of a text ``re`` searches alone: PCRE2 would count to them."""
        if start or end is not None or self._code is None:
            return self._plain.search(text, start, len(text) if end is None else end)
        try:
            found = machine.match(self._code, text, len(text), 0, _CONTEXT)[0]
        except _GIVES_UP:
            return self._plain.search(text)
        return None if found is None else self._plain.search(text)

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """Yield the matches that don't overlap, first to last. Between two places of a text ``re`` searches alone."""
        if start or end is not None or self._code is None:
            return self._plain.finditer(text, start, len(text) if end is None else end)
        found = machine.match_generator(self._code, text, len(text), 0, _CONTEXT)
        try:
            first = next(found, None)
        except _GIVES_UP:
            return self._plain.finditer(text)
        return _NOTHING if first is None else self._matches(text, chain((first,), found))

    def _matches(self, text: str, found: Iterator[Any]) -> Iterator[re.Match[str]]:
        """Yield ``re``'s matches at the places that are found, and from where they end, its own."""
        data = text.encode()
        passed = at = end = 0  # bytes and characters that lie before the match; the end of the last one
        try:
            for match_data, *_ in found:
                begins = machine.match_substring_span_bynumber(match_data, b"", 0)[0]  # in bytes
                at += len(data[passed:begins].decode())
                passed = begins
                match = self._plain.match(text, at)
                if match is None:
                    break
                end = match.end()
                yield match
            else:
                return
        except pcre2.LibraryError:
            pass
        yield from self._plain.finditer(text, end)


AnyPattern = Pattern | re.Pattern[str]


def _machine_code(pattern: str) -> Any:
    """Return PCRE2's code of a pattern, or None where no machine code may be written."""
    code = machine.compile(pattern)
    try:
        machine.jit_compile(code)
    except pcre2.LibraryError:
        return None
    return code
