"""How much is found of what people write. The floors in evaluation/floors.json only rise.

``dev`` to ``dev35`` may be tuned on. ``heldout`` is looked at only to publish its figures
(docs/de-identification.md).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deid import Concealer, load_policy
from deid.evaluation import Tally, judge
from deid.training.corpus import forbidden_lines, read_corpus, runs, said
from deid.tw_districts import CITIES, DISTRICTS, PLAIN_PLACES
from tests.deid.evaluation import FOLDER, annotated_texts

PACKAGE = Path(__file__).parents[2] / "deid"
SETS = (*sorted(file.stem for file in FOLDER.glob("dev*.txt")), "heldout")
SLACK = 0.02
DICTIONARY = "words.txt"
_PLACES = "|".join(sorted({*CITIES, *DISTRICTS, *PLAIN_PLACES}, key=len, reverse=True))
# An address begins with the city or district that is written in one run with it, a date with its calendar; the number
# of a court's case is optional, and so is a district before a land number.
AGAINST_THE_RULES = re.compile(
    rf"(?:{_PLACES})⟦(?:TW_ADDRESS|TW_LAND_NO)\||(?:民國|西元|[農國陽陰舊]曆)⟦DATE_OF_BIRTH\||"
    r"(?<![|0-9])[0-9]{2,3} ?年度[一-鿿]{1,6}字第 ?[0-9]+ ?號(?!⟧)"
)


def measured(name: str) -> dict[str, Any]:
    concealer, tally = Concealer(load_policy("default")), Tally()
    for row in annotated_texts(name):
        found = concealer.detect(row["text"])
        judge(row, ({"start": f.start, "end": f.end, "type": f.entity} for f in found), tally)
    figures = tally.figures()
    figures["clean_rate"] = 1 - tally.clean_touched / max(1, tally.clean)
    figures["whole_rate"] = 1 - tally.leaky / tally.personal
    return figures


@pytest.mark.parametrize("name", SETS)
def test_the_figures_keep_above_their_floors(name: str) -> None:
    floors = json.loads((FOLDER / "floors.json").read_text(encoding="utf-8"))[name]
    figures = measured(name)
    rates = {f"recall of {t}": found / wanted for t, (found, wanted) in figures["recall_by_type"].items()}
    rates |= {key: figures[key] for key in ("recall", "whole_rate", "clean_rate", "type_accuracy")}
    assert rates.keys() == floors["rates"].keys()
    below = {key: round(rate, 4) for key, rate in rates.items() if rate < floors["rates"][key]}
    assert not below, f"below the floor: {below}"
    risen = {key: round(rate, 4) for key, rate in rates.items() if rate > floors["rates"][key] + SLACK}
    assert not risen, f"raise the floors in evaluation/floors.json to: {risen}"
    assert figures["over_masked_per_1000"] <= floors["most_over_masked_per_1000"]


@pytest.mark.parametrize("name", SETS)
def test_marks_follow_the_annotation_rules(name: str) -> None:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if AGAINST_THE_RULES.search(line)] == []


@pytest.fixture(scope="module")
def evaluation_texts() -> list[str]:
    return [row["text"] for name in SETS for row in annotated_texts(name)]


def test_no_training_text_stands_in_the_evaluation_sets(evaluation_texts: list[str]) -> None:
    clashes = [
        f"{entry.author}: {entry.number}" for entry in forbidden_lines(read_corpus(), evaluation_texts)
    ]
    assert clashes == []


def test_no_recogniser_knows_a_text_of_the_evaluation_sets(evaluation_texts: list[str]) -> None:
    known: set[str] = set()
    for path in [*PACKAGE.glob("*.py"), *PACKAGE.glob("recognizers/*"), *PACKAGE.glob("training/data/*")]:
        if path.is_file() and path.name != DICTIONARY:
            known |= runs(path.read_text(encoding="utf-8"), 6, 8)
    clashes = [number for number, text in enumerate(evaluation_texts) if runs(text, 6, 8) & known]
    assert clashes == [], "a recogniser or a word list holds a run of these evaluation texts"


def test_a_contaminated_text_would_be_seen(evaluation_texts: list[str]) -> None:
    longest = max(evaluation_texts, key=lambda text: len(runs(text, 8, 8)))
    known = set().union(*map(said, evaluation_texts))
    assert said(longest[20:80]) & known and runs(longest[20:80], 6, 8)
