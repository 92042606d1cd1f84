"""Calls composed by parts: no private line is shown, and most offices' lines stay."""

from __future__ import annotations

import pytest

from tests.deid.composed_calls import CALLS, counts


@pytest.mark.parametrize("end", ["\n", " "])
def test_private_lines_are_hidden_and_most_of_offices_are_not(end: str) -> None:
    hidden_of_office, shown_of_citizen = counts(end)
    assert shown_of_citizen == 0
    assert hidden_of_office <= CALLS / 4
