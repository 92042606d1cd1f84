"""What an office writes: its own lines, address and mailboxes stay, what it holds of a citizen is hidden."""

from __future__ import annotations

import pytest

from deid import Concealer, load_policy
from tests.deid.marked import hidden, read, said

CONCEALER = Concealer(load_policy("default"))
ROWS = [
    # Held of somebody: registered, left, lived at.
    "逾期將掛號寄至您登記之地址：左營區⟦自助新村路 14 號⟧；電話 ⟦07-555-9812⟧ 若有異動請告知本院 07-555-2565",
    "已通報員林分局 04-8320-184。太太住處 員林市⟦惠明街211巷7號⟧，市話 ⟦04-8320-657⟧，等家屬回電。",
    "壽豐戶政 電話 03-865-2131⏎[台端] 壽豐鄉⟦豐裡村中山路二段 99 巷 6 號⟧・⟦03-865-2947⟧",
    "用水地址：中正區⟦汀州路三段 31 巷 14 號 2 樓⟧⏎登記電話：⟦02-2365-7198⟧⏎南區營業分處 02-2365-9011 轉 413",
    "請洽交通工程科，04-2228-9111。紙本另寄 北區⟦健行路 449 之 1 號 9 樓⟧。您的電話 ⟦04-2231-0628⟧ 已註記免來電。",
    "房屋座落= 潮州鎮⟦三星里光復路 92 之 6 號⟧⏎聯絡電話= ⟦(08) 788-4035⟧⏎受理分局= 潮州分局，(08) 788-9231 轉 218",
    "里幹事轉知：獨居老人⟦易壽山⟧，送餐無人應。地址⟦綠川東街 77 號 302 室⟧。已請第一分局 04-2222-2031 到場。",
    "依您所留 ⟦jameslai.tw@fastmail.com⟧ 送達，疑義請洽本局，terence@taichung.gov.tw。",
    "客服：上次填的是⟦chen.mh@mail.taipei.gov.tw⟧⏎民眾：對，我在那裡上班",
    "我在環保局上班，我的信箱是⟦linhy@epb.taichung.gov.tw⟧，謝謝",
    # An office's own, below its mail and in its notes, where a citizen speaks as well.
    "我家後面很吵，謝謝。⏎桃園市政府環境保護局 空氣品質保護科⏎電話：(03) 338-6021 分機 1214⏎傳真：(03) 335-4937⏎"
    "地址：330206 桃園市桃園區縣府路1號5樓⏎E-mail：yuting1214@tydep.gov.tw",
    "我小孩要轉學⏎註冊組長⏎興安國民小學⏎電話 05-2762-074 轉 12⏎傳真 05-2761-385⏎我的電話⟦05-2760-113⟧",
    "謝謝您⏎公園處⏎技士　⟦馮建凱⟧⏎T 02-2303-2451 # 27⏎家裡⟦02-2303-2455⟧",
    "我打過里辦公處 07-7432-108，又被轉到養工處 (07) 337-3400 轉 2612，都沒人接，請打⟦07-7432-118⟧給我",
    "稽查員到場撥⟦02-2345-7781⟧，大門有鎖。",
]


@pytest.mark.parametrize("row", ROWS)
def test_an_office_shows_its_own_and_hides_what_it_holds_of_a_citizen(row: str) -> None:
    text, marked = read(row)
    found = hidden(CONCEALER, text)
    assert (said(text, marked - found), said(text, found - marked)) == ("", "")


def test_an_official_s_mailbox_is_hidden_where_the_strict_profile_holds() -> None:
    text, _ = read("我家後面很吵，謝謝。⏎桃園市政府環境保護局⏎空氣品質科⏎許雅婷⏎E-mail：yuting1214@tydep.gov.tw")
    assert "EMAIL" not in {found.entity for found in CONCEALER.detect(text)}
    assert "EMAIL" in {found.entity for found in CONCEALER.detect(text, strict=True)}
