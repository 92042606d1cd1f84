"""PCRE2 finds what ``re`` finds: what the patterns are made of, in the evaluation's texts, at random, in trouble."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pcre2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pcre2 import _cy as machine

from deid import Concealer, load_policy
from deid.patterns import Pattern, compile_all, late
from deid.special_category import speaks_of_special_category
from deid.views import Views
from tests.deid.evaluation import annotated_texts

CONCEALER = Concealer(load_policy("default"))
speaks_of_special_category("")  # its words are compiled with the first text
PATTERNS = sorted((one for one in gc.get_objects() if type(one) is Pattern), key=lambda one: one.pattern)
SETS = ("dev", "dev2", "dev4", "dev12", "dev15", "dev20")
OFTEN = [*"0123456789一二十零號巷路街樓年月日ABCXabc@.,-:/ \n、。我車生帳卡證", "電話", "地址"]
PIECES = 400  # texts that are searched as one
ALIKE = {
    "ANY", "ASSERT", "ASSERT_NOT", "AT_BEGINNING", "AT_BOUNDARY", "AT_END", "BRANCH", "CATEGORY_DIGIT",
    "CATEGORY_NOT_SPACE", "CATEGORY_SPACE", "CATEGORY_WORD", "GROUPREF", "LITERAL", "MAX_REPEAT", "MIN_REPEAT",
    "NEGATE", "NOT_LITERAL", "POSSESSIVE_REPEAT", "RANGE", "SUBPATTERN",
}  # fmt: skip
# Python takes four separators of files and records for space, PCRE2 doesn't.
SPACES = r"\x1c-\x1f"


def spans(found: Iterable[re.Match[str]]) -> list[tuple[int, int]]:
    return [match.span() for match in found]


def assert_alike(pattern: Pattern, text: str) -> None:
    plain = re.compile(pattern.pattern)
    assert spans(pattern.finditer(text)) == spans(plain.finditer(text)), pattern.pattern[:80]
    first, expected = pattern.search(text), plain.search(text)
    assert (first and first.span()) == (expected and expected.span()), pattern.pattern[:80]


def made_of(parsed: Any) -> Iterator[str]:
    """Yield the names of what a parsed pattern is made of."""
    if isinstance(parsed, int) and hasattr(parsed, "name"):
        yield parsed.name
    elif isinstance(parsed, list | tuple | _parser.SubPattern):
        for part in parsed:
            yield from made_of(part)


def test_most_of_what_is_searched_in_whole_texts_is_searched_by_machine_code() -> None:
    assert len(PATTERNS) > 100
    assert all(pattern._code is not None for pattern in PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda one: one.pattern[:24])
def test_a_pattern_is_made_of_what_both_read_alike(pattern: Pattern) -> None:
    parts = set(made_of(_parser.parse(pattern.pattern))) - {"IN", "AT", "CATEGORY", "MAXREPEAT"}
    assert parts <= ALIKE
    spaces = pattern.pattern.count(r"\s")
    assert spaces == pattern.pattern.count(rf"\s{SPACES}") and r"\S" not in pattern.pattern
    assert not re.compile(pattern.pattern).fullmatch("")


@pytest.mark.parametrize("class_", [".", r"\w", r"\d", rf"[\s{SPACES}]", rf"[^\s{SPACES}]", r"\b", "[^a]", "$"])
def test_a_class_is_the_same_in_all_of_unicode(class_: str) -> None:
    every = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    assert_alike(Pattern(f"{class_}(?s:.)"), every)


@pytest.mark.parametrize("name", SETS)
def test_every_pattern_finds_what_re_finds(name: str) -> None:
    texts = [row["text"] for row in annotated_texts(name)]
    for first in range(0, len(texts), PIECES):
        views = Views("\n".join(texts[first : first + PIECES]))
        for view in {views.text, views.folded, views.figures, views.squeezed}:
            for pattern in PATTERNS:
                assert_alike(pattern, view)


@given(st.sampled_from(PATTERNS), st.lists(st.sampled_from(OFTEN), min_size=64))
def test_at_random(pattern: Pattern, pieces: list[str]) -> None:
    assert_alike(pattern, "".join(pieces))


def test_a_text_that_is_no_unicode_is_searched_by_re() -> None:
    text = "\ud800" * 100 + "0912345678"
    assert spans(Pattern("09[0-9]{8}").finditer(text)) == [(100, 110)]
    assert Pattern("09[0-9]{8}").search(text)


@pytest.mark.parametrize("before", ["", "xx" * 40])
def test_a_text_that_fills_the_stack_is_searched_by_re(before: str) -> None:
    pattern = Pattern("x{2}|(?:(?:a|b|ab)(?:c?|d))+e")
    text = before + "ab" * 100_000 + "e"
    with pytest.raises(pcre2.LibraryError):
        machine.match(pattern._code, text, len(text), len(before), machine.create_match_context())
    assert_alike(pattern, text)


def test_where_no_machine_code_may_be_written_re_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_code: object) -> None:
        raise pcre2.LibraryError(-48)  # PCRE2_ERROR_NOMEMORY

    monkeypatch.setattr(machine, "jit_compile", refused)
    pattern = Pattern("09[0-9]{8}")
    assert pattern._code is None
    assert_alike(pattern, "電話" * 40 + "0912345678")


# How many patterns are compiled for the texts of standard input, with or without ``warm_up`` before them: longer ones,
# because a separator is compiled in no time where it is met.
COMPILED_FOR_TEXTS = """
import re, sys
from deid import Concealer, load_policy
concealer = Concealer(load_policy("default"))
if sys.argv[1] == "warm":
    concealer.warm_up()
compiled, compile_ = [], re._compiler.compile
re._compiler.compile = lambda pattern, flags=0: compiled.append(pattern) or compile_(pattern, flags)
for text in sys.stdin.read().split("\\0"):
    concealer.session().conceal(text)
print(sum(len(pattern) > 16 for pattern in compiled))
"""


@pytest.mark.parametrize(("how", "compiles"), [("warm", False), ("cold", True)])
def test_no_text_waits_for_a_pattern_after_the_warm_up(how: str, compiles: bool) -> None:
    texts = "\0".join(row["text"] for row in annotated_texts("dev"))
    command = [sys.executable, "-c", COMPILED_FOR_TEXTS, how]
    answer = subprocess.run(command, input=texts, capture_output=True, text=True, check=True)
    assert (int(answer.stdout) > 0) is compiles


def test_what_is_compiled_late_reads_like_re() -> None:
    pattern, plain, text = late("(?P<road>[一-鿿]路)([0-9]+)"), re.compile("(?P<road>[一-鿿]路)([0-9]+)"), "在東路12"
    assert pattern.pattern == plain.pattern and pattern.groups == 2
    assert spans(pattern.finditer(text)) == spans(plain.finditer(text)) == [(1, 5)]
    assert pattern.search(text, 1) and not pattern.match(text) and pattern.fullmatch(text, 1)
    assert pattern.sub("", text) == "在"
    with pytest.raises(AttributeError):
        pattern.split  # noqa: B018
    with pytest.raises(re.error):
        late("(").search("")


def test_every_pattern_that_is_compiled_late_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = late("(?P<road>[一-鿿]路)")
    compile_all()
    monkeypatch.setattr(re, "compile", pytest.fail)
    assert waiting.search("在東路") and all(pattern.groups >= 0 for pattern in PATTERNS)
    monkeypatch.undo()
    broken = late("(")
    with pytest.raises(re.error):
        compile_all()
    assert broken.pattern == "("
