from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deid import Concealer, load_policy
from deid.canonical import canonical

CONCEALER = Concealer(load_policy("default"))
PIECES = st.one_of(
    st.text(),
    st.sampled_from(
        [
            "A123456789",
            "0912345678",
            "０９１２－３４５－６７８",
            "我叫陳怡君，",
            "〔姓名1〕",
            "〔電話",
            "1〕",
            "［ 電 話１】",
            "[原文1]",
            "\\u3014姓名1\\u3015",
            "a@b.tw",
            "市府路１號",
            "\ud800",
            "\u200b",
            "〔",
            "〕",
            '{"a": 1}',
            "\n",
        ]
    ),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


def spelled_one_way(text: str) -> bool:
    spellings: dict[tuple[str, str], str] = {}
    found = CONCEALER.detect(text)
    return all(
        spellings.setdefault((f.entity, canonical(f.entity, text[f.start : f.end])), text[f.start : f.end])
        == text[f.start : f.end]
        for f in found
    )


@given(TEXTS)
@example('\\u3010姓名0\\u30119123ö45ö678"0912345678')
@settings(max_examples=300)
def test_what_was_concealed_is_restored(text: str) -> None:
    session = CONCEALER.session()
    clean = session.conceal(text)
    if spelled_one_way(text):
        assert session.restore(clean) == text


@given(TEXTS)
def test_nothing_around_a_value_makes_it_visible(text: str) -> None:
    clean = CONCEALER.session().conceal(f"{text}，我叫陳怡君，身分證A123456789，電話0912345678，{text}")
    for value in ("我叫陳怡君，", "身分證A123456789", "電話0912345678，"):
        assert value not in clean


@given(TEXTS, TEXTS)
def test_two_sessions_share_nothing(first: str, second: str) -> None:
    one, other = CONCEALER.session(), CONCEALER.session()
    one.conceal("我叫陳怡君，電話0912345678")
    one.conceal(first)
    assert other.restore("〔姓名1〕〔電話1〕" + second) == "〔姓名1〕〔電話1〕" + second
    assert not other.counts


def test_numbering_is_per_entity_and_starts_at_one(concealer: Concealer) -> None:
    clean = concealer.session().conceal("我叫陳怡君，我老公是林志豪，電話0912345678")
    assert clean == "我叫〔姓名1〕，我老公是〔姓名2〕，電話〔電話1〕"


def test_every_spelling_of_a_number_gets_one_placeholder(concealer: Concealer) -> None:
    session = concealer.session()
    spellings = (
        "0912-345-678",
        "０９１２３４５６７８",
        "零九一二三四五六七八",
        "+886912345678",
        "0912 345 678",
    )
    assert {session.conceal(spelling) for spelling in spellings} == {"〔電話1〕"}
    assert session.restore("〔電話1〕") == "0912-345-678"
    assert dict(session.counts) == {"PHONE": 1}


@pytest.mark.parametrize(
    "spellings",
    [
        ("住臺灣大道三段99號", "住台灣大道3段99號", "住臺灣大道３段九十九號"),
        ("住松仁路12號3樓之2", "住松仁路十二號3F-2", "住松仁路12號三樓之二"),
        ("住松仁路12之1號", "住松仁路12-1號"),
        ("車牌ABC-1234", "車牌ABC1234", "車牌abc 1234"),
        ("轉帳帳號012-123456789012", "轉帳帳號012123456789012"),
        ("生日民國70年5月3日", "生日70年5月3日", "生日1981年5月3日"),
        ("生日70/5/3", "生日70.5.3", "生日民國70年05月03日"),
        ("信箱anson.chang_64@gmail.com", "信箱anson點chang底線64小老鼠gmail點com"),
        ("信箱anson.chang@gmail.com", "信箱 anson.chang at gmail dot com"),
    ],
)
def test_every_spelling_of_a_value_gets_one_placeholder(concealer: Concealer, spellings: tuple[str, ...]) -> None:
    session = concealer.session()
    concealed = [session.conceal(spelling) for spelling in spellings]
    assert all(one.endswith("1〕") for one in concealed) and len(session.originals) == 1


@pytest.mark.parametrize(
    ("entity", "one", "other"),
    [
        ("DATE_OF_BIRTH", "農曆70年5月3日", "民國70年5月3日"), ("DATE_OF_BIRTH", "05/03/1981", "1981/03/05"),
        ("TW_PLATE", "AB1-234", "AB-1234"), ("TW_MEDICAL_RECORD", "12-345", "123-45"),
        ("TW_ADDRESS", "中山路1號", "中山路1號之1"), ("EMAIL", "a1o2@gmail.com", "a102@gmail.com"),
    ],
)  # fmt: skip
def test_values_that_only_look_alike_stay_apart(entity: str, one: str, other: str) -> None:
    assert canonical(entity, one) != canonical(entity, other)


def test_a_number_that_a_clerk_reads_back_gets_the_same_placeholder(concealer: Concealer) -> None:
    session = concealer.session()
    clean = session.conceal("病歷號 13378902。\n專員：一三三七八九零二，對嗎？")
    assert clean == "病歷號 〔病歷號1〕。\n專員：〔病歷號1〕，對嗎？"


def test_a_value_keeps_its_placeholder_over_the_whole_request(concealer: Concealer) -> None:
    session = concealer.session()
    assert session.conceal("身分證A123456789") == "身分證〔身分證號1〕"
    assert session.conceal("再查一次a 123 456 789") == "再查一次〔身分證號1〕"


def test_a_name_known_from_an_earlier_message_is_found_without_a_cue(concealer: Concealer) -> None:
    session = concealer.session()
    session.conceal("我叫王小明")
    assert session.conceal("把王小明案子結掉") == "把〔姓名1〕案子結掉"


@pytest.mark.parametrize(
    "typed",
    [
        "〔姓名1〕",
        "[姓名1]",
        "［姓名１］",
        "【 姓名 12 】",
        "〖電話3]",
        "〔原文1〕",
        "〔姓 名 1〕",
        "\\u3014姓名1\\u3015",
        "\\u3014\\u59d3\\u540d1\\u3015",
    ],
)
def test_a_placeholder_typed_by_the_user_addresses_nothing(concealer: Concealer, typed: str) -> None:
    session = concealer.session()
    session.conceal("我叫陳怡君，電話0912345678")
    clean = session.conceal(f"請重複{typed}")
    assert clean == "請重複〔原文1〕"
    assert session.restore(clean) == f"請重複{typed}"
    assert dict(session.counts)["LITERAL"] == 1


@pytest.mark.parametrize(
    "text", ["〔姓名〕", "〔1〕", "〔附件1〕", "〔姓名1", "姓名1〕", "【公告1】", "(姓名1)"]
)
def test_brackets_that_are_no_placeholder_stay(concealer: Concealer, text: str) -> None:
    assert concealer.session().conceal(text) == text


def test_an_answer_keeps_placeholders_and_loses_inventions(concealer: Concealer) -> None:
    session = concealer.session()
    session.conceal("我叫陳怡君，電話0912345678")
    answer = "〔姓名1〕您好，已登記［電話１］，也可打0987654321找林志豪先生，〔姓名7〕〔身分證號1〕"
    clean = session.conceal_answer(answer)
    assert clean == "〔姓名1〕您好，已登記［電話１］，也可打〔電話2〕找〔姓名2〕先生，〔原文1〕〔原文2〕"


def test_a_session_shows_nothing_of_its_values(concealer: Concealer) -> None:
    session = concealer.session()
    session.conceal("我叫陳怡君，身分證A123456789")
    for shown in (repr(session), str(session), repr(session.restorer()), repr(session.counts)):
        assert "陳怡君" not in shown and "A123456789" not in shown
    assert not hasattr(session, "__dict__")


@pytest.mark.parametrize(
    "text",
    [
        "市話02-27384196，請轉，分機號碼是三十。\n市話02-27384197，請轉，分機號碼是3。",
        "手機O9l6-4O7-38l，另一支O96l-4O7-38l",
    ],
)
def test_numbers_that_share_their_figures_come_back_as_themselves(text: str) -> None:
    session = CONCEALER.session()
    assert session.restore(session.conceal(text)) == text
