"""Codes that are spelled letter by letter, with what explains a letter, and talk between."""

from __future__ import annotations

import pytest

from deid import Concealer, load_policy
from tests.deid.marked import hidden, read, said

CONCEALER = Concealer(load_policy("default"))
SPELLED = [
    "車號是⟦R⟧，rose的R，⟦G⟧，⟦雙K⟧，橫線，⟦四七一八⟧，停了三天",
    "肇逃那台，車牌⟦M⟧、⟦Z⟧，再一個⟦T⟧，數字⟦三三⟧，嗯，⟦零七⟧，應該沒錯",
    "我的賴拼給你，⟦h⟧，home的h，⟦u⟧，⟦a⟧，然後底線⟦九零二⟧",
    "信箱是⟦v⟧，victor的v，⟦a⟧，⟦n⟧，接著數字⟦八八一⟧，小老鼠gmail點com",
    "我太太的越南護照是⟦B⟧，boy的B，⟦六一五⟧，嗯，⟦九二零八⟧",
    "泰國護照開頭⟦兩個C⟧，後面⟦七三一⟧，⟦零五⟧，⟦二二⟧",
    "外送員帳號是⟦T⟧，tiger的T，⟦W⟧，⟦五零六⟧，麻煩查一下",
    "信箱是⟦k⟧，king的k，⟦b⟧，⟦三五⟧下底線⟦h⟧，小老鼠gmail點com",
    "車牌⟦K⟧、⟦P⟧、⟦三五⟧槓⟦零零⟧",
    "載具，斜槓，⟦Q⟧，⟦W⟧，⟦七⟧，⟦K⟧，加號，⟦三⟧，⟦M⟧",
    "載具，斜線，⟦Q⟧，⟦W⟧，⟦七⟧，⟦K⟧，加號，⟦三⟧，⟦M⟧",
]
KEPT = [
    "車號不用留，A棟B棟都可以停嗎",
    "Is an email enough or do I need a paper form?",
    "My employer keeps my passport, I was told I must pay a fee",
    "帳號被鎖了，要按A還是按B",
    "信箱壞了，K書中心的冷氣也壞了",
    "我加LINE之後，等一下要按什麼",
    "看到LINE說維他命A、C、E可以防疫",
    "護照性別欄M、F、X三種",
    "LINE Pay A方案，B方案，C方案",
    "我騎機車，A車闖紅燈，B車追撞",
    "車牌辨識系統壞了，出口等二十分鐘，B1也是",
]


@pytest.mark.parametrize("row", SPELLED)
def test_no_letter_or_digit_stays_visible(row: str) -> None:
    text, marked = read(row)
    assert said(text, marked - hidden(CONCEALER, text)) == ""


@pytest.mark.parametrize("text", KEPT)
def test_talk_of_letters_stays(text: str) -> None:
    assert CONCEALER.detect(text) == ()
