"""Patterns that are looked for in every text: PCRE2 says in machine code where one stands, ``re`` says what it is.

Most of these patterns stand nowhere in most texts, and ``re`` interprets them step by step to find that out
(``docs/decisions/0016-patterns-in-machine-code.md``). Where PCRE2 finds something ``re`` looks again, so who searches
is given Python's own matches. Where PCRE2 gives a text up (a lone surrogate, its stack full) ``re`` searches alone, as
it does on a system that lets no process write machine code.

Only what both read alike may stand in such a pattern (``tests/deid/test_patterns.py``).

``re`` takes a millisecond and more to compile a class of Chinese characters, a second for all patterns. So it compiles
these, and what ``late`` makes, when they are first needed; the gateway calls ``compile_all`` before its first text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from threading import Lock
from typing import Any, ClassVar, cast
from weakref import WeakSet

import pcre2
from pcre2 import _cy as machine

_GIVES_UP = (pcre2.LibraryError, UnicodeEncodeError)
_NOTHING: Iterator[re.Match[str]] = iter(())
_CONTEXT = machine.create_match_context()


class _Waiting:
    """What ``re`` compiles when it is first asked for an attribute that comes from there."""

    __slots__ = ("__weakref__", "_plain", "fullmatch", "groups", "match", "pattern", "sub")
    _TAKEN: ClassVar[tuple[str, ...]] = ("fullmatch", "groups", "match", "sub")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        with _LOCK:
            _ALL.add(self)

    def __getattr__(self, name: str) -> Any:
        """Come here for what is not set yet. Two threads may both compile: either result will do."""
        if name != "_plain" and name not in self._TAKEN:
            raise AttributeError(name)
        self._plain = plain = re.compile(self.pattern)
        for each in self._TAKEN:
            setattr(self, each, getattr(plain, each))
        return getattr(self, name)


_ALL: WeakSet[_Waiting] = WeakSet()
_LOCK = Lock()


def compile_all() -> None:
    """Compile every pattern that waits for its first use, so that no text has to wait for it."""
    with _LOCK:
        waiting = tuple(_ALL)
    for one in waiting:
        one.groups  # noqa: B018  asking is what it waits for


class _Late(_Waiting):
    __slots__ = ("finditer", "search")
    _TAKEN = (*_Waiting._TAKEN, "finditer", "search")


def late(pattern: str) -> re.Pattern[str]:
    """Return a pattern of ``re`` that is compiled when it is first used, and raises ``re.error`` only then.

    It offers ``finditer``, ``fullmatch``, ``groups``, ``match``, ``pattern``, ``search`` and ``sub``; the ``re`` of its
    matches is another object.
    """
    return cast("re.Pattern[str]", _Late(pattern))


class Pattern(_Waiting):
    """A pattern that searches a whole text fast; immutable, safe to share between threads.

    ``match``, ``fullmatch`` and ``sub`` are those of ``re``. Raises PCRE2's PatternError.
    """

    __slots__ = ("_code",)

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self._code = _machine_code(pattern)

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """Return the first match. Between two places of a text ``re`` searches alone: PCRE2 would count to them."""
        if start or end is not None or self._code is None:
            return self._plain.search(text, start, len(text) if end is None else end)
        try:
            found = machine.match(self._code, text, len(text), 0, _CONTEXT)[0]
        except _GIVES_UP:
            return self._plain.search(text)
        if found is None:
            return None
        begins = machine.match_substring_span_bynumber(found, b"", 0)[0]  # in bytes
        return self._plain.match(text, len(text.encode()[:begins].decode())) or self._plain.search(text)

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
