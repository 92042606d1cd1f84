"""Calls written down turn by turn, in lines or in one: who asks, who tells, who reads back."""

from __future__ import annotations

import re

import pytest

from deid import Concealer, load_policy
from deid.views import Views

MARK = re.compile("⟦(.*?)⟧")
CONCEALER = Concealer(load_policy("default"))
ROWS = [
    "客服：您車子的案子，車號？ 民眾：⟦K T X⟧，等一下喔… 客服：數字呢？ 民眾：⟦八三零六⟧，白色的。",
    "A：水號報一下 B：⟦7 M⟧，再來⟦四一，零九二三 五五八⟧ A：好的",
    "客服：電話留一下？ 民眾：⟦零九三五⟧ 客服：嗯 民眾：⟦二二七⟧ 客服：好 民眾：⟦六四零⟧",
    "客服：我看到了，⟦清華路二段三十巷五弄⟧對嗎？ 民眾：後面還有，⟦八號⟧。",
    "專員：請問地點在哪裡呢？ 民眾：鳳山，⟦海洋一路⟧，靠學校那邊，⟦二七六號⟧前面。",
    "客服：請問大名？ 民眾：⟦朱芷涵⟧。 客服：是紫色的紫嗎？ 民眾：不是，⟦芷若的芷⟧，很多人寫錯。",
    "客服：您是⟦沈柏懋⟧先生？ 民眾：是，⟦底下有個心的懋⟧。",
    "A：電子郵件我沒聽清楚 B：⟦hsu dot mw⟧ A：好",
    "通知寄哪裡？⏎寄⟦mika，m i k a，點 ho 七七 at 那個 icloud 點 com⟧。",
    "名字是⟦歐陽玉蘭⟧，⟦歐陽兩個字的姓、玉石的玉、蘭花的蘭⟧",
    "我的遊戲ID ⟦半夜想吃肉圓⟧ 被盜了",
    "水費怎麼這麼多，水號是⟦5C-18⟧，然後⟦204417⟧，最後一個⟦3⟧",
    "我找⟦阿昆仔⟧，他早上出門就沒有回來",
    "就賣魚的⟦丁春生⟧，⟦春生仔⟧以前不是這樣的人",
    "衛生局還在查，留⟦02-2672-1935⟧。",
    # A number that is known said again in pieces, mistyped, corrected behind an asterisk.
    "手機⟦0936 417 208⟧／⟦0936417⟧，後面？／⟦208⟧／好的",
    "借書證停權了，證號是 ⟦P30285516⟧ 唸慢一點 ⟦P三零二⟧ ⟦八五五一六⟧ 好",
    "護照是⟦三五一零六二九三八⟧，訂位打成⟦三五一零六二九八三⟧，後面顛倒了",
    "車號 ⟦RXB-6O32⟧⏎*⟦6032⟧ 打錯",
    "我家的地號⟦0736-0012⟧⏎查無資料⏎*⟦0763-0012⟧ 手殘",
    "我種鳳梨，⟦太安里段1186地號⟧，還有隔壁⟦1187⟧。",
    "郵局局號⟦零零三一五八六⟧帳號⟦零五二四一九三⟧欸等一下我老花，最後三個字改⟦三九一⟧才對。",
    "新帳號⟦617 0052 2258 37⟧，後面還有兩碼，⟦09⟧。",
    # One who asks himself, goes on after something else, or tells the way.
    "承辦：他住址？⏎民眾：只知道在平鎮區⟦延平路三段⟧，號碼好像⟦二四七⟧。",
    "他戶籍在斗南鎮⟦中山路⟧呃幾號去了，⟦二八九⟧。",
    "我電話齁你抄一下⟦零九五二⟧等一下鍋子在滾我先關火。好了⟦三一七⟧欸弟弟你不要拉，呃⟦六零三⟧對就這樣",
    "我住⟦北昌街⟧啦就以前戲院後面現在變停車場那邊，你走進來⟦七十二巷⟧有一棵芒果樹再過去⟦十五號⟧",
    "您是⟦民生西路五段一百三十七巷四弄十一號⟧嗎？對，⟦三樓⟧",
]
KEPT = [
    "客服：九月一號前滿三足歲就可以報名。民眾：好",
    "搭 936、417 都有到，票價 208 元",
    "訂單 11504 和 11505 都還沒到，*最晚 12 月 10 日前",
    "第 3 點 *15 天內補件",
    "客服：您好 民眾：路燈壞了 客服：哪一條路？ 民眾：中山路",
    "選項 A：線上申請 B：臨櫃申請",
    "不是糊塗的塗，也不是美麗的麗",
    "遊戲名稱 不能改，請問怎麼辦",
    "這是公所的信箱，請寫上 A B C 三組",
    "他人在這邊，巴金森很多年了",
    "水號 請看帳單左上角，165 是反詐騙專線",
]


@pytest.mark.parametrize("row", ROWS + KEPT)
def test_what_is_told_is_hidden_and_nothing_else(row: str) -> None:
    row = row.replace("⏎", "\n")
    text = MARK.sub(r"\1", row)
    found = CONCEALER.detect(text)
    hidden = {at for one in found for at in range(one.start, one.end) if text[at].isalnum()}
    marked, at = set[int](), 0
    for index, mark in enumerate(MARK.finditer(row)):
        at = mark.start() - 2 * index
        marked |= {at + offset for offset, char in enumerate(mark[1]) if char.isalnum()}
    assert "".join(text[at] for at in sorted(marked - hidden)) == ""
    assert "".join(text[at] for at in sorted(hidden - marked)) == ""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("客服：您好 民眾：路燈壞了", ["客服:您好", "民眾:路燈壞了"]),
        ("A：您好。 B：路燈壞了 A：嗯", ["A:您好。", "B:路燈壞了", "A:嗯"]),
        ("您好 話務員：請說 來電者：路燈", ["您好", "話務員:請說", "來電者:路燈"]),
        ("客服：您好。民眾：路燈壞了。客服：哪裡？", ["客服:您好。", "民眾:路燈壞了。", "客服:哪裡?"]),
        ("掛號台：生日？家屬：三月。掛號台：好。家屬：嗯", ["掛號台:生日?", "家屬:三月。", "掛號台:好。", "家屬:嗯"]),
        ("姓名：王小明 電話：1999", ["姓名:王小明 電話:1999"]),
        ("回覆 客服：已結案", ["回覆 客服:已結案"]),
    ],
)
def test_a_call_in_one_line_is_read_in_turns(text: str, lines: list[str]) -> None:
    assert Views(text).folded.split("\n") == lines
