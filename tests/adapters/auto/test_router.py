"""The router as the gateway and the adapters' life use it."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.auto import Router, RouterError, load_router, train
from adapters.auto.router import THRESHOLD

TAX = ["報稅怎麼報", "報稅要帶什麼", "所得稅報稅期限", "房屋稅怎麼繳", "地價稅怎麼繳", "遺產稅怎麼繳"]
CARS = ["駕照怎麼換", "駕照過期換照", "機車駕照考試", "汽車過戶怎麼辦", "機車過戶怎麼辦", "罰單怎麼繳"]
TALK = ["你好", "你好啊", "謝謝", "謝謝你", "早安", "早安啊"]


@pytest.fixture(scope="module")
def router() -> Router:
    return load_router()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("綜合所得稅今年要怎麼申報", "mof"), ("戶口要遷到台北要帶什麼", "moi"), ("健保卡不見了", "mohw"),
        ("機車駕照過期要換嗎", "motc"), ("老闆一直不給加班費", "mol"), ("護照剩三個月可以出國嗎", "mofa"),
        ("我的狗還沒打晶片", "moa"), ("垃圾車今天沒有來", "moenv"), ("學貸還不出來可以緩繳嗎", "moe"),
        ("公司登記要多少錢", "moea"), ("文化幣怎麼領", "moc"),
    ],
)  # fmt: skip
def test_everyday_questions_find_their_ministry(router: Router, text: str, name: str) -> None:
    choice = router.choose(text, router.names)
    assert choice.domain == name and choice.hint[0] == name
    assert choice.confidence >= THRESHOLD


@pytest.mark.parametrize(
    "text", ["", "   ", "？？？", "你好", "謝謝", "〔姓名1〕", "今天晚餐吃什麼", "\ud800", "zzzz"]
)
def test_what_belongs_to_no_ministry_is_left_to_the_base(router: Router, text: str) -> None:
    assert router.choose(text, router.names).domain is None


def test_a_ministry_that_is_not_allowed_is_never_chosen_nor_replaced(router: Router) -> None:
    text = "護照過期了要去哪裡換"
    assert router.choose(text, router.names).domain == "mofa"
    others = [name for name in router.names if name != "mofa"]
    left_out = router.choose(text, others)
    assert left_out.domain is None and "mofa" not in left_out.hint


def test_nothing_allowed_or_only_unknown_names_is_an_abstention(router: Router) -> None:
    assert router.choose("報稅怎麼報", []).domain is None
    assert router.choose("報稅怎麼報", ["xyz"]) == router.choose("報稅怎麼報", [])


def test_placeholders_of_concealed_values_change_nothing(router: Router) -> None:
    plain = router.choose("報稅可以扶養嗎", router.names)
    assert (
        router.choose("報稅可以〔姓名1〕扶養〔地址2：臺北市信義區〕嗎", router.names).domain == plain.domain
    )
    assert router.shares("〔姓名1〕報稅怎麼報") == router.shares("〔身分證字號3〕報稅怎麼報")


@pytest.mark.parametrize(
    ("before", "last", "name"),
    [
        ("我的護照過期了，要怎麼換新的？", "那要帶什麼？", "mofa"),
        ("健保卡不見了怎麼補辦", "要多少錢", "mohw"),
        ("被公司資遣可以領失業給付嗎", "要去哪裡辦", "mol"),
        ("健保卡不見了怎麼補辦", "那報稅怎麼報", "mof"),
    ],
)
def test_a_short_message_is_read_with_the_one_before(
    router: Router, before: str, last: str, name: str
) -> None:
    assert router.choose(last, router.names, before).domain == name


def test_a_long_message_stands_alone(router: Router) -> None:
    text = "我想問的是另外一件事，就是我的機車駕照過期了要去哪裡換"
    assert router.choose(text, router.names, "健保卡不見了") == router.choose(text, router.names)


def test_bytes_there_and_back_choose_alike(router: Router) -> None:
    data = router.to_bytes()
    again = Router.from_bytes(data)
    assert again.to_bytes() == data and len(data) < 1_000_000
    assert again.shares("老闆不給加班費") == router.shares("老闆不給加班費")


def test_the_archive_holds_numbers_only(router: Router) -> None:
    with np.load(io.BytesIO(router.to_bytes()), allow_pickle=False) as archive:
        assert {archive[name].dtype.kind for name in archive.files} <= {"u", "i", "f"}


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_bytes_are_refused(data: st.DataObject) -> None:
    whole = train({"mof": TAX, "motc": CARS}, TALK).to_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytearray(whole)
    flipped[place] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(flipped), whole[:place], whole + b"x", b""):
        with pytest.raises(RouterError):
            Router.from_bytes(damaged)


@pytest.mark.parametrize("change", ["shape", "kind", "missing", "nan", "text"])
def test_whole_bytes_that_hold_no_router_are_refused(change: str) -> None:
    import hashlib

    whole = train({"mof": TAX, "motc": CARS}, TALK).to_bytes()
    with np.load(io.BytesIO(whole[:-32])) as archive:
        arrays = {name: archive[name] for name in archive.files}
    if change == "shape":
        arrays["weights"] = arrays["weights"][:-1]
    elif change == "kind":
        arrays["scale"] = arrays["scale"].astype(np.float64)
    elif change == "missing":
        del arrays["bias"]
    elif change == "nan":
        arrays["bias"] = np.full_like(arrays["bias"], np.nan)
    else:
        arrays["names"] = np.frombuffer(b"\xff\xfe", dtype=np.uint8)
    out = io.BytesIO()
    np.savez(out, **arrays)
    content = out.getvalue()
    with pytest.raises(RouterError):
        Router.from_bytes(content + hashlib.sha256(content).digest())


def test_a_router_cannot_be_changed(router: Router) -> None:
    with pytest.raises(AttributeError):
        router.names = ()  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        Router.from_bytes(router.to_bytes()).weights[0] = 0


def test_threads_share_a_router(router: Router) -> None:
    texts = ["報稅怎麼報", "健保卡不見了", "護照過期", "你好"] * 25
    alone = [router.choose(text, router.names) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: router.choose(text, router.names), texts)) == alone


@given(st.text(max_size=300), st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_text_gets_a_choice_among_the_allowed(text: str, before: str) -> None:
    router = load_router()
    choice = router.choose(text, ("mof", "moi"), before)
    assert choice.domain in (None, "mof", "moi") and 0 <= choice.confidence <= 1
    assert set(choice.hint) <= {"mof", "moi"}
