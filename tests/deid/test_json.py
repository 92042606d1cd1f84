from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import Concealer, ConcealmentError, KeyHoldsPersonalData, load_policy

CONCEALER = Concealer(load_policy("default"))
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.just("A123456789")
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text("abc_", max_size=5), inner)),
)


@given(VALUES)
def test_any_json_is_concealed_and_keeps_its_shape(value) -> None:
    concealed = CONCEALER.session().conceal_tree(value)
    assert "A123456789" not in json.dumps(concealed)
    assert type(concealed) is type(value) or isinstance(value, int | float)
    if isinstance(value, dict):
        assert list(concealed) == list(value)


@given(VALUES, st.booleans())
def test_json_source_restores_to_the_same_values(value, ascii_only: bool) -> None:
    session = CONCEALER.session()
    source = json.dumps(value, ensure_ascii=ascii_only)
    clean = session.conceal_json_text(source)
    restored = json.loads(session.restore(clean, json_escaped=True))
    numbers_became_text = session.counts.keys() - {"TW_NATIONAL_ID", "LITERAL"}
    if not numbers_became_text:
        assert restored == value


def test_every_leaf_is_concealed_and_keys_are_cues(concealer: Concealer) -> None:
    tree = {
        "name": "許雅婷",
        "contact": [{"mobile": 912345678, "統編": "16480894"}],
        "count": 3,
        "ok": True,
        "x": None,
    }
    assert concealer.session().conceal_tree(tree) == {
        "name": "〔姓名1〕",
        "contact": [{"mobile": "〔電話1〕", "統編": "〔統一編號1〕"}],
        "count": 3,
        "ok": True,
        "x": None,
    }


def test_a_card_number_written_as_a_number_becomes_text(concealer: Concealer) -> None:
    assert concealer.session().conceal_tree([4111111111111111, 4111111111111111.0]) == ["〔信用卡號1〕"] * 2


@pytest.mark.parametrize("key", ["A123456789", "0912345678的紀錄", "〔姓名1〕"])
def test_a_key_with_personal_data_is_refused(concealer: Concealer, key: str) -> None:
    with pytest.raises(KeyHoldsPersonalData) as caught:
        concealer.session().conceal_tree({"people": [{key: 1}]})
    assert key not in str(caught.value)
    with pytest.raises(KeyHoldsPersonalData):
        concealer.session().conceal_json_text(json.dumps({key: 1}))


def test_json_without_personal_data_comes_back_as_it_was(concealer: Concealer) -> None:
    source = '{"city" :  "\\u53f0\\u5317", "n": 1.50}'
    assert concealer.session().conceal_json_text(source) == source


def test_a_repeated_key_cannot_smuggle_a_value(concealer: Concealer) -> None:
    assert "A123456789" not in concealer.session().conceal_json_text('{"a": "A123456789", "a": "x"}')


def test_broken_json_is_concealed_as_text_with_its_escapes_read(concealer: Concealer) -> None:
    session = concealer.session()
    assert session.conceal_json_text('{"name": "\\u6211\\u53eb\\u9673\\u6021\\u541b", "id": "A1234567') != ""
    clean = session.conceal_json_text('{"note": "\\u6211\\u53eb\\u9673\\u6021\\u541b')
    assert "陳怡君" not in clean and "\\u9673\\u6021" not in clean
    assert session.conceal_json_text("身分證A123456789") == "身分證〔身分證號1〕"
    assert session.conceal_json_text("普通\\u4e00文字") == "普通\\u4e00文字"


def test_nesting_without_end_is_refused_not_crashed(concealer: Concealer) -> None:
    deep: list = []
    for _ in range(2000):
        deep = [deep]
    with pytest.raises(ConcealmentError):
        concealer.session().conceal_tree(deep)
    with pytest.raises(ConcealmentError):
        concealer.session().conceal_json_text("[" * 100_000 + "]" * 100_000)


def test_json_inside_a_json_string_is_concealed_too() -> None:
    inner = json.dumps({"電話": "手機0912-345-678"})
    text = json.dumps({"body": inner, "note": "plain"})
    session = CONCEALER.session()
    clean = session.conceal_json_text(text)
    assert "345" not in clean and session.counts == {"PHONE": 1}
    assert json.loads(json.loads(clean)["body"]) == {"電話": "手機〔電話1〕"}


def test_an_answer_is_concealed_behind_its_escapes_and_keeps_its_placeholders() -> None:
    session = CONCEALER.session()
    session.conceal("電話0912-345-678")
    clean = session.conceal_answer(json.dumps({"電話": "〔電話1〕", "另": "電話0987-654-321"}))
    assert "654" not in clean
    assert json.loads(clean) == {"電話": "〔電話1〕", "另": "電話〔電話2〕"}


@pytest.mark.parametrize("escape", ["\\n", "\\t", "\\r", "\\b", "\\f", "\\\\n"])
@pytest.mark.parametrize("number", ["A123456789", "0912345678", "02-2345-6789"])
def test_a_short_escape_before_a_number_is_no_part_of_it(
    concealer: Concealer, escape: str, number: str
) -> None:
    cut_off = f'{{"note": "身分證或電話{escape}{number}'
    assert number not in concealer.session().conceal_json_text(cut_off)
    assert number not in concealer.session().conceal_answer(f'{cut_off}"}}')
    assert number not in concealer.session().conceal(cut_off)
