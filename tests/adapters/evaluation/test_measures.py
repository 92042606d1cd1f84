"""Each measure against values worked out by hand."""

from __future__ import annotations

import math
import random

import pytest

from adapters.evaluation.exposure import exposure_bits, rank_bits
from adapters.evaluation.language import mainland_terms, simplified_characters
from adapters.evaluation.material import read_set, shared_set
from adapters.evaluation.quality import character_f1, has_facts, rouge_l


@pytest.mark.parametrize(
    ("answer", "reference", "f1", "rouge"),
    [
        ("五月報稅。", "五月報稅", 1, 1),
        ("", "五月報稅", 0, 0),
        ("月五", "五月", 1, 0.5),
        ("五月申報", "五月報稅", 0.75, 0.75),
        ("一二三", "四五六", 0, 0),
    ],
)
def test_nearness_to_the_reference(answer: str, reference: str, f1: float, rouge: float) -> None:
    assert character_f1(answer, reference) == pytest.approx(f1)
    assert rouge_l(answer, reference) == pytest.approx(rouge)


def test_facts_are_found_whatever_the_spaces() -> None:
    assert has_facts("請撥 19 53，三個 工作日內處理。", ["1953", "三個工作日"])
    assert not has_facts("請撥 1953。", ["1953", "三個工作日"])


def test_rank_is_bounded_by_the_sample_and_the_model_goes_beyond() -> None:
    noise = random.Random(1)
    others = [noise.gauss(-50, 5) for _ in range(64)]
    assert rank_bits(-1, others) == pytest.approx(math.log2(65))
    assert exposure_bits(-1, others) > 40
    assert exposure_bits(-50, others) == pytest.approx(1, abs=0.5)
    assert exposure_bits(-70, others) < 0.01 and rank_bits(-90, others) == 0
    assert math.isfinite(exposure_bits(1e6, others))


def test_a_secret_like_any_other_has_little_exposure() -> None:
    noise = random.Random(2)
    drawn = [exposure_bits(noise.gauss(0, 1), [noise.gauss(0, 1) for _ in range(32)]) for _ in range(2000)]
    assert sum(drawn) / len(drawn) == pytest.approx(1.44, abs=0.2)
    assert sum(bits > 12 for bits in drawn) <= 6


def test_others_that_are_all_alike_leave_the_rank() -> None:
    assert exposure_bits(-1, [-2.0, -2.0, -2.0]) == 2


def test_simplified_characters_are_named_once_each() -> None:
    assert simplified_characters("请到银行办理，请带证件") == list("请银办带证")
    assert simplified_characters("請到臺灣銀行辦理，里長在床邊，庄頭的群眾裡面") == []


def test_mainland_terms_come_with_what_taiwan_says() -> None:
    assert mainland_terms("請用軟件打印信息") == {"軟件": "軟體", "打印": "列印", "信息": "資訊"}
    assert mainland_terms("公務人員高考三級在線上報名，土地增值稅請洽博客來") == {}


def test_our_own_sets_are_written_as_taiwan_writes() -> None:
    for name in ("regression.toml", "safety.toml"):
        text = read_set(name)
        assert not simplified_characters(text) and not mainland_terms(text)


def test_sets_are_as_large_as_they_say() -> None:
    assert len(shared_set("safety")) >= 40 and len(shared_set("regression")) >= 30
    prompts = [case.prompt for name in ("regression", "safety") for case in shared_set(name)]
    assert len(prompts) == len(set(prompts))
