"""What the shipped tagger reads, and what it promises for any text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deid.recognizers.person import PersonRecognizer
from deid.recognizers.spelled_out import spelling
from deid.tagger import tagger as module
from deid.tagger.features import Words, codes_of, hash_words
from deid.tagger.tagger import WINDOW, WORDS, Tagger, load_tagger
from deid.tagger.tags import COUNT
from deid.training.corpus import Mark, read_corpus
from deid.training.data import ordinary_words
from deid.views import Views
from tests.deid.evaluation import FOLDER, annotated_texts

MARK = re.compile("⟦(.*?)⟧")
PRIVATE = Path(__file__).parent / "tables" / "private.txt"
RECOGNIZER = PersonRecognizer()

WITH_NAMES = [
    "戶口上的名字是⟦羅建雄⟧，漢名⟦胡玉欣⟧，要用哪一個",
    "⟦王小明⟧跟我們一起去區公所，⟦林大同⟧與太太吵架",
    "⟦陳小美⟧跟前夫離婚三年了，⟦阿珠⟧跟里長吵架",
    "⟦Stephen Baker⟧ asked about Step 1 of the form.",
    "我是⟦林立榮⟧。上週的票是立榮航空的",
    "本名後來才知道是⟦紀柏舟⟧。上個月他把小男生背到派出所，希望市府能表揚⟦柏舟⟧。",
    "鄰居⟦陳柏霖⟧住柏霖街，⟦柏霖⟧人很好",
    "我叫⟦蔡宜靜⟧，想問租金補貼",
    "您好 我是⟦方士銘⟧ 昨天有打來",
    "申請人：⟦魏淑卿⟧，代理人：⟦魏柏勳⟧",
    "我先生⟦鄧國棟⟧上週在工地跌倒",
    "承租人⟦游晴雯⟧已經三個月沒付房租",
    "這件是⟦阿鳳⟧幫我送的",
    "請轉告⟦葉宗翰⟧先生明天來領件",
    "樓上的⟦尤美惠⟧每天半夜洗衣服",
    "我媽媽叫⟦洪罔腰⟧今年九十歲",
    "本人⟦馬耀·噶照⟧住花蓮",
    "我是越南來的⟦阮氏紅⟧，居留證要換",
    "我女兒⟦芷瑜⟧讀三年級",
    "檢舉人⟦歐陽志遠⟧敬上",
    "My name is ⟦Daniel Foster⟧ and I live in Taichung",
    "I am ⟦Chiu, Mei-Ling⟧, please call me back",
    "姓名 ⟦潘金水⟧ 電話 0912345678",
    "謝謝清潔隊的大哥，下雨天還來。⟦尤其⟧　敬上",
    "昨天⟦玉蘭⟧跟⟦秀枝⟧在公園被狗追",
    "郵局沒入帳，⟦高進財⟧（父）、⟦許願⟧（母）都來了",
    "警察辦案都要民眾自己辦？⟦孔令奇⟧，089-346815",
    "所以不是網路問題吧？——⟦漢克⟧",
    "我的資料 ⟦康大為⟧ 0975668201",
    "⟦文雄⟧跟⟦自立⟧合租的房子漏水",
    "⟦自強⟧住光復路，不是他弟弟",
    "boss name Mrs ⟦Hsiao Li-Fen⟧.",
    "My name is ⟦Son Tran Van⟧ and I rent in Taoyuan",
]
WITHOUT_NAMES = [
    "電子投票 i-Voting 系統，i-Voting制度的沿革",
    "站名是王爺宮，王子的王，爺爺的爺",
    "我是 AI 助理。",
    "請問戶籍謄本要去哪裡申請",
    "高雄市政府環保局今天有上班嗎",
    "路燈壞了很久都沒人來修",
    "公車站牌前面有人違規停車",
    "溫泉區的停車場收費方式為何",
    "許可證到期要怎麼展延",
    "施工時間是早上八點到下午五點",
    "健保卡遺失補發要帶什麼證件",
    "請問老人年金什麼時候會入帳",
    "國中小學何時開學",
    "垃圾車幾點會到我們這裡",
    "依行政程序法第一百零二條辦理",
    "馬上就要颱風了水溝還沒清",
    "I would like to know how to renew my driver license",
    "黃線可以臨時停車嗎",
    "曾經申請過一次但是沒有通過",
]


def names_in(text: str) -> list[str]:
    found = sorted({(f.start, f.end) for f in RECOGNIZER.find(Views(text)) if f.score >= 0.4})
    return [text[start:end] for start, end in found]


@pytest.mark.parametrize("row", WITH_NAMES)
def test_names_are_found(row: str) -> None:
    assert names_in(MARK.sub(r"\1", row)) == MARK.findall(row)


@pytest.mark.parametrize(
    "row",
    [
        "叫做溫佩珊 ⟦三點水的溫 裡面是日不是囚⟧ 常被打錯",
        "莊雅筑 ⟦莊敬的莊 文雅的雅 建築的築不對 是竹字頭底下那個筑⟧ 電話",
        "林佩珊，⟦佩服的佩，珊瑚的珊⟧，謝謝",
        "林佩珊，⟦珊是玉加一個冊⟧，謝謝",
        "溫佩珊 三點水的河很髒",
    ],
)
def test_how_a_name_is_written_belongs_to_it(row: str) -> None:
    text = MARK.sub(r"\1", row)
    name = re.search("溫佩珊|莊雅筑|林佩珊", text)
    assert name is not None
    found = spelling(text.replace("，", ","), *name.span())
    assert [text[slice(*found)] for found in [found] if found] == MARK.findall(row)


@pytest.mark.parametrize(
    "text", ["全體住戶敬上", "尤其是下雨天。敬上", "市民一同 敬上", "家長跟老師在校門口"]
)
def test_who_signs_for_many_has_no_name(text: str) -> None:
    assert names_in(text) == []


@pytest.mark.parametrize("text", WITHOUT_NAMES)
def test_ordinary_words_are_no_names(text: str) -> None:
    assert names_in(text) == []


def test_a_name_counts_everywhere() -> None:
    text = "我叫蔡宜靜。" + "請問補助要怎麼申請。" * 3 + "蔡宜靜"
    assert names_in(text) == ["蔡宜靜", "蔡宜靜"]


@given(st.text(st.characters(codec=None), max_size=120))
@settings(max_examples=150)
def test_any_text_is_taken(text: str) -> None:
    views = Views(text)
    probabilities = load_tagger().probabilities(views) if views.folded else np.zeros((COUNT, 0))
    assert probabilities.shape == (COUNT, len(views.folded))
    for start, end, score in load_tagger().spans(views):
        assert 0 <= start < end <= len(views.folded) and 0 <= score <= 1.0001


@given(st.text(st.sampled_from("我叫王小明住在高雄市電話09 ,A\n"), min_size=1, max_size=60))
@example("王高")  # whose probabilities differ by 0.03 between one pass and three
@settings(max_examples=60)
def test_windows_agree_with_one_pass(text: str) -> None:
    long = (text * (3 * WINDOW // len(text) + 1))[: 2 * WINDOW + 40]
    views = Views(long)
    tagger = load_tagger()
    whole, parts = tagger.window(views, 0, len(views.folded)), tagger.probabilities(views)
    # A run of digits or a word that a window cuts may be seen differently, far from the characters it is asked for, and
    # sums over thousands of characters round otherwise. Moved by one character, a fifth of the classes would differ.
    second, first = np.sort(whole, axis=0)[-2:]
    differs = whole.argmax(axis=0) != parts.argmax(axis=0)
    assert np.mean(differs & (first - second > 0.1)) < 0.002
    assert np.abs(whole - parts).mean() < 0.002


def test_work_grows_with_the_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window's size is bounded, and there is one for each stretch of the text."""
    sizes: list[int] = []
    original = module.features

    def counted(views, start, end, lexicon):
        sizes.append(end - start)
        return original(views, start, end, lexicon)

    monkeypatch.setattr(module, "features", counted)
    tagger: Tagger = load_tagger()
    for windows in (1, 4, 40):
        sizes.clear()
        tagger.spans(Views("王" * (WINDOW * windows)))
        assert len(sizes) == windows and max(sizes) < WINDOW + 200


