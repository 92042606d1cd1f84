"""The de-identification benchmark measures what it says, on texts of the length it says."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

from tests.bench import deid_import, deid_texts
from tests.bench.deid_measure import LONG, SHORT, Plan
from tests.bench.deid_report import Goal, Results, context, measure, tables

TINY = Plan(
    short_texts=4,
    long_texts=2,
    rounds=2,
    span=2_000,
    best_of=1,
    hostile=(100, 1_000),
    body_limit=False,
    batch_rows=20,
    fresh_texts=3,
    fresh_starts=1,
)


@pytest.fixture(scope="module")
def results() -> Results:
    return measure(TINY)


def test_texts_have_their_length_differ_and_come_again() -> None:
    for length in (SHORT, LONG):
        texts = deid_texts.ordinary_texts(50, length)
        assert {len(text) for text in texts} == {length}
        assert len(set(texts)) == 50
        assert texts == deid_texts.ordinary_texts(50, length)


def test_hostile_texts_have_their_size_in_bytes() -> None:
    for unit in deid_texts.HOSTILE.values():
        assert 996 < len(deid_texts.hostile_text(unit, 1_000).encode()) <= 1_000


def test_rows_hold_the_whole_text() -> None:
    texts = deid_texts.ordinary_texts(5, SHORT)
    assert [row.cells[deid_texts.COLUMNS[1]] for row in deid_texts.rows(texts) if row.cells] == texts


def test_every_subject_meets_every_text_in_every_round(results: Results) -> None:
    samples = {(entry.subject, entry.characters): len(entry.elapsed) for entry in results.latency}
    assert samples == {
        (name, length): texts * TINY.rounds
        for name in ("detect", "conceal", "Presidio")
        for length, texts in ((SHORT, TINY.short_texts), (LONG, TINY.long_texts))
    }
    assert all(value > 0 for entry in results.latency for value in entry.elapsed)


def test_the_report_has_every_goal_and_no_text(results: Results) -> None:
    document = json.loads(orjson.dumps(results.document(context())))
    assert [one["name"] for one in document["hostile"]] == list(deid_texts.HOSTILE)
    bounds = sorted(goal["most"] or goal["least"] or 0 for goal in document["goals"])
    assert bounds == [0, 0, 0, 0, 1.5, 1.5, 1.5, 4, 4, 12, 12, 13, 100, 120, 1000]
    assert document["fresh"]["memory_mb"] > 0 and document["fresh"]["start_s"] > 0
    shown = tables(results) + json.dumps(document, ensure_ascii=False)
    assert not any(text[:40] in shown for text in deid_texts.ordinary_texts(TINY.short_texts, SHORT))


def test_a_goal_is_met_on_its_side_of_the_bound() -> None:
    assert [Goal("", 1, most=1).met, Goal("", 2, most=1).met] == [True, False]
    assert [Goal("", 1, least=1).met, Goal("", 0, least=1).met] == [True, False]
    assert Goal("", 1).met is None


def test_an_import_is_measured_to_its_end(tmp_path: Path) -> None:
    figures = deid_import.measure(tmp_path, 30)
    assert figures["written"] == figures["rows"] == 30
    assert figures["peak_mb"] >= figures["peak_mb_of_the_first_half"] > 0
