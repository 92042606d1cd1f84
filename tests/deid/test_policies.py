"""Policies are data: what is concealed, how, and what stays, told apart tenant by tenant."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid import Concealer, PersonalDataBlocked, Policy, PolicyError, Session, load_policy, policy_names
from deid.policy import ENTITIES

HOME = "我家在臺北市信義區松仁路12號3樓"


def _written(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "tenant.toml"
    path.write_text(f"extends = 'default'\n{content}", encoding="utf-8")
    return path


def opened(tmp_path: Path, content: str) -> Session:
    return Concealer(load_policy(_written(tmp_path, content))).session()


@pytest.mark.parametrize("name", policy_names())
def test_a_shipped_policy_has_a_word_for_every_entity(name: str) -> None:
    policy = load_policy(name)
    assert policy.words.keys() == ENTITIES
    Concealer(policy)


def test_a_generalised_address_keeps_city_and_district_for_routing_and_comes_back_whole() -> None:
    session = Concealer(load_policy("routing")).session()
    assert session.conceal(HOME) == "我家在〔地址1：臺北市信義區〕"
    for written in ("〔地址1：臺北市信義區〕", "[地址1：台北市 信義區]", "〔地址１〕", "〔地址1:〕"):
        assert session.restore(f"請到{written}") == "請到臺北市信義區松仁路12號3樓"
    assert session.restore("〔地址2：臺北市信義區〕") == "〔地址2：臺北市信義區〕"


def test_a_generalised_placeholder_is_restored_at_every_split() -> None:
    session = Concealer(load_policy("routing")).session()
    answer = f"收到，{session.conceal(HOME)[3:]}的案件"
    for cut in range(len(answer) + 1):
        restorer = session.restorer()
        shown = restorer.feed(answer[:cut]) + restorer.feed(answer[cut:]) + restorer.flush()
        assert shown == "收到，臺北市信義區松仁路12號3樓的案件"


def test_an_address_without_city_or_district_is_masked_whole() -> None:
    session = Concealer(load_policy("routing")).session()
    assert session.conceal("我家在松仁路12號3樓") == "我家在〔地址1〕"


def test_city_and_district_stay_before_a_masked_address_unless_the_policy_masks_them(tmp_path: Path) -> None:
    assert opened(tmp_path, "").conceal(HOME) == "我家在臺北市信義區〔地址1〕"
    for written in (HOME, HOME.replace("臺北市", "110 台灣台北市"), HOME.replace("臺北市", "")):
        assert opened(tmp_path, "areas = 'mask'").conceal(written) == "我家在〔地址1〕"
    assert opened(tmp_path, "areas = 'mask'").conceal("松山區公所在哪") == "松山區公所在哪"


# An address, what stays of it inside the placeholder of ``routing``, and what ``areas = "mask"`` leaves.
AREAS = [
    ("我住台北信義區松仁路12號", "台北信義區", "我住"),
    ("我住新竹 東區 光復路二段101號5樓", "新竹東區", "我住"),
    ("我住台北縣板橋市中山路12號", "台北縣板橋市", "我住"),
    ("戶籍在桃園縣中壢市中正路5號", "桃園縣中壢市", "戶籍在"),
    ("高雄縣鳳山市光遠路7號", "高雄縣鳳山市", ""),
    ("地址：臺北市，信義區，松仁路12號", "臺北市信義區", "地址："),
    ("地址：臺北市、信義區、松仁路12號", "臺北市信義區", "地址："),
    ("地址：臺北市\n信義區\n松仁路12號", "臺北市信義區", "地址："),
    ("臺北\u200b市信義區松仁路12號", "臺北市信義區", ""),
    ("我住台中市西屯 文心路三段99號", "台中市西屯", "我住"),
    ("她住台北市大安區的仁愛路四段3號", "台北市大安區", "她住"),
    ("寄到(110)臺北市信義區松仁路12號", "臺北市信義區", "寄到"),
    ("寄到（110208）臺北市信義區松仁路12號", "臺北市信義區", "寄到"),
    ("寄到110208 台灣 臺北市信義區松仁路12號", "臺北市信義區", "寄到"),
    ("我住信義區松仁路12号", "信義區", "我住"),
    ("我住台中港路12號", "", "我住"),
    ("我住中山路12號", "", "我住"),
    ("I live at No. 12, Songren Rd., Xinyi Dist., Taipei City", "Xinyi, Taipei", "I live at "),
    ("No.12, Sec. 2, Zhonghua Rd., East Dist., Hsinchu City 300", "East, Hsinchu City", ""),
    ("12 Zhongshan Rd., Puzi City, Chiayi County", "Puzi, Chiayi County", ""),
    ("I live in Xinyi District, Taipei, 12 Songren Road", "Xinyi, Taipei", "I live in "),
    ("No. 12, Songren Rd., Xinyi District, Taipei City 110, Taiwan (R.O.C.)", "Xinyi, Taipei", ""),
    ("5F., No. 12, Songren Rd., Banqiao, New Taipei", "Banqiao, New Taipei", ""),
    ("No. 12, Songren Rd.", "", ""),
]


@pytest.mark.parametrize(("text", "area", "left"), AREAS)
def test_city_and_district_go_where_the_policy_says_however_they_are_written(
    tmp_path: Path, text: str, area: str, left: str
) -> None:
    for policy in (load_policy("strict"), load_policy(_written(tmp_path, "areas = 'mask'"))):
        assert Concealer(policy).session().conceal(text) == f"{left}〔地址1〕"
    session = Concealer(load_policy("routing")).session()
    concealed = session.conceal(text)
    assert concealed == f"{left}〔地址1：{area}〕" if area else f"{left}〔地址1〕"
    assert session.restore(concealed) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我住台北信義區松仁路12號", "我住台北信義區〔地址1〕"),
        ("我住台北縣板橋市中山路12號", "我住台北縣板橋市〔地址1〕"),
        ("寄到(110)臺北市，信義區，松仁路12號", "寄到(110)臺北市，信義區，〔地址1〕"),
        ("No. 12, Songren Rd., Xinyi Dist., Taipei City", "〔地址1〕, Xinyi Dist., Taipei City"),
        ("松仁路12号3楼的住戶", "〔地址1〕的住戶"),
    ],
)
def test_city_and_district_stay_by_default(text: str, shown: str) -> None:
    assert Concealer(load_policy("default")).session().conceal(text) == shown


def test_an_address_leaves_the_values_beside_it_alone(tmp_path: Path) -> None:
    text = "12 Songren Rd., Xinyi Dist., Taipei City, 0912345678, Taipei"
    assert opened(tmp_path, "areas = 'mask'").conceal(text) == "〔地址1〕, 〔電話1〕, Taipei"


def test_a_coarser_form_that_would_not_be_restored_is_left_out(tmp_path: Path) -> None:
    session = opened(tmp_path, "[actions]\nTW_ADDRESS = 'generalise'\n[words]\nTW_ADDRESS = 'Whereabouts'")
    text = "No. 12, Wenhua Rd., Zhongzheng Dist., New Taipei City"
    assert session.conceal(text) == "〔Whereabouts1〕" and session.restore("〔Whereabouts1〕") == text


def test_a_typed_look_alike_of_a_generalised_placeholder_addresses_no_value() -> None:
    session = Concealer(load_policy("routing")).session()
    concealed = session.conceal(f"〔地址1：臺北市信義區〕是什麼？{HOME}")
    assert concealed.startswith("〔原文1〕是什麼？")
    assert session.restore(concealed) == f"〔地址1：臺北市信義區〕是什麼？{HOME}"


def test_a_blocked_entity_refuses_the_text_and_tells_only_its_kind(tmp_path: Path) -> None:
    card = "4111111111111111"
    session = opened(tmp_path, "[actions]\nCREDIT_CARD = 'block'")
    with pytest.raises(PersonalDataBlocked) as refused:
        session.conceal(f"卡號{card}")
    assert refused.value.entity == "CREDIT_CARD" and card not in str(refused.value)
    fresh = opened(tmp_path, "[actions]\nCREDIT_CARD = 'block'")
    with pytest.raises(PersonalDataBlocked):
        fresh.conceal_json_text(f'{{"card": "{card}"}}')
    assert card not in opened(tmp_path, "[actions]\nCREDIT_CARD = 'block'").conceal_answer(f"卡號{card}")


def test_what_an_answer_held_refuses_no_later_text(tmp_path: Path) -> None:
    card = "4111111111111111"
    session = opened(tmp_path, "[actions]\nCREDIT_CARD = 'block'")
    session.conceal_answer(f"卡號{card}")
    assert session.conceal("你好") == "你好"
    for refuse in (session.conceal, session.conceal_tree, session.conceal_json_text):
        with pytest.raises(PersonalDataBlocked):
            refuse(f"卡號{card}")
    with pytest.raises(PersonalDataBlocked):
        session.conceal_whole(card, "CREDIT_CARD")


def test_published_values_stay_only_when_they_are_found_whole(tmp_path: Path) -> None:
    session = opened(tmp_path, "public_values = ['市府路1號']")
    assert session.conceal("我在臺北市信義區市府路１號等你") == "我在臺北市信義區市府路１號等你"
    assert "市府路1號" not in session.conceal("我住臺北市信義區市府路1號9樓")


@pytest.mark.parametrize("entry", ["臺中市西屯區臺灣大道三段99號", "台灣大道３段九十九號"])
@pytest.mark.parametrize("profile", ["", "areas = 'mask'", "[actions]\nTW_ADDRESS = 'generalise'", "special category"])
def test_a_published_address_stays_in_every_spelling_with_and_without_its_area(
    tmp_path: Path, entry: str, profile: str
) -> None:
    special = profile == "special category"
    session = opened(tmp_path, f"public_values = ['{entry}']\n{'' if special else profile}")
    if special:
        session.conceal("我確診了")
    for written in ("臺中市西屯區臺灣大道三段99號", "407台中市台灣大道3段九十九號"):
        assert session.conceal(f"我在{written}等你") == f"我在{written}等你"
    # Other cities have roads of this name.
    told_alone = "我在臺灣大道三段99號等你"
    assert (session.conceal(told_alone) == told_alone) == (entry == "台灣大道３段九十九號")
    assert "臺灣大道" not in session.conceal("我在臺中市西屯區臺灣大道三段99號9樓")
    elsewhere = session.conceal("我在新北市板橋區臺灣大道三段99號")
    assert ("臺灣大道" in elsewhere) == (entry == "台灣大道３段九十九號")


@pytest.mark.parametrize(
    ("published", "text", "stays"),
    [
        ("02-2345-6789", "電話02-2345-6789", True), ("(02)23456789", "電話零二二三四五六七八九", True),
        ("02-2345-6789", "電話02-2345-6780", False), ("臺灣大道三段99號", "電話399", True),
        ("０４－２２２２－１２３４路", "電話04-2222-1234", False), ("ABC1234", "車牌ABC-1234", True),
        ("新竹市東區中正路120號", "我在新竹中正路120號", True),
        ("新竹市東區中正路120號", "我在新竹縣竹北市中正路120號", False),
        ("No. 99, Sec. 3, Taiwan Blvd., Xitun Dist., Taichung City", "我在No. 99, Sec. 3, Taiwan Blvd.", False),
        ("No. 99, Sec. 3, Taiwan Blvd., Xitun Dist., Taichung City",
         "我在No. 99, Sec. 3, Taiwan Blvd., Xinyi Dist., Taipei City", False),
        ("1981年5月3日", "生日民國70年5月3日", False), ("012-123456789012", "帳號012123456789012", True),
    ],
)  # fmt: skip
def test_a_published_value_stays_in_every_spelling(tmp_path: Path, published: str, text: str, stays: bool) -> None:
    assert (opened(tmp_path, f"public_values = ['{published}']").conceal(text) == text) == stays


@pytest.mark.parametrize("entry", ["０４－２２２８－９１１１", "04-2228-9111#123", "(04)22289111", "+886-4-2228-9111"])
def test_a_published_line_counts_however_it_is_written(tmp_path: Path, entry: str) -> None:
    for text in ("我電話04-2228-9111", "我電話04-2228-9111轉12", "我電話０４２２２８９１１１"):
        assert opened(tmp_path, f"public_lines = ['{entry}']").conceal(text) == text


def test_a_published_mailbox_counts_however_it_is_written(tmp_path: Path) -> None:
    session = opened(tmp_path, "public_mailboxes = ['Ｈelp.desk@Example.org.tw ']")
    assert session.conceal("我的信箱help.desk@example.org.tw") == "我的信箱help.desk@example.org.tw"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("public_lines = ['04-2228-9111', '2228-9111']", "public_lines: entry 2"),
        ("public_lines = ['市民專線']", "public_lines: entry 1"),
        ("public_lines = ['']", "public_lines: entry 1"),
        ("public_lines = ['1']", "public_lines: entry 1"),
        ("public_mailboxes = ['help@example.tw', 'not a mail']", "public_mailboxes: entry 2"),
        ("public_mailboxes = ['']", "public_mailboxes: entry 1"),
        ("public_values = [' ']", "public_values: entry 1"),
        ("name = 3", "name"), ("name = ['a']", "name"), ("name = ''", "name"),
        ("[min_scores]\nLITERAL = 0.5", "min_scores.LITERAL"),
        ("[min_scores]\nPERSON = 2", "min_scores.PERSON"),
        ("[strict]\nmin_score = 2", "strict.min_score"),
        ("[words]\nPHONE = '姓名'", "PERSON and PHONE"),
        ("[words]\nNOBODY = '某'", "NOBODY"),
        ("[actions]\nPERSON = 'hide'", "PERSON"),
        ("[actions]\nNOBODY = 'mask'", "actions names an entity without a word: NOBODY"),
        ("oficials = 'mask'", "oficials"),
        ("areas = 'hide'", "areas"),
        ("public_lines = 3", "public_lines"),
        ("words = 3", "words"),
        ("min_score = = 1", "line 2, column 13"),
        ("min_score = 'a", "end of document"),
        ("name = " + "[" * 100_000, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_refused_policy_says_which_file_and_key(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(PolicyError) as refused:
        opened(tmp_path, content)
    assert str(refused.value).startswith("tenant.toml: ") and told in str(refused.value)
    assert not any(value in str(refused.value) for value in ("2228", "市民專線", "not a mail"))
    assert refused.value.code == "policy_refused" and str(tmp_path) not in str(refused.value)


def test_a_refused_policy_beneath_another_is_the_one_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "ministry.toml").write_text("extends = 'default'\npublic_lines = ['1']", encoding="utf-8")
    (tmp_path / "office.toml").write_text("extends = 'ministry.toml'", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"^ministry\.toml: .*public_lines: entry 1"):
        load_policy(tmp_path / "office.toml")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "extends is missing"), (b"# nothing yet", "extends is missing"), (b"name = '\xa4\xa4'", "UTF-8"),
        (b"extends = 'nope'", "no policy is named nope; there are default, english, routing, strict"),
        (b"extends = 'nope.toml'", "nope.toml: the file cannot be read: No such file"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_policy_says_why(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "tenant.toml").write_bytes(content)
    with pytest.raises(PolicyError, match=told):
        load_policy(tmp_path / "tenant.toml")


def test_a_policy_file_may_begin_with_a_byte_order_mark_and_is_named_like_its_file(tmp_path: Path) -> None:
    (tmp_path / "tenant.toml").write_bytes(b"\xef\xbb\xbfextends = 'english'")
    policy = load_policy(tmp_path / "tenant.toml")
    assert (policy.name, policy.words["PERSON"]) == ("tenant", "NAME")


@pytest.mark.parametrize(("one", "other"), [("NAME", "Name"), ("Straße", "STRASSE"), ("ﬁne", "fine")])
def test_words_that_restoring_cannot_tell_apart_are_refused(tmp_path: Path, one: str, other: str) -> None:
    with pytest.raises(PolicyError, match="PERSON and PHONE"):
        opened(tmp_path, f"[words]\nPERSON = '{one}'\nPHONE = '{other}'")


def test_a_published_number_that_is_read_back_stays_too(tmp_path: Path) -> None:
    text = "病歷號 13378902。專員：13378902，還有 1337-8902"
    assert opened(tmp_path, "public_values = ['13378902']").conceal(text) == text
    assert "1337" not in opened(tmp_path, "").conceal(text)


def test_an_entity_has_its_own_threshold(tmp_path: Path) -> None:
    text = "我叫陳怡君，電話0912345678"
    assert (
        opened(tmp_path, "[min_scores]\nPERSON = 1.0").conceal(text).startswith("我叫陳怡君，電話〔電話1〕")
    )
    assert "陳怡君" not in opened(tmp_path, "").conceal(text)


def test_a_special_category_turns_the_strict_profile_on_for_the_rest_of_the_request(tmp_path: Path) -> None:
    session = opened(tmp_path, "[actions]\nTW_ADDRESS = 'generalise'\nTW_UBN = 'keep'")
    assert session.conceal("統編16480894") == "統編16480894"
    assert session.conceal(f"我確診了，{HOME}") == "我確診了，我家在〔地址1〕"
    assert session.conceal("統編16480894") == "統編〔統一編號1〕"


def test_officials_in_office_stay_unless_the_policy_masks_them(tmp_path: Path) -> None:
    text = "市長陳怡君說明，我是陳怡婷"
    assert opened(tmp_path, "").conceal(text) == "市長陳怡君說明，我是〔姓名1〕"
    assert "陳怡君" not in opened(tmp_path, "officials = 'mask'").conceal(text)


def test_policies_lay_tables_over_each_other_and_add_lists(tmp_path: Path) -> None:
    (tmp_path / "ministry.toml").write_text(
        "extends = 'default'\npublic_lines = ['02-2345-6789']", encoding="utf-8"
    )
    (tmp_path / "office.toml").write_text(
        "extends = 'ministry.toml'\npublic_lines = ['04-2228-9111']\n[words]\nPERSON = '民眾'",
        encoding="utf-8",
    )
    policy: Policy = load_policy(tmp_path / "office.toml")
    assert {"02-2345-6789", "04-2228-9111"} < policy.public_lines
    assert policy.words["PERSON"] == "民眾" and policy.words["PHONE"] == "電話"


def test_what_was_said_before_is_a_cue_and_stays_out_of_the_answer() -> None:
    session = Concealer(load_policy("default")).session()
    assert session.conceal("23456789", after="請問您的聯絡電話？") == "〔電話1〕"
    assert Concealer(load_policy("default")).session().conceal("23456789") == "23456789"


def test_what_is_told_on_behind_a_number_follows_the_policy(tmp_path: Path) -> None:
    halves, pieces = "我電話4311-9520，再來0846-2374", "病歷號碼00517，眼鏡咧，再來4213"
    assert opened(tmp_path, "").conceal(halves) == "我電話〔電話1〕，再來〔信用卡號1〕"
    kept = opened(tmp_path, "[actions]\nCREDIT_CARD = 'keep'").conceal(halves)
    assert kept == "我電話〔電話1〕，再來0846-2374"
    assert "4213" not in opened(tmp_path, "").conceal(pieces)
    assert opened(tmp_path, "public_values = ['4213']").conceal(pieces).endswith("再來4213")
