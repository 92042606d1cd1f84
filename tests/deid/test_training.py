"""The training corpus parses, and its slots are filled with what they promise."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from deid.identifiers import credit_card, tw_national_id, tw_ui_no
from deid.tagger.features import Lexicon
from deid.tagger.tags import ENTITIES, FIRST_ENTITY, NOTHING, PERSON_BEGIN
from deid.training import numbers
from deid.training.addresses import han_number
from deid.training.corpus import CorpusError, forbidden_lines, parse_line, read_corpus
from deid.training.invented import invented
from deid.training.kinds import KINDS, fill
from deid.training.names import Person
from deid.training.public import PUBLIC
from deid.training.samples import filled, roughened, samples


def entry(text: str, channel: str = "call"):
    return parse_line("test", f"{channel}: {text}")


def values(sample) -> list[tuple[str, str]]:
    """The stretches of one tag, as (entity, text)."""
    found: list[list] = []
    for char, tag in zip(sample.text, sample.tags, strict=True):
        name = "" if tag == NOTHING else "PERSON" if tag < FIRST_ENTITY else ENTITIES[tag - FIRST_ENTITY]
        if not found or found[-1][0] != name or tag == PERSON_BEGIN:
            found.append([name, ""])
        found[-1][1] += char
    return [(name, text) for name, text in found if name]


def test_the_corpus_parses() -> None:
    entries = read_corpus()
    assert len({item.channel for item in entries}) > 5
    assert all(item.parts for item in entries)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_filled_inside_its_marks(kind: str) -> None:
    rng = random.Random(kind)
    for _ in range(30):
        sample = filled(entry(f"前{{{kind}}}後"), rng)
        assert sample.text[0] == "前" and sample.text[-1] == "後"
        assert len(sample.text) == len(sample.tags) == len(sample.weights)
        assert sample.tags[0] == sample.tags[-1] == NOTHING
        marked = values(sample)
        if kind in {*PUBLIC, "date"}:
            assert marked == []
        else:
            assert len(marked) == 1 and marked[0][1] in sample.text


@pytest.mark.parametrize("style", ["spoken", "wide", "spaced"])
@pytest.mark.parametrize("kind", ["id", "mobile", "card", "plate", "bank"])
def test_styles_keep_the_mark_whole(kind: str, style: str) -> None:
    rng = random.Random(style)
    for _ in range(20):
        sample = filled(entry(f"是{{{kind}.{style}}}喔"), rng)
        assert [text for _, text in values(sample)] == [sample.text[1:-1]]


def test_made_numbers_have_right_check_digits() -> None:
    rng = random.Random(7)
    right = [tw_national_id.is_valid(numbers.national_id(rng)) for _ in range(300)]
    assert 0.85 < sum(right) / 300 < 1
    right = [tw_ui_no.is_valid(numbers.ui_no(rng)) for _ in range(300)]
    assert 0.85 < sum(right) / 300 < 1
    right = [credit_card.is_valid(numbers.luhn(rng).replace(" ", "").replace("-", "")) for _ in range(300)]
    assert 0.85 < sum(right) / 300 < 1


def test_a_person_keeps_one_name() -> None:
    rng = random.Random(3)
    for _ in range(50):
        sample = filled(entry("我是{name#1}，叫我{given#1}，{surname#1}先生，{name}"), rng)
        full, given, surname, other = (text for _, text in values(sample))
        assert full.startswith(surname) and full.endswith(given) and other != full


def test_the_same_seed_fills_the_same() -> None:
    entries = [
        entry("我叫{name}，電話{mobile}，住{address}"),
        entry("找{nick}"),
        entry("{latin}說好", "mixed"),
    ]
    first, second = (samples(entries, random.Random(5)) for _ in range(2))
    assert [sample.text for sample in first] == [sample.text for sample in second]
    assert [s.text for s in invented(random.Random(5), 9)] == [s.text for s in invented(random.Random(5), 9)]


def test_roughening_keeps_tags_beside_their_characters() -> None:
    rng = random.Random(11)
    plain = entry("您好，我是{name}，電話{mobile}，謝謝。")

    def other():
        return filled(entry("請問{name}在嗎？"), rng)

    for _ in range(200):
        sample = roughened(filled(plain, rng), rng, other)
        assert len(sample.text) == len(sample.tags) == len(sample.weights)
        _, tags, weights = sample.folded()
        assert len(tags) == len(weights)


def test_marks_and_breaks() -> None:
    item = entry("⟦PERSON|虎哥⟧說⏎市長⟦?PERSON|某某⟧")
    sample = filled(item, random.Random(1))
    assert sample.text == "虎哥說\n市長某某"
    assert values(sample) == [("PERSON", "虎哥")]
    assert sample.weights == [1, 1, 1, 1, 1, 1, 0, 0]


def fillings(text: str) -> list[list[str]]:
    rng = random.Random(2)
    return [[value for _, value in values(filled(entry(text, "web"), rng))] for _ in range(60)]


def test_a_named_person_gets_other_names_and_stays_one_person() -> None:
    text = "⟦PERSON|陳怡君⟧說⟦PERSON|怡君⟧就是她，⟦PERSON|Maria Santos⟧叫⟦PERSON|Maria⟧，市長⟦?PERSON|王某某⟧"
    drawn = fillings(text)
    own = [names for names in drawn if names == ["陳怡君", "怡君", "Maria Santos", "Maria"]]
    assert 10 < len(own) < 50
    for full, given, latin, first in (names for names in drawn if names not in own):
        assert full.endswith(given) and len(full) in (2, 3, 4) and latin.split(" ")[0].strip(",") == first
    assert len({names[0] for names in drawn}) > 10


def test_a_spelled_out_name_keeps_its_spelling() -> None:
    assert len({tuple(names) for names in fillings("我叫⟦PERSON|陳怡君⟧，⟦PERSON|耳東陳，怡情的怡⟧")}) == 1


@pytest.mark.parametrize(
    "line",
    [
        "沒有頻道",
        "call: {nobody}",
        "call: {id.sung}",
        "call: ⟦PERSON|沒有關",
        "call: ⟦NOTHING|甲⟧",
        "call: ⟦AGE|五歲⟧",
        "negative: 我是{name}",
        "negative: ⟦PHONE|1⟧",
    ],
)
def test_wrong_lines_stop_the_training(line: str, tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text(f"call: 好\n{line}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"some\.txt:2: "):
        read_corpus(tmp_path)


def test_copied_texts_are_noticed() -> None:
    copied = "這一句話總共有十八個以上的字元而且都是中文喔"
    entries = [
        entry(f"{{name}}說{copied}"),
        entry("{name}說這一句話"),
        entry(f"{copied[:9]}{{name}}{copied[9:]}"),
    ]
    assert list(forbidden_lines(entries, [f"前面{copied}後面"])) == [entries[0]]


def test_numbers_are_said() -> None:
    said = {
        5: "五",
        10: "十",
        12: "十二",
        20: "二十",
        35: "三十五",
        100: "一百",
        105: "一百零五",
        312: "三百一十二",
    }
    assert {value: han_number(value) for value in said} == said


@pytest.mark.parametrize("kind", sorted(PUBLIC))
def test_public_values_carry_no_mark(kind: str) -> None:
    piece = fill(kind, "", Person(random.Random(1)))[0]
    assert piece.text and piece.entity == ""


def test_texts_in_one_row_do_not_hear_each_other() -> None:
    torch = pytest.importorskip("torch")
    from deid.tagger.features import COLUMNS
    from deid.training.network import Network

    torch.manual_seed(5)
    network = Network(np.random.default_rng(5).random((50, 7), dtype=np.float32)).eval()
    texts = [(torch.randint(1, 50, (1, n)), torch.rand(1, n, COLUMNS)) for n in (40, 70)]
    gap = torch.zeros(1, 8, dtype=torch.long), torch.zeros(1, 8, COLUMNS)
    ids, table = (torch.cat(parts, dim=1) for parts in zip(texts[0], gap, texts[1], strict=True))
    with torch.no_grad():
        row = network(ids, ids, table)
        for start, (own, seen) in zip((0, 48), texts, strict=True):
            alone = network(own, own, seen)
            assert (row[:, start : start + own.shape[1]] - alone).abs().max() < 1e-4


def test_two_learners_make_the_same_weights_of_the_same_corpus() -> None:
    pytest.importorskip("torch")
    from deid.training.lexicon import build_lexicon, character_features
    from deid.training.training import Lesson, train

    taught = read_corpus()[:60]
    lexicon = Lexicon.from_arrays(build_lexicon(part for one in taught for part in one.parts if isinstance(part, str)))
    lesson, said = Lesson(taught, lexicon, character_features(lexicon), 1), list[str]()
    one, other = (train(lesson, said.append).arrays() for _ in range(2))
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert [line.split(",")[0] for line in said] == [said[0].split(",")[0]] * 2


def test_names_of_the_world_are_known_to_the_tagger() -> None:
    from deid.tagger.features import ENGLISH, FAMILY, GIVEN
    from deid.training.lexicon import build_lexicon

    latin = Lexicon.from_arrays(build_lexicon([])).latin
    assert all(latin[name] & GIVEN for name in ("LENNART", "ESTEBAN", "SIOBHAN", "BRAM", "ZYGIMANTAS"))
    assert all(latin[name] & FAMILY for name in ("KOWALSKI", "LINDQVIST", "OKONKWO", "FITZGERALD"))
    assert latin["HAND"] & ENGLISH and "BAKERIES" not in latin
