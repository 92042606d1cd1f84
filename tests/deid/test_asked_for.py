"""Whose line or address is told in a call: an office's that somebody asks for stays, one's own goes."""

from __future__ import annotations

import pytest

from deid import Concealer, load_policy
from tests.deid.marked import hidden, read, said

CONCEALER = Concealer(load_policy("default"))
ROWS = [
    # Asked for by a citizen.
    "民眾：請問戶政電話幾號？⏎客服：板橋戶政 2961-0040。",
    "民眾：那我要打去哪裡？⏎客服：您打 07-337-2345 找環保局。",
    "市民：有沒有自來水公司的電話？⏎話務員：我查一下⏎市民：好⏎話務員：02-8733-5678，上班時間打",
    "民：稅捐處要打哪一支？ 專：04-2258-5000，轉三",
    "民眾：請問信義區公所在哪裡？ 客服：在松江路 367 號一樓。 民眾：謝謝",
    "CALLER: 區公所的電話？⏎AGENT: 02-2723-9777",
    # One's own, whatever was spoken of before.
    "民眾：稅捐處要打哪一支？⏎客服：方便留個電話嗎？⏎民眾：你打 ⟦03-838-0134⟧",
    "B：留一支電話給我們，承辦會回電。⏎A：電話是 ⟦04-2297-6665⟧",
    "民眾：環保局怎麼聯絡？⏎1999：請問市話？⏎民眾：電話是 ⟦04-2900-9518⟧。⏎1999：⟦04-2900-9518⟧，對嗎？",
    # Told before, registered, or somebody else's.
    "民眾：我登記的電話是哪一支？⏎客服：系統上是 ⟦02-2723-9777⟧。",
    "民眾：我打⟦02-2723-9777⟧沒人接，要打哪裡？⏎客服：⟦02-2723-9777⟧ 是您家吧",
    "民眾：房東的電話可以給我嗎？⏎客服：⟦02-2723-9777⟧",
    "民眾：公所電話？⏎客服：承辦的手機 ⟦0912-345-678⟧",
    "民眾：那個違建在哪裡？派出所知道嗎⏎客服：在⟦松江路 367 號三樓⟧",
    "民眾：你們登記的地址在哪？⏎客服：⟦松江路 367 號三樓⟧",
    # Said again without its country, area or extension.
    "客服：請問您的電話？⏎民眾：⟦02-2723-9777⟧⏎客服：⟦2723-9777⟧，好。",
    "電話⟦02-2723-9777 分機 12⟧，再說一次，⟦二七二三九七七七⟧",
    "電話⟦+886 912 345 678⟧，台灣打 ⟦912-345-678⟧",
    "電話⟦037-321-234⟧，縣內打⟦321234⟧就可以",
    "身分證⟦A123456789⟧，號碼是⟦123456789⟧號",
    "電話⟦02-2723-9777⟧。貴府 27239777 號函收到，⟦27239777⟧號是我的",
    "電話⟦02-2723-9777⟧。訂單 27239777，金額 27,239,777 元",
]


@pytest.mark.parametrize("row", ROWS)
def test_what_is_ones_own_is_hidden_and_what_an_office_has_is_not(row: str) -> None:
    text, marked = read(row)
    found = hidden(CONCEALER, text)
    assert (said(text, marked - found), said(text, found - marked)) == ("", "")
