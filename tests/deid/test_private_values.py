"""Private lines, addresses and plates beside offices: none may stay because a rule lets public ones stay."""

from __future__ import annotations

from pathlib import Path

from deid import Concealer, load_policy
from tests.deid.marked import hidden, read

LINES = (Path(__file__).parent / "tables" / "private.txt").read_text(encoding="utf-8").splitlines()


def _shown(concealer: Concealer, line: str) -> bool:
    text, marked = read(line)
    return not marked <= hidden(concealer, text)


def test_no_marked_value_stays_visible() -> None:
    concealer = Concealer(load_policy("default"))
    lines = [(number, line) for number, line in enumerate(LINES, 1) if not line.startswith("#")]
    assert sum(line.count("⟦") for _, line in lines) > 900
    assert [number for number, line in lines if _shown(concealer, line)] == []


def test_a_value_that_stays_would_be_seen() -> None:
    concealer = Concealer(load_policy("default"))
    assert _shown(concealer, "區公所的電話是⟦02-2720-8889⟧，1999也可以")
    assert not _shown(concealer, "我家⟦02-2345-7781⟧，我媽⟦0912-345-678⟧")
