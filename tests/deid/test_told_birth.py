"""Dates of birth that are told part by part, asked for, said again, corrected."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deid import Concealer, load_policy
from deid.recognizers.date_of_birth import DateOfBirthRecognizer

MARK = re.compile("⟦(.*?)⟧")
CONCEALER = Concealer(load_policy("default"))
BIRTHS = Concealer(load_policy("default"), recognizers=[DateOfBirthRecognizer()])
ROWS = [
    "我生日是⟦七十三年⟧，呃，⟦八月⟧，對，⟦十二號⟧",
    "出生日期：⟦民國91年⟧……⟦4月⟧，我看一下身分證，⟦27日⟧，謝謝",
    "生日喔，⟦58年⟧，再來是⟦3月9號⟧",
    "客服：請問您的出生年月日？\n民眾：嗯，⟦64年⟧\n客服：好，幾月？\n民眾：⟦10月⟧\n客服：哪一天？\n民眾：⟦5號⟧",
    "他的生日是⟦82年⟧，客服：⟦82年⟧嗎？民眾：對，⟦6月⟧，⟦3號⟧",
    "我女兒生日是⟦103年⟧，好，⟦7月⟧，不對，⟦11月⟧，⟦2號⟧",
    "生日是⟦77年2月⟧，你有在寫嗎，⟦19號⟧，說錯了，⟦18號⟧",
    "我⟦七十三年次⟧，生日嗯，⟦八月⟧，⟦十二號⟧",
    # What is told behind a date of birth and is none.
    "我生日是⟦70年5月3日⟧，年資21年，想問8月15號能不能領",
    "我⟦58年3月9日⟧出生，下個月3號要去辦",
    "我小孩⟦108年9月⟧生的，通知說4月18號去學校",
    "生日⟦80年1月2日⟧，昨天12號去櫃台，說要等3月",
]


@pytest.mark.parametrize("row", ROWS)
def test_golden(row: str) -> None:
    text = MARK.sub(r"\1", row)
    assert [text[f.start : f.end] for f in BIRTHS.detect(text)] == MARK.findall(row)


OPENINGS = ("我生日是", "我的生日是", "出生年月日", "出生日期：", "生日喔，", "客服：請問您的出生年月日？\n民眾：嗯，")
BETWEEN = (
    "，對，", "……", "，呃，", "，然後，", "，那個，", "，我看一下身分證，", "，再來是", "，你有在寫嗎，", "\n",
    "，應該是", "。客服：好，然後呢？民眾：",
)  # fmt: skip


@settings(derandomize=True, max_examples=200)
@given(
    st.sampled_from(OPENINGS), st.sampled_from(BETWEEN), st.sampled_from(BETWEEN),
    st.integers(30, 110), st.integers(1, 12), st.integers(1, 28),
)  # fmt: skip
def test_every_part_is_hidden_whatever_is_said_between(
    opening: str, first: str, second: str, year: int, month: int, day: int
) -> None:
    text, places = opening, []
    for part, between in ((f"{year}年", first), (f"{month}月", second), (f"{day}號", "，謝謝")):
        places += range(len(text), len(text) + len(part))
        text += part + between
    hidden = {at for one in CONCEALER.detect(text) for at in range(one.start, one.end)}
    assert [text[at] for at in places if at not in hidden] == []
