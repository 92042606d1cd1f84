from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.number_places import NumberPlaces
from deid.recognizers.phone_places import numbers_in_columns
from deid.views import Views


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ａｂｃ１２３", "ABC123"),
        ("零\u200b寬\ufeff", "零寬"),
        ("‐‑‒–—―−ー－﹣", "-" * 10),
        ("㎡", "M2"),
        ("abC", "ABC"),
        ("0912⋯⋯345……678 ⋯ 九⋯年", "0912345678 ⋯ 九⋯年"),
        ("12 ⋯ 三四，12345678⋯90，12⋯90年", "12 三四,1234567890,12⋯90年"),
        ("0928\u202d317\xad7\u206640\u3164", "0928317740 "),
        ("02─2738•4196➖1", "02-2738·4196-1"),
        ("0928ㄧ317，一ㄧ二", "0928-317,一ㄧ二"),
        ("第一行\r\n> 引用\n>> 再引", "第一行\n引用\n再引"),
        ("0932-\r\n> 118", "0932-118"),
        ("姓名：____王立群____", "姓名:王立群"),
        ("a__b 台__中__市", "A__B 台中市"),
        ("生日：民國  78  年", "生日:民國 78 年"),
        ("姓名  電話\n王立群  0912", "姓名  電話\n王立群  0912"),
        ("我叫陳 怡 君，生日七十 五 三", "我叫陳怡君,生日七十 五 三"),
        ("光 復 路 1 0 1 巷 9 號", "光復路101巷9號"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert Views(text).folded == folded


@pytest.mark.parametrize(
    ("text", "squeezed"),
    [
        ("０９１２－３４５－６７８", "0912345678"),
        ("零玖壹貳", "0912"),
        ("A 123 456 789", "A123456789"),
        ("Ａ一二三", "A123"),
        ("0.9・1·2", "0912"),
        ("王-明", "王-明"),
    ],
)
def test_squeezing(text: str, squeezed: str) -> None:
    assert Views(text).squeezed == squeezed


ANY_TEXT = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("0123456789零一二三ＡＢａ①½㎡\u200b\u2060\ufeff -.·…⋯（）〔〕\ud83d\x00😀ﬁ가\r\n>_ㄧ王\u3000"),
    )
)


@given(ANY_TEXT)
def test_offsets_lead_back_to_characters_that_fold_to_what_was_matched(text: str) -> None:
    views = Views(text)
    assert len(views.figures) == len(views.folded)
    for index in range(len(views.folded)):
        start, end = views.original_span(index, index + 1)
        assert 0 <= start < end <= len(text)
        assert views.folded[index] in Views(text[start:end]).folded
    for index in range(len(views.squeezed)):
        start, end = views.squeezed_span(index, index + 1)
        assert views.figures[start:end] == views.squeezed[index]

    folded = Views(text).folded
    assert len(Views(folded).folded) == len(folded)


LONG_NUMBER = re.compile(r"(?:[A-Z]|\+)?[0-9](?:[ .\-]{0,2}[0-9]){5,}(?: ?#[0-9]{1,4})?(?![0-9A-Z])")
PIECES = st.lists(
    st.sampled_from(["0912345678", "A1 23456-789", "12345", "886-912 345", "#12", "字" * 30, "字" * 250, "ID"])
)


@given(PIECES.map("".join))
def test_long_numbers_are_found_at_their_places_in_the_whole(text: str) -> None:
    places = NumberPlaces.of(text)
    found = [(match.start() + places.shift(match.start()), match[0]) for match in LONG_NUMBER.finditer(places.text)]
    assert found == [(match.start(), match[0]) for match in LONG_NUMBER.finditer(text)]


@pytest.mark.parametrize("text", ["x  y\n" + "王" * 200_000, "A" + "_" * 200_000 + "A", "\n> " * 50_000])
def test_one_long_line_is_folded_in_one_go(text: str) -> None:
    """Whoever looks at each character's rest of the line doesn't end this."""
    assert len(Views(text).folded) <= len(text)


def test_a_long_cell_is_no_number() -> None:
    text = '電話\t姓名\nx' + '"' * 200_000 + "x\t王立群"
    assert list(numbers_in_columns(Views(text))) == []
