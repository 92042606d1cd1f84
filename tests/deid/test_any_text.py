"""Text of any kind is taken, and none takes longer than its length explains."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import Concealer, load_policy

CONCEALER = Concealer(load_policy("default"))
LENGTH = 100_000
UNITS = [
    "門牌:成功街\n|5號之2|\n",
    "電話0912，再來34，不是，56",
    "1",
    "0912-",
    "0912",
    "王",
    "陳小明",
    "@",
    "a@",
    "a.",
    "〔",
    "〔姓名",
    "[",
    ":",
    "a:",
    "1號",
    "路",
    "中山路1號",
    "1巷",
    "一",
    "的",
    "阿",
    "王·",
    "我叫",
    "A",
    "Aa ",
    "A-",
    " ",
    ".",
    "1.",
    "\\u3014",
    "\\u5",
    "NO 1 ",
    "+1",
    "(0",
    "\u200b1",
    "a點小老鼠",
    "a DOT ",
    "電話2345678 ",
    "身分證A12345",
    "林惠惠惠",
    "4111 1111 ",
    "名「",
    "Wang, Chen ",
    "惠惠跟",
    "統編12345678 ",
    "\ud800",
    "㎡",
    "½",
]


@pytest.mark.parametrize("unit", UNITS)
def test_long_repetition_does_not_stall(unit: str) -> None:
    """Nested quantifiers would take hours here; the deadline only keeps a failing run short."""
    text = unit * (LENGTH // len(unit))
    session = CONCEALER.session(deadline=time.monotonic() + 60)
    clean = session.conceal(text)
    assert session.restore(clean) == text


@given(st.text(st.characters(codec=None)))
def test_findings_are_sorted_apart_and_inside(text: str) -> None:
    end = 0
    for finding in CONCEALER.detect(text):
        assert end <= finding.start < finding.end <= len(text)
        end = finding.end
