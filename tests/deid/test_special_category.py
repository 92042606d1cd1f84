"""What raises the flag of a special category (PDPA art. 6), and what only looks so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deid import JSON, Concealer, Session, load_policy
from deid.special_category import speaks_of_special_category
from tests.deid.tables.special import NOT_SPECIAL, SPECIAL


@pytest.mark.parametrize("text", SPECIAL)
def test_a_topic_of_a_special_category_raises_the_flag(text: str) -> None:
    assert speaks_of_special_category(text)


@pytest.mark.parametrize("text", NOT_SPECIAL)
def test_what_only_looks_like_such_a_topic_does_not(text: str) -> None:
    assert not speaks_of_special_category(text)


def test_the_flag_stays_for_the_rest_of_the_request(concealer: Concealer) -> None:
    session: Session = concealer.session()
    session.conceal("路燈壞了")
    assert not session.special_category
    session.conceal("我媽媽有憂鬱症")
    session.conceal("路燈壞了")
    assert session.special_category


def test_a_key_and_the_question_before_raise_the_flag_of_what_is_answered(concealer: Concealer) -> None:
    for told, key in (("見附件", "病歷"), (["無"], "犯罪紀錄"), ("none", "medicalHistory"), (1, "hiv_positive")):
        session: Session = concealer.session()
        session.conceal_tree({key: told})
        assert session.special_category
    for told, before in (("是的", "您有憂鬱症嗎？"), ("有，兩次", "您最近有就醫嗎？")):
        session = concealer.session()
        session.conceal(told, after=before)
        assert session.special_category
    session = concealer.session()
    session.conceal_tree({"病歷": "", "備註": "路燈壞了"})
    session.conceal("是的", after="您要報修路燈嗎？")
    assert not session.special_category


@pytest.mark.parametrize(
    "value",
    [
        {"病歷": {"內容": "如附件"}},
        {"案件": [{"病歷": [{"項目": {"內容": "如附件"}}]}]},
        {"犯罪紀錄": {"有無": False}},
        {"懷孕": True},
        {"血糖": 5.6},
        {"patientMedicalRecords": {"note": "see attached"}},
        {"medical_history": [{"year": 2019}]},
        {"性侵害通報": '{"處理": "已結案"}'},
    ],
)
def test_a_key_is_a_topic_of_all_that_is_told_under_it(concealer: Concealer, value: dict[str, JSON]) -> None:
    (key, told), *_ = value.items()
    for conceal in (
        lambda session: session.conceal_tree(value),
        lambda session: session.conceal_tree(told, key=key),
        lambda session: session.conceal_json_text(json.dumps(value)),
    ):
        session: Session = concealer.session()
        conceal(session)
        assert session.special_category


@pytest.mark.parametrize("nothing", ["", " ", None, [], {}, {"內容": ""}, [{"內容": None, "附件": []}]])
def test_a_key_under_which_nothing_is_told_is_no_topic(concealer: Concealer, nothing: JSON) -> None:
    session = concealer.session()
    session.conceal_tree({"病歷": nothing, "備註": {"事由": "路燈壞了", "急件": True}})
    assert not session.special_category


def test_the_strict_profile_begins_with_the_first_value_under_a_key(tmp_path: Path) -> None:
    policy = tmp_path / "kept.toml"
    policy.write_text("extends = 'default'\n[actions]\nTW_UBN = 'keep'", encoding="utf-8")
    session = Concealer(load_policy(policy)).session()
    told = session.conceal_tree({"前言": "統編16480894", "病歷": {"院所": "統編16480894"}})
    assert told == {"前言": "統編16480894", "病歷": {"院所": "統編〔統一編號1〕"}}


def test_a_long_text_of_half_words_is_read_in_linear_time() -> None:
    for part in ("中", "我狗", "性生", "H I ", "健康檢", "系統診斷", "犬的眼睛", "肝", "偷竊", "吃農藥", "性病毒\n"):
        assert not speaks_of_special_category(part * 50_000)
