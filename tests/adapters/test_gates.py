"""Gates: every bound is kept or named, what is missing fails, and nobody can loosen the default."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.evaluation import Measured, Report, Subject
from adapters.gates import (
    Gate,
    GatePolicy,
    GatePolicyError,
    decide,
    default_policy,
    loosenings,
    parse_policy,
    tighten,
)

MEASURES = ("loss", "facts", "safety")
figures = st.one_of(st.none(), st.floats(-2, 2))
measured = st.builds(Measured, figures, figures, figures)
gates = st.builds(Gate, figures, figures, figures, figures, figures, figures)
policies = st.builds(GatePolicy, st.dictionaries(st.sampled_from(MEASURES), gates, max_size=3))


def _report(measures: dict[str, Measured], serving: str | None = None) -> Report:
    return Report(Subject("moe@2", "bianmin", serving), "2026-11-27T00:00:00+00:00", "0" * 64, {}, measures)


reports = st.builds(
    _report,
    st.dictionaries(st.sampled_from(MEASURES), measured, max_size=3),
    st.sampled_from((None, "moe@1")),
)


@given(report=reports, default=policies, ministry=policies)
def test_what_the_default_refuses_no_ministry_can_let_pass(
    report: Report, default: GatePolicy, ministry: GatePolicy
) -> None:
    tight = tighten(default, ministry)
    if decide(report, tight).passed and decide(report, default).reasons:
        assert decide(report, default).passed
    if decide(report, tight).passed and decide(report, ministry).reasons:
        assert decide(report, ministry).passed


@given(default=policies, ministry=policies)
def test_tightening_twice_changes_nothing_and_loosenings_are_told(
    default: GatePolicy, ministry: GatePolicy
) -> None:
    tight = tighten(default, ministry)
    assert dict(tighten(tight, ministry).gates) == dict(tight.gates) == dict(tighten(tight, default).gates)
    assert bool(loosenings(default, ministry)) == any(
        getattr(gate, bound) is not None and getattr(gate, bound) != getattr(tight.gates[name], bound)
        for name, gate in ministry.gates.items()
        for bound in Gate.__slots__
    )


@given(report=reports, policy=policies, lost=st.sampled_from(MEASURES))
def test_losing_a_measurement_never_lets_anything_pass(report: Report, policy: GatePolicy, lost: str) -> None:
    less = replace(report, measures={name: one for name, one in report.measures.items() if name != lost})
    assert decide(report, policy).passed or not decide(less, policy).passed


@pytest.mark.parametrize(
    ("gate", "candidate", "limit", "passed"),
    [
        (Gate(at_least=0.5), 0.5, 0.5, True),
        (Gate(at_least=0.5), 0.49, 0.5, False),
        (Gate(at_most=0), 0, 0, True),
        (Gate(at_most=0), 1, 0, False),
        (Gate(over_base=-0.1), 0.5, 0.5, True),
        (Gate(over_base=0.0), 0.5, 0.6, False),
        (Gate(under_base=0.0), 0.7, 0.6, False),
        (Gate(over_serving=-0.2), 0.5, 0.5, True),
        (Gate(under_serving=0.1), 0.9, 0.8, False),
        (Gate(at_least=0.5), None, 0.5, False),
        (Gate(at_least=0.5), float("nan"), 0.5, False),
    ],
)
def test_each_bound(gate: Gate, candidate: float | None, limit: float, passed: bool) -> None:
    report = _report({"facts": Measured(candidate, 0.6, 0.7)}, serving="moe@1")
    decision = decide(report, GatePolicy({"facts": gate}))
    assert decision.passed is passed
    assert decision.reasons[0].bound == pytest.approx(limit) and decision.reasons[0].passed is passed


def test_bounds_on_the_serving_version_hold_only_where_one_serves() -> None:
    policy = GatePolicy({"facts": Gate(at_least=0.1, over_serving=0.0)})
    assert decide(_report({"facts": Measured(0.5, 0.1)}), policy).passed
    unmeasured = decide(_report({"facts": Measured(0.5, 0.1)}, serving="moe@1"), policy)
    assert not unmeasured.passed and [r.gate for r in unmeasured.reasons if not r.passed] == [
        "facts.over_serving"
    ]


def test_policy_without_bounds_passes_nothing() -> None:
    assert not decide(_report({}), GatePolicy({})).passed
    assert not decide(_report({"facts": Measured(1)}), GatePolicy({"facts": Gate()})).passed


def test_shipped_policy_refuses_an_empty_report_on_every_count() -> None:
    decision = decide(_report({}, serving="moe@1"), default_policy())
    assert len(decision.reasons) >= 20 and not any(reason.passed for reason in decision.reasons)


@pytest.mark.parametrize(
    "text",
    [
        "[gates.facts]\natleast = 1",
        "[gates.facts]\nat_least = true",
        "[gates.facts]\nat_least = nan",
        "[gates.facts]\nat_most = inf",
        '[gates.facts]\nat_least = "1"',
        "gates = 3",
        "[gates]\nfacts = 1",
        "[gates",
    ],
)
def test_misformed_policy_is_refused(text: str) -> None:
    with pytest.raises(GatePolicyError):
        parse_policy(text)
