from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deid import Finding
from deid.overlaps import cut_out, resolve


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
