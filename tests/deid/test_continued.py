"""What somebody tells behind a number that is hidden: its end, what he looked for, what he corrects."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import Concealer, load_policy
from deid.continued import with_continuations
from deid.findings import Finding
from deid.views import Views

CONCEALER = Concealer(load_policy("default"))
MARK = re.compile("⟦(.+?)⟧")
TOLD = [
    "回我手機⟦0937218⟧，等一下喔，⟦44⟧，尾仔是⟦6⟧啦",
    "厝內電話⟦空六⟧、⟦二六六⟧，後壁是⟦八一零二⟧",
    "機車車牌⟦RQC六一三⟧，啊不是，少念一個字，⟦六一一三⟧",
    "信用卡卡號⟦四三一八 五五二零 六六七九⟧，後四碼磨到看不見，我拿放大鏡，是⟦七一零三⟧",
    "電號⟦零三七四⟧ 有抄到嗎 最後三碼⟦五一二⟧",
    "病歷號碼⟦零零五一七⟧，眼鏡咧，再來⟦四二⟧",
]
STAYS = [
    "電話⟦0912345678⟧，然後30分鐘後再打，最後打110",
    "電話⟦0912345678⟧，最後再打1999",
    "車牌⟦RQC-6113⟧，然後罰單900元",
    "手機⟦0912345678⟧。再來，公車是307",
    "手機⟦0912345678⟧，後面那台公車是 1 路",
]


@pytest.mark.parametrize("row", TOLD + STAYS)
def test_what_is_told_on_is_hidden_and_nothing_else(concealer: Concealer, row: str) -> None:
    text = MARK.sub(r"\1", row)
    assert [text[one.start : one.end] for one in concealer.detect(text)] == MARK.findall(row)


def test_a_longer_number_takes_the_place_of_its_part() -> None:
    text = "車牌RQC613，少念一個字，6113"
    at = text.index("6113")
    plate = Finding(2, 8, "TW_PLATE", 0.8, "rule")
    part = Finding(at + 1, at + 4, "TW_PLATE", 0.6, "rule")
    settled = with_continuations(Views(text), [plate, part], lambda _: True)
    assert [(one.start, one.end) for one in settled] == [(2, 8), (at, at + 4)]


PIECES = ["0912345678", "，", "再來", "尾仔是", "不是", "123", "4", "。", "號", "電話", "\u200b", "⋯"]


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_findings_stay_apart_and_in_order(pieces: list[str]) -> None:
    found = CONCEALER.detect("".join(pieces))
    assert all(one.end <= other.start for one, other in pairwise(found))
