"""Values that the tagger alone tells: mistyped numbers that no word announces, names of accounts without a digit."""

from __future__ import annotations

import pytest

from deid import Concealer, load_policy

FOUND = (
    ("สามีชื่อ Somchai ใบสั่งเลข EC83920175 ผิด", "TW_UI_NO", "EC83920175"),
    ("罰單上的號碼 EC75823471 錯了一個字", "TW_UI_NO", "EC75823471"),
    ("載具 /K9T3QM 少一碼", "TW_EINVOICE_CARRIER", "/K9T3QM"),
    ("IG 是 lazy.sunday.cat 啦，密碼忘了", "ACCOUNT", "lazy.sunday.cat"),
    ("帳號 sunny_meow 被盜", "ACCOUNT", "sunny_meow"),
    ("義消：畢家寶 八一一二０三 血型ＡＢ；俞巧 八八０九一七 血型Ａ。", "DATE_OF_BIRTH", "八一一二０三"),
    ("我手機0931-482-605一直收到簡訊", "PHONE", "0931-482-605"),
    ("家裡找我 唐小藝 775 2086", "PHONE", "775 2086"),
    ("Anna: my gas bill says user no 7-0932-5518-05", "PHONE", "7-0932-5518-05"),
    ("卡片正面是這個 3562770048392290 繳牌照稅失敗", "CREDIT_CARD", "3562770048392290"),
    ("瓦斯用戶號碼 8H 04 226108 K，上期 218 元", "ACCOUNT", "8H 04 226108 K"),
    ("LINEkitty0923找我", "LINE_ID", "kitty0923"),
)
STAYS = (
    "料號AD20391188缺貨",
    "訂單AB20261188沒出貨",
    "公文文號A123456788號函",
    "說明在 https://goo.gl/9F3B621 ，或 https://example.tw/9F3B621",
    "官網是 taipei.gov.tw，APP 是 TaipeiPASS",
    "被騙了\n165說要先報案",
    "Please call the hotline 1950",
)


@pytest.fixture(scope="module")
def concealer() -> Concealer:
    return Concealer(load_policy("default"))


@pytest.mark.parametrize(("text", "entity", "value"), FOUND)
def test_values_are_found_without_a_check_digit(
    concealer: Concealer, text: str, entity: str, value: str
) -> None:
    assert (entity, value) in [(one.entity, text[one.start : one.end]) for one in concealer.detect(text)]


@pytest.mark.parametrize("text", STAYS)
def test_codes_of_things_stay(concealer: Concealer, text: str) -> None:
    assert concealer.detect(text) == ()
