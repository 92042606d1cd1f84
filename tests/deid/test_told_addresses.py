"""Addresses that are told part by part, with other words between, over turns, corrected, asked for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deid import Concealer, load_policy
from deid.recognizers.tw_address import TwAddressRecognizer

MARK = re.compile("⟦(.*?)⟧", re.DOTALL)
CONCEALER = Concealer(load_policy("default"))
ADDRESSES = Concealer(load_policy("default"), recognizers=[TwAddressRecognizer()])
ROWS = [
    # Part by part, by one who lives there.
    "我住板橋區⟦莒光路⟧，對，⟦八十巷⟧，再來是⟦十二號⟧",
    "麻煩寄到⟦大興街⟧，我講慢一點，⟦45巷⟧，有聽到嗎？⟦7弄⟧……⟦3號之1⟧",
    "我的地址，⟦延吉街九十三號⟧，小孩在吵不好意思，⟦四樓之二⟧",
    "門牌⟦忠義街⟧，就那個全聯旁邊，⟦二百一十五號⟧。⟦十一樓⟧，水管破了",
    # Asked for, turn by turn.
    "客服：請問地址？\n民眾：⟦興隆路二段⟧\n客服：幾巷？\n民眾：⟦三十巷⟧\n客服：好，號碼呢？\n民眾：呃，⟦十六號⟧",
    "南屯區⟦大墩路⟧。話務員：有巷弄嗎？民眾：⟦118巷⟧。話務員：嗯，門牌幾號？民眾：⟦9號⟧，謝謝",
    "住址⟦建功路20號⟧。A：收到，樓層呢？B：我看一下，⟦6樓⟧。",
    # Said again by who listens.
    "我家在⟦裕民街⟧，話務員：⟦裕民街⟧嗎？民眾：對，⟦二十八號⟧，路燈不亮",
    # Corrected.
    "我住⟦學府路⟧，進去，⟦七十巷⟧，不對，⟦十七巷⟧，⟦五號⟧，啊不是，是⟦九號⟧",
    "地址是⟦光華街⟧……⟦77號⟧，說錯了，⟦71號⟧",
    # The door before its road.
    "我是⟦八十八巷十三號⟧，路名是⟦廣福路⟧，隔壁很吵",
    "我家是⟦五十二號⟧，就⟦南雅街⟧這裡",
    # By landmarks, with what is wrong there, and beside an office's address.
    "我住⟦中正路⟧，捷運站旁邊，⟦五號⟧",
    "住⟦和平路⟧，⟦五十巷⟧，⟦九號⟧要修",
    "住⟦中山路12號5樓⟧，不對，是⟦6樓⟧漏水",
    "我住⟦和平路⟧，走到⟦五十巷⟧，右邊⟦九號⟧",
    "在⟦公園路⟧，你問幾號喔，⟦六十號⟧啦",
    "客服：哪條路？\n民眾：⟦公園路⟧。\n客服：幾號？\n民眾：⟦60號⟧漏水",
    "區公所在中山路100號，我住⟦中山路⟧，⟦三巷⟧，⟦九號⟧",
    "我住⟦和平路⟧，靠近中正路，⟦五十巷⟧，⟦九號⟧",
    "⟦公園路三巷⟧路面凹一塊，我家在最裡面⟦六號⟧",
    "厝佇⟦中山路⟧，廟後壁，⟦九號⟧",
    "⟦力行路二段158巷⟧，欸我講反了，是⟦185巷17號⟧",
    "我住⟦和平路⟧，不對，是⟦中正路⟧，⟦五十巷⟧，⟦九號⟧",
    "客服：請問是哪一條路？\n民眾：⟦公園路⟧。\n客服：幾號？\n民眾：⟦60號⟧",
    "客服：住址？民眾：⟦和平路⟧。客服：幾號？民眾：⟦六十⟧。",
    "住⟦和平路⟧，對，⟦五十巷⟧，⟦九号⟧",
    # Where nobody lives, and what is no part of an address.
    "大安路那邊的三號出口，等一下，五號公車",
    "我九月十號送件，三樓櫃台說要補，五號才排得到",
    "民權路的派出所，二樓，請往裡面走",
    "從復興路直走，第三個巷子，六號的郵筒壞了",
    "本所地址在中山路，捷運站旁，服務台在二樓",
    "我住⟦和平街12號⟧，我要去三樓的圖書館",
    "我住⟦新生路5號⟧，便利商店二樓的座位很吵",
    "我住⟦新生路5號⟧，下個月三號去辦可以嗎",
    "明天3號，請問中山路要封路嗎？",
    "我在一樓，請問中山路的申請在哪辦？",
    "我住⟦中山路5號⟧，資料放在3樓，請幫我看",
    "我住⟦中山路15號⟧。請問5號，垃圾車有來嗎",
    "監理站在哪條路？\n客服：中山路。\n民眾：幾號？\n客服：100號。",
]


@pytest.mark.parametrize("row", ROWS)
def test_golden(row: str) -> None:
    text = MARK.sub(r"\1", row)
    assert [text[f.start : f.end] for f in ADDRESSES.detect(text)] == MARK.findall(row)


FIGURES = "零一二三四五六七八九"
OPENINGS = ("我住", "我家在", "地址是", "我的地址，", "麻煩寄到板橋區", "戶籍在", "客服：請問地址？\n民眾：")
BETWEEN = (
    "，對，", "……", "，呃，", "，然後，", "，那個，", "，再來是", "，進去，", "，進來右手邊，", "，有聽到嗎？", "\n",
    "，我講慢一點，", "，就那個全聯旁邊，",
)  # fmt: skip
ROADS = ("莒光路", "和平街二段", "環河南路3段", "育德街", "明誠路", "市政北二路")


def _written(number: int, spoken: bool) -> str:
    return "".join(FIGURES[int(figure)] for figure in str(number)) if spoken else str(number)


@settings(derandomize=True, max_examples=300)
@given(data=st.data())
def test_every_part_is_hidden_whatever_is_said_between(data: st.DataObject) -> None:
    spoken = data.draw(st.booleans())
    numbers = st.integers(2, 399)
    units = ["號"]
    if data.draw(st.booleans()):
        units = ["巷", *(["弄"] if data.draw(st.booleans()) else []), *units]
    parts = [data.draw(st.sampled_from(ROADS)), *(_written(data.draw(numbers), spoken) + unit for unit in units)]
    if data.draw(st.booleans()):
        parts.append(_written(data.draw(st.integers(2, 9)), spoken) + "樓")
    text, places = data.draw(st.sampled_from(OPENINGS)), []
    for index, part in enumerate(parts):
        text += data.draw(st.sampled_from(BETWEEN)) if index else ""
        places += range(len(text), len(text) + len(part))
        text += part
    text += data.draw(st.sampled_from(("，水管破了。", "，謝謝", "。", "")))
    hidden = {at for one in CONCEALER.detect(text) for at in range(one.start, one.end)}
    assert [text[at] for at in places if at not in hidden] == []
