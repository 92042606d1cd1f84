"""The words that speak of an agency begin with the characters that their patterns look for first."""

from __future__ import annotations

import re

import pytest

from deid.recognizers import public_words
from deid.training.corpus import read_corpus
from deid.views import Views


@pytest.mark.parametrize("name", ["ANCHOR", "NOTICE", "PLACE", "CITIZEN", "PRIVATE_BEFORE"])
def test_no_word_is_passed_over(name: str) -> None:
    gated = getattr(public_words, name)
    whole = re.compile(re.sub(r"^\(\?=\[.*?\]\)", "", gated.pattern))
    assert whole.pattern != gated.pattern
    for entry in read_corpus():
        folded = Views(entry.line).folded
        spans = [match.span() for match in gated.finditer(folded)]
        assert spans == [match.span() for match in whole.finditer(folded)]