def test_the_shipped_graph_computes_what_torch_trained() -> None:
    torch = pytest.importorskip("torch")
    from deid.tagger.features import COLUMNS
    from deid.tagger.network import Network
    from deid.training.export import exported, graph_of
    from deid.training.network import DILATIONS, VOICE_REACH
    from deid.training.network import Network as Trained

    torch.manual_seed(3)
    rng = np.random.default_rng(3)
    trained = Trained(rng.random((50, 7), dtype=np.float32))
    for norm in trained.norms:
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
    trained.eval()
    lengths = (1, 3, 30, 200)
    texts = [
        (rng.integers(5, 50, length).astype(np.uint16), rng.random((length, COLUMNS), dtype=np.float32))
        for length in lengths
    ]
    shipped = exported(trained.arrays(), DILATIONS, texts)
    plain = np.frombuffer(graph_of(trained.arrays(), DILATIONS).SerializeToString(), dtype=np.uint8)
    network, exact = Network(shipped), Network(shipped | {"graph": plain})
    assert network.context == sum(DILATIONS) + VOICE_REACH
    for ids, table in texts:
        shown = torch.from_numpy(ids.astype(np.int64))[None]
        with torch.no_grad():
            scores = trained(shown, shown, torch.from_numpy(table)[None])[0]
        expected = scores.softmax(dim=1).numpy().T
        assert np.abs(exact.probabilities(ids, table) - expected).max() < 0.002
        assert np.abs(network.probabilities(ids, table) - expected).mean() < 0.002


def test_one_word_has_the_value_that_many_have_together() -> None:
    with np.load(module.WEIGHTS, allow_pickle=False) as arrays:
        words = Words(arrays["hashes"], arrays["values"])
    text = "我叫陳高興，住在台北市信義區，很高興認識大家"
    known = 0
    for length in (2, 3, 4):
        values = words.values(hash_words(codes_of(text), length)[-1]).tolist()
        assert [words.value(text[at : at + length]) for at in range(len(values))] == values
        known += sum(value > 0 for value in values)
    assert known > len(text) / 4


def _called() -> Iterator[str]:
    """Yield what people are called in the corpus, in the development sets and in the table of private values."""
    yield from re.findall("⟦([^⟦⟧]*)⟧", PRIVATE.read_text(encoding="utf-8"))
    for entry in read_corpus():
        marks = (part for part in entry.parts if isinstance(part, Mark))
        yield from (mark.text for mark in marks if mark.entity == "PERSON" and not mark.optional)
    for file in FOLDER.glob("dev*.txt"):
        for row in annotated_texts(file.stem):
            people = (span for span in row["spans"] if span["type"] == "PERSON" and not span["optional"])
            yield from (row["text"][span["start"] : span["end"]] for span in people)


def test_the_words_beside_the_weights_are_new_and_nobodys_name() -> None:
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    assert len(words) == len(set(words)) > 3_000
    assert [word for word in words if not re.fullmatch("[㐀-鿿]{2,4}", word)] == []
    known = {word.text for word in ordinary_words()}
    assert [word for word in words if word in known] == []
    called = {re.sub("[·．・ ]", "", name) for name in _called()}
    called |= {name[1:] for name in called if len(name) == 3}
    assert [word for word in words if word in called] == []
