"""Composed calls: a citizen asks for an office's line, or is asked for his own. `python -m tests.deid.composed_calls`.

Prints how many offices' lines are hidden and how many private ones are shown. Composed by parts, so it tells a rule's
direction and no rate of real calls.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from deid import Concealer, load_policy

CALLS = 900
_OFFICES = (
    "信義區公所", "板橋戶政", "環保局", "殯葬處", "派出所", "國稅局三重稽徵所", "監理站", "動保處", "勞保局辦事處",
    "圖書館", "社會局", "地政事務所", "稅捐處", "市立醫院", "托嬰中心", "台電服務所", "自來水公司", "法律扶助基金會",
    "長照管理中心", "消防分隊",
)
_FOR_OFFICE = (
    "請問{o}電話幾號？", "{o}的電話可以給我嗎？", "我要打去{o}，電話多少？", "那{o}要打哪一支？", "有沒有{o}的電話？",
    "我找不到{o}的電話，可以查一下嗎？", "要問誰？", "那我要打去哪裡？", "{o}怎麼聯絡？", "可以給我{o}的專線嗎？",
)
_TOLD = (
    "{n}。", "電話是{n}。", "請撥{n}分機803。", "您打{n}找{o}。", "幫您查到是{n}。", "好的，{o}是{n}，上班時間打。",
    "您抄一下，{n}。", "{n}，週一到週五八點到五點。", "他們的號碼是{n}喔", "這邊給您{o}的電話，{n}，您再打去問。",
)
_FOR_OWN = (
    "請問您的電話？", "方便留個電話嗎？", "聯絡電話幾號？", "電話多少？", "留一支電話給我們，承辦會回電。",
    "請問市話？", "要回電給您，打哪一支？",
)
_OWN = (
    "{n}。", "電話是{n}。", "{n}，晚上打。", "打{n}找我。", "就{n}喔", "你打{n}", "我家是{n}",
)
_READ_BACK = (
    "{n}，對嗎？", "跟您確認{n}。", "好的，{n}。", "我念一次，{n}", "那就打{n}給您。",
)
_SPEAKERS = (("民眾：", "客服："), ("民眾：", "1999："), ("A：", "B："), ("市民：", "話務員："), ("民：", "專："))
_AREAS = ("02-{}###-####", "03-{}##-####", "04-{}###-####", "06-{}##-####", "07-{}##-####")
_WITHOUT_AREA = 3


class ComposedCall(NamedTuple):
    """The turns, the line in them, how else it is said, and whether it is the citizen's own."""

    turns: list[str]
    forms: tuple[str, ...]
    private: bool


def composed_calls(seed: int = 1) -> Iterator[ComposedCall]:
    """Yield as many calls about an office's line as about the citizen's own, always the same ones."""
    chosen = random.Random(seed)
    for _ in range(CALLS):
        yield _about_office(chosen)
        yield _about_own(chosen)


def shown(concealer: Concealer, call: ComposedCall, end: str) -> bool:
    """Whether a line of a call stays visible, the turns ended by ``end``."""
    concealed = concealer.session().conceal(end.join(call.turns))
    return any(form in concealed for form in call.forms)


def counts(end: str) -> tuple[int, int]:
    """Return how many offices' lines are hidden and how many private lines are shown, of ``CALLS`` each."""
    concealer = Concealer(load_policy("default"))
    hidden_of_office = shown_of_citizen = 0
    for call in composed_calls():
        if call.private:
            shown_of_citizen += shown(concealer, call, end)
        else:
            hidden_of_office += not shown(concealer, call, end)
    return hidden_of_office, shown_of_citizen


def _line(chosen: random.Random) -> str:
    area = chosen.choice(_AREAS)
    first = chosen.choice("23" if area.startswith("04") else "2345678")
    return "".join(str(chosen.randrange(10)) if char == "#" else char for char in area.format(first))


def _about_office(chosen: random.Random) -> ComposedCall:
    (citizen, desk), office, line = chosen.choice(_SPEAKERS), chosen.choice(_OFFICES), _line(chosen)
    asked, told = chosen.choice(_FOR_OFFICE).format(o=office), chosen.choice(_TOLD).format(o=office, n=line)
    before = [f"{desk}您好"] if chosen.random() < 1 / 3 else []
    after = [f"{citizen}好，謝謝"] if chosen.random() < 2 / 3 else []
    return ComposedCall([*before, citizen + asked, desk + told, *after], (line,), False)


def _about_own(chosen: random.Random) -> ComposedCall:
    (citizen, desk), line = chosen.choice(_SPEAKERS), _line(chosen)
    turns = [desk + chosen.choice(_FOR_OWN), citizen + chosen.choice(_OWN).format(n=line)]
    if chosen.random() < 1 / 2:
        said = line[_WITHOUT_AREA:] if chosen.random() < 1 / 3 else line
        turns.append(desk + chosen.choice(_READ_BACK).format(n=said))
    if chosen.random() < 1 / 3:
        turns.insert(0, citizen + chosen.choice(_FOR_OFFICE).format(o=chosen.choice(_OFFICES)))
    return ComposedCall(turns, (line, line[_WITHOUT_AREA:]), True)


if __name__ == "__main__":
    for name, end in (("in lines", "\n"), ("in one line", " ")):
        hidden, visible = counts(end)
        print(f"{name}: of {CALLS} offices' lines {hidden} hidden, of {CALLS} private lines {visible} shown")
