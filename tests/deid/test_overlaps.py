from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import Finding
from deid.overlaps import cut_out, fill_gaps, resolve


def finding(start: int, end: int, entity: str = "PHONE", score: float = 0.8) -> Finding:
    return Finding(start, end, entity, score, "test")


TEXT = "abcdefghij" * 3


def test_the_longer_finding_wins() -> None:
    assert resolve(TEXT, [finding(0, 5), finding(0, 9, "EMAIL", 0.5)]) == (finding(0, 9, "EMAIL", 0.5),)


def test_the_higher_score_wins_between_equals() -> None:
    assert resolve(TEXT, [finding(0, 5), finding(0, 5, "EMAIL", 0.9)]) == (finding(0, 5, "EMAIL", 0.9),)


def test_what_sticks_out_joins_a_winner_of_the_same_entity() -> None:
    (union,) = resolve(TEXT, [finding(0, 8), finding(5, 11)])
    assert (union.start, union.end, union.entity) == (0, 11, "PHONE")


def test_what_sticks_out_of_another_entity_stays_hidden() -> None:
    found = resolve(TEXT, [finding(0, 8), finding(5, 11, "EMAIL")])
    assert [(f.start, f.end, f.entity) for f in found] == [(0, 8, "PHONE"), (8, 11, "EMAIL")]


def test_a_remainder_of_punctuation_is_dropped() -> None:
    assert resolve("abcd, efgh", [finding(0, 4), finding(2, 5, "EMAIL")]) == (finding(0, 4),)


def test_cutting_out_leaves_both_sides() -> None:
    found = cut_out(TEXT, [finding(0, 20)], [finding(5, 10, "LITERAL")])
    assert [(f.start, f.end) for f in found] == [(0, 5), (10, 20)]


SPANS = st.lists(
    st.builds(
        lambda start, length, entity, score: finding(start, start + length, entity, score),
        st.integers(0, 20), st.integers(1, 10), st.sampled_from(["PHONE", "EMAIL", "PERSON"]), st.floats(0, 1),
    )
)  # fmt: skip


@given(SPANS)
def test_nothing_found_stays_visible_and_nothing_else_is_hidden(spans: list[Finding]) -> None:
    resolved = resolve(TEXT, spans)
    covered = [index for f in resolved for index in range(f.start, f.end)]
    assert covered == sorted(set(covered))
    assert set(covered) == {index for f in spans for index in range(f.start, f.end)}


@given(SPANS, st.randoms())
def test_the_answer_does_not_depend_on_the_order_of_recognisers(spans: list[Finding], random) -> None:
    shuffled = random.sample(spans, len(spans))
    assert resolve(TEXT, spans) == resolve(TEXT, shuffled)


def test_a_number_that_goes_on_is_hidden_whole_where_the_doubtful_finding_is_sure() -> None:
    seen = Finding(3, 15, "ACCOUNT", 0.65, "rule")
    sure = Finding(3, 17, "ACCOUNT", 0.54, "tagger")
    assert [(f.start, f.end, f.entity) for f in fill_gaps(TEXT, (seen,), [sure])] == [(3, 17, "ACCOUNT")]
    assert fill_gaps(TEXT, (seen,), [replace(sure, score=0.45)]) == (seen,)
    assert fill_gaps(TEXT, (seen,), [replace(sure, start=4)]) == (seen,)
    seen, sure = replace(seen, start=0, end=13), replace(sure, start=0, end=16)
    assert fill_gaps("8 44 04 22610 三樓", (seen,), [sure]) == (seen,)


def test_a_value_of_a_known_form_stays_as_long_as_it_is() -> None:
    whole = Finding(0, 10, "TW_NATIONAL_ID", 1.0, "rule")
    assert fill_gaps(TEXT, (whole,), [Finding(0, 12, "ACCOUNT", 0.6, "tagger")]) == (whole,)


def test_two_pieces_of_one_number_become_one() -> None:
    pieces = (Finding(0, 8, "ACCOUNT", 0.65, "rule"), Finding(8, 12, "TW_PLATE", 0.6, "rule"))
    found = fill_gaps(TEXT, pieces, [Finding(0, 18, "ACCOUNT", 0.6, "tagger")])
    assert [(f.start, f.end, f.entity) for f in found] == [(0, 18, "ACCOUNT")]


@pytest.mark.parametrize(
    ("said", "hidden"),
    [("3樓", True), ("二十二", True), (" 3樓", True), (" 10048", False), ("　１００４８", False), (" City 1", False)],
)
def test_of_a_taggers_address_beside_a_rules_one_the_doors_numbers_are_hidden(said: str, hidden: bool) -> None:
    seen = Finding(0, 5, "TW_ADDRESS", 0.9, "rule")
    told = replace(seen, end=5 + len(said), recognizer="tagger")
    assert len(fill_gaps(f"中山路1號{said}", (seen,), [told])) == 1 + hidden
