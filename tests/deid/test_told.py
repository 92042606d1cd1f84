"""Numbers told in groups: with sayings, interruptions, confirmations and corrections between them."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import Concealer, load_policy
from deid.identifiers import credit_card, tw_national_id
from deid.recognizers import told_numbers
from deid.recognizers.told import Form, told
from deid.views import Views
from tests.deid.marked import MARK, hidden, read

CONCEALER = Concealer(load_policy("default"))
TOLD = [
    "我手機⟦0976⟧，我找一下眼鏡，⟦415⟧，尾巴是⟦228⟧，麻煩了",
    "打給我，⟦零九，八七，三一，四四，零二⟧，謝謝",
    "手機⟦零九五三⟧。再來⟦六二零⟧，有齁？⟦一七七⟧喔",
    "電話⟦0921⟧，歹勢小孩在哭，⟦660⟧，⟦873⟧",
    "電話⟦0932⟧\n嗯\n⟦321463⟧，拜託了",
    "市話⟦零四⟧，你先記，⟦二三一七⟧，剩下的是⟦六零八八⟧喔",
    "打我辦公室⟦二七一八⟧，⟦四四零三⟧，找我",
    "電話是⟦零九八八三二零一九⟧嗯還有最後一碼⟦七⟧",
    "身分證字號⟦A一二三⟧，繼續喔，⟦四五六七八九⟧，我本人",
    "身分證⟦F⟧，等我看一下，⟦131⟧，然後⟦104093⟧",
    "身分證⟦B一二三⟧，有抄到嗎？⟦四五六⟧，然後⟦七八九〇⟧，我多念一碼嗎",
    "學號⟦B，109，02113⟧，我要補辦",
    "健保卡號碼⟦0000⟧，⟦2177⟧，阿那個⟦0938⟧，謝謝",
    "健保卡⟦零零零零⟧、外面好吵，⟦八三六五⟧⟦二零一一⟧",
    "信用卡⟦4111 1111⟧，後面是⟦1111⟧，最後⟦1111⟧",
    "車牌⟦GTV⟧，我再看一下，⟦3590⟧，紅色的",
    "車號是⟦AXJ-四-八-八-一⟧",
    "護照號碼我有拍，在手機裡，⟦三六零⟧，訊號不好，⟦四一八⟧，再來⟦八五二⟧",
    "自然人憑證⟦TP，一二零八，八四六五⟧，然後⟦三三九零，七一⟧",
    "戶頭⟦753 87148⟧，後面是⟦9949⟧",
]
STAYS = [
    "電話⟦0912345678⟧，是 3 個人一起打的，打了 15 次",
    "大樂透開出 09、12、23、34、45",
    "車號⟦ABC-1234⟧，兩台都停在紅線上",
    "帳號⟦123-45-678901-2⟧，165也打過了",
    "健保卡異常要按9，來電時間 07/22 10:48。",
    "身分證影本要準備幾份？3 份，公司章 1 個",
    "身分證⟦A123456789⟧，3，三樓櫃台",
    "護照問題打總機#180、184、205、都可以",
]


@pytest.mark.parametrize("row", TOLD + STAYS)
def test_golden(row: str) -> None:
    text, marked = read(row)
    assert hidden(CONCEALER, text) == marked


DIGITS = "零一二三四五六七八九"
SAYINGS = [
    "，", "、", " ", "，對，", "，嗯，", "，然後", "，再來是", "，閣來", "，等一下，", "，我看一下喔，", "。再來",
    "，有聽到嗎，", "，後面是", "，尾巴是", "，剩下的是", "\n嗯\n", "\n客服：嗯\n民眾：", "，還有",
    "，欸小孩在吵，", "，眼鏡咧，", "，你先記，",
]  # fmt: skip
SPLITS = {"mobile": [(4, 3, 3), (2, 2, 3, 3), (4, 2, 4), (3, 3, 4)], "twelve": [(4, 4, 4), (4, 4, 2, 2), (6, 6)]}
SPLITS["id"], SPLITS["card"] = [(4, 3, 3), (1, 3, 3, 3), (2, 4, 4)], [(4, 4, 4, 4)]
CUES = {"mobile": "我手機", "twelve": "健保卡號是", "id": "身分證字號", "card": "信用卡卡號"}


def _number(kind: str, free: str) -> str:
    if kind == "mobile":
        return f"09{free[:8]}"
    if kind == "twelve":
        return f"0000{free[:8]}"
    body = f"A1{free[:7]}" if kind == "id" else f"4{free[:14]}"
    is_valid = tw_national_id.is_valid if kind == "id" else credit_card.is_valid
    return next(body + digit for digit in "0123456789" if is_valid(body + digit))


@st.composite
def sentences(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a sentence that tells a number in groups, and its characters."""
    kind = draw(st.sampled_from(sorted(CUES)))
    number = _number(kind, draw(st.text("0123456789", min_size=14, max_size=14)))
    spoken, said, at = draw(st.booleans()), CUES[kind], 0
    for index, size in enumerate(draw(st.sampled_from(SPLITS[kind]))):
        group = number[at : at + size]
        at += size
        said += draw(st.sampled_from(SAYINGS)) if index else ""
        said += "".join(DIGITS[int(char)] if char.isdigit() else char for char in group) if spoken else group
    return f"喂，{said}，謝謝", number


