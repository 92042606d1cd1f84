from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import Concealer, Session, load_policy

CONCEALER = Concealer(load_policy("default"))
NAMES = ["陳怡君", "林志豪", "張惠婷", "黃俊傑", "吳佩珊", "劉宗翰", "蔡雅雯", "楊凱翔", "許淑芬", "鄭宇軒"]


def session() -> Session:
    opened = CONCEALER.session()
    opened.conceal("、".join(f"我叫{name}" for name in NAMES))
    opened.conceal("電話0912345678")
    return opened


SESSION = session()
ANSWERS = st.lists(
    st.one_of(
        st.text(max_size=5),
        st.sampled_from(
            [
                "〔姓名1〕",
                "〔姓名10〕",
                "［ 姓 名 １ ］",
                "[電話1】",
                "〔姓名",
                "1",
                "0",
                "〕",
                "〔",
                "〔姓名1",
                "〔姓名99〕",
                "〔電 話1 〕",
                "\\u3014姓名1\\u3015",
                "\\u3014\\u59d3\\u540d10\\u3015",
                "\\",
                "\\u30",
                "\n",
                " ",
            ]
        ),
    ),
    max_size=10,
).map("".join)


def fed(pieces: list[str], *, json_escaped: bool = False) -> str:
    restorer = SESSION.restorer(json_escaped=json_escaped)
    return "".join(map(restorer.feed, pieces)) + restorer.flush()


@given(ANSWERS, st.lists(st.integers(0, 60)), st.booleans())
def test_every_split_restores_the_same(answer: str, cuts: list[int], json_escaped: bool) -> None:
    bounds = sorted({0, len(answer), *(cut for cut in cuts if cut < len(answer))})
    pieces = [answer[start:end] for start, end in pairwise(bounds)]
    whole = SESSION.restore(answer, json_escaped=json_escaped)
    assert fed(pieces, json_escaped=json_escaped) == whole
    assert fed(list(answer), json_escaped=json_escaped) == whole


@given(ANSWERS)
def test_only_an_ending_that_could_become_a_placeholder_waits(answer: str) -> None:
    restorer = SESSION.restorer()
    shown = restorer.feed(answer)
    held = restorer.flush()
    assert shown + held == SESSION.restore(answer)
    if held:
        inner = "".join(held[1:].split()).translate(str.maketrans("０１２３４５６７８９", "0123456789"))
        assert held[0] in "〔［[【〖" and len(held) <= 33
        assert any(name.startswith(inner) for name in (*(f"姓名{n}" for n in range(1, 11)), "電話1"))


@pytest.mark.parametrize(
    ("answer", "restored"),
    [
        ("您好〔姓名1〕", "您好陳怡君"),
        ("〔姓名10〕與〔姓名1〕", "鄭宇軒與陳怡君"),
        ("[姓名1]［姓名1］【姓名1】〖姓名1〗〔姓名1]", "陳怡君" * 5),
        ("〔 姓名 １ 〕", "陳怡君"),
        ("〔姓名11〕〔姓名01〕〔身分證號1〕", "〔姓名11〕〔姓名01〕〔身分證號1〕"),
        ("〔姓名1", "〔姓名1"),
        ("姓名1〕", "姓名1〕"),
        ("〔姓名〔電話1〕1〕", "〔姓名09123456781〕"),
        ("〔姓\n名1〕", "〔姓\n名1〕"),
    ],
)
def test_restoring(answer: str, restored: str) -> None:
    assert SESSION.restore(answer) == restored


def test_text_goes_out_at_once_unless_it_may_be_a_placeholder() -> None:
    restorer = SESSION.restorer()
    assert restorer.feed("您好") == "您好"
    assert restorer.feed("〔") == ""
    assert restorer.feed("附") == "〔附"
    assert restorer.feed("件〔姓名") == "件"
    assert restorer.feed("1") == ""
    assert restorer.feed("〕好") == "陳怡君好"
    assert restorer.flush() == ""


def test_a_session_without_values_passes_everything_through() -> None:
    restorer = CONCEALER.session().restorer()
    assert restorer.feed("〔姓名") == "〔姓名"
    assert restorer.flush() == ""


def test_restored_values_are_not_looked_at_again(concealer: Concealer) -> None:
    opened = concealer.session()
    clean = opened.conceal("我叫陳怡君，〔姓名1〕")
    assert opened.restore(clean) == "我叫陳怡君，〔姓名1〕"


@pytest.mark.parametrize("literal", ["〔姓\t名1〕", "〔姓名1〕"])
def test_values_go_into_json_source_escaped(concealer: Concealer, literal: str) -> None:
    opened = concealer.session()
    arguments = {"note": literal, "quote": '我叫陳怡君"\\'}
    clean = opened.conceal_json_text(json.dumps(arguments, ensure_ascii=False))
    assert json.loads(opened.restore(clean, json_escaped=True)) == arguments
    ascii_only = json.dumps(json.loads(clean))
    assert json.loads(opened.restore(ascii_only, json_escaped=True)) == arguments