@given(sentences())
def test_no_group_of_a_number_is_shown_whatever_is_said_between(drawn: tuple[str, str]) -> None:
    text, number = drawn
    covered = {at for found in CONCEALER.detect(text) for at in range(found.start, found.end)}
    shown = "".join(char for at, char in enumerate(text) if at not in covered)
    assert not re.search("[0-9A-Z零一二三四五六七八九]", shown.replace("一下", "")), len(number)
    assert shown.startswith("喂，")
    assert shown.endswith("，謝謝")


NUMBER = Form(re.compile("[0-9]{1,6}"), re.compile("[0-9]{6}").fullmatch, sure=lambda said: said.endswith("0"))


@pytest.mark.parametrize(
    ("figures", "groups", "number"),
    [
        ("123,456,在家", 2, "123456"),
        ("123,對,123,456,在家", 3, "123456"),  # said again
        ("123,不對,124,456,在家", 3, "124456"),  # corrected
        ("123,456,不是,是457,在家", 3, "123457"),
        ("123,小孩在吵,450,在家", 2, "123450"),  # whatever is said: it is sure
        ("123,小孩在吵,456,在家", 0, ""),  # it is not
        ("123,456元", 0, ""),  # counts money
        ("123,電話是456,在家", 0, ""),  # of something else
        ("123,4567,在家", 0, ""),
    ],
)
def test_groups_belong_to_a_number_as_far_as_it_is_whole(figures: str, groups: int, number: str) -> None:
    found = told(figures, 0, NUMBER)
    assert (len(found[0]), found[1]) == (groups, number)
    assert all(end <= start for (_, end), (start, _) in pairwise(found[0]))


@pytest.mark.parametrize("unit", ["帳號1234，", "車牌ABC，", "身分證A，1", "卡號4，", "護照345，"])
def test_each_place_is_tried_a_few_times_however_long_the_text(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = list[int]()

    def counted(figures: str, start: int, form: Form) -> tuple[list[tuple[int, int]], str]:
        tried[-1] += 1
        return told(figures, start, form)

    monkeypatch.setattr(told_numbers, "told", counted)
    for times in (200, 800):
        tried.append(0)
        told_numbers.told_of(Views(unit * times), "PHONE")
    assert tried[0] > 0
    assert tried[1] < 5 * tried[0]


def test_a_word_far_from_a_number_does_not_take_it_from_its_own() -> None:
    clean = CONCEALER.session().conceal("帳號 123，456，789，0，另外護照補發")
    assert clean == "帳號 〔銀行帳號1〕，另外護照補發"


ANSWERS = [
    ("請問您的手機號碼？", "⟦0928⟧"),
    ("請問您的聯絡電話是？", "⟦0928-317⟧"),
    ("我手機0928317704", "*⟦740⟧"),
    ("請問身分證字號？", "⟦A128⟧"),
    ("身分證後四碼？", "⟦3416⟧"),
    ("身分證後四碼？", "⟦1416⟧"),
    ("您的保單號碼？", "⟦1580⟧"),
    ("身分證前四碼 A128", "中間三碼 ⟦703⟧"),
    ("您的身分證字號是？", "⟦A⟧開頭，⟦一二八 七零三 四一五⟧"),
    ("信用卡號前八碼 41283300", "後八碼 ⟦91274417⟧"),
    ("請問銀行帳號？", "⟦012540⟧"),
    ("車牌幾號？", "⟦BKS⟧"),
    ("請問分機？", "⟦312⟧"),
    ("我公司電話02-27384196", "分機⟦312⟧"),
    ("大同路二段幾號？", "⟦四一五號三樓⟧"),
    ("請問您住幾樓？", "⟦5樓⟧"),
    ("地號幾號", "⟦45-6⟧"),
    ("動保處電話幾號？", "1959"),
    ("台北市松仁路99號", "2"),
    ("台北市松仁路99號", "⟦5樓⟧"),
    ("請問服務台在幾樓？", "3樓電梯旁"),
    ("請問身分證字號？", "我忘記了 等一下"),
    ("請問您的居留證號？", "OK, 我找一下"),
    ("身分證要幾張影本？", "2"),
]


@pytest.mark.parametrize(("before", "row"), ANSWERS)
def test_parts_that_answer_a_question_are_hidden(before: str, row: str) -> None:
    text = MARK.sub(r"\1", row)
    clean = CONCEALER.session().conceal(text, after=before)
    assert re.sub("〔[^〕]+〕", "⟦⟧", clean) == MARK.sub("⟦⟧", row)
