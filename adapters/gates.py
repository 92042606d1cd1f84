"""Whether an adapter may go on, decided from its evaluation and a policy alone.

A gate looks at one measure of the report. Its bounds say what the candidate's figure must be: `at_least`, `at_most`, or
no further than so much from the base's or the serving version's figure (`over_base = -0.02` lets it be 0.02 lower,
`under_base = 0` wants it no higher). What was not measured does not pass. A ministry's own policy can add gates and
tighten bounds; where it is looser than the default, the default holds.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from importlib import resources
from types import MappingProxyType
from typing import Any

from adapters.evaluation.report import Measured, Report

_FLOORS = ("at_least", "over_base", "over_serving")
_CEILINGS = ("at_most", "under_base", "under_serving")
_SLACK = 1e-9


class GatePolicyError(ValueError):
    """A policy cannot be read; the message names gate and bound."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Bounds on one measure; None where there is none."""

    at_least: float | None = None
    at_most: float | None = None
    over_base: float | None = None
    under_base: float | None = None
    over_serving: float | None = None
    under_serving: float | None = None


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """Gates by the name of the measure that they look at."""

    gates: Mapping[str, Gate]


@dataclass(frozen=True, slots=True)
class Reason:
    """One bound: its name such as `key_facts.at_least`, what was measured, what was asked for, and the verdict.

    `measured` is None where nothing was measured, `bound` where it depends on a figure that is missing.
    """

    gate: str
    measured: float | None
    bound: float | None
    passed: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Passed only if every bound is kept."""

    passed: bool
    reasons: tuple[Reason, ...]


def decide(report: Report, policy: GatePolicy) -> Decision:
    """Hold the report against every bound of the policy. A policy without bounds passes nothing."""
    reasons = tuple(
        reason
        for name, gate in sorted(policy.gates.items())
        for reason in _judge(
            name, gate, report.measures.get(name, Measured()), report.subject.serving is not None
        )
    )
    return Decision(bool(reasons) and all(reason.passed for reason in reasons), reasons)


def default_policy() -> GatePolicy:
    """The policy that is shipped beside this module."""
    return parse_policy(resources.files("adapters").joinpath("gates.toml").read_text(encoding="utf-8"))


def parse_policy(text: str) -> GatePolicy:
    """Read `[gates.<measure>]` tables. Raises GatePolicyError for anything that is not a bound."""
    try:
        tables = tomllib.loads(text).get("gates", {})
    except tomllib.TOMLDecodeError:
        raise GatePolicyError("the policy is not readable TOML") from None
    if not isinstance(tables, dict):
        raise GatePolicyError("gates must be a table")
    return GatePolicy(MappingProxyType({name: _gate(name, table) for name, table in tables.items()}))


def tighten(default: GatePolicy, ministry: GatePolicy) -> GatePolicy:
    """Both policies at once: of two bounds on the same figure the stricter one."""
    names = {*default.gates, *ministry.gates}
    both = {
        name: _stricter(default.gates.get(name, Gate()), ministry.gates.get(name, Gate())) for name in names
    }
    return GatePolicy(MappingProxyType(both))


def loosenings(default: GatePolicy, ministry: GatePolicy) -> tuple[str, ...]:
    """The ministry's bounds that `tighten` does not follow because the default is stricter, for its people to read."""
    tight = tighten(default, ministry)
    return tuple(
        f"{name}.{bound}"
        for name, gate in sorted(ministry.gates.items())
        for bound in (*_FLOORS, *_CEILINGS)
        if getattr(gate, bound) is not None and getattr(gate, bound) != getattr(tight.gates[name], bound)
    )


def _gate(name: str, table: Any) -> Gate:
    known = {field.name for field in fields(Gate)}
    if not isinstance(table, dict) or not table.keys() <= known:
        raise GatePolicyError(f"gates.{name}: the bounds are {', '.join(sorted(known))}")
    for bound, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise GatePolicyError(f"gates.{name}.{bound} is not a finite number")
    return Gate(**{bound: float(value) for bound, value in table.items()})


def _stricter(one: Gate, other: Gate) -> Gate:
    bounds = {}
    for names, pick in ((_FLOORS, max), (_CEILINGS, min)):
        for name in names:
            given = [value for value in (getattr(one, name), getattr(other, name)) if value is not None]
            bounds[name] = pick(given) if given else None
    return Gate(**bounds)


def _judge(name: str, gate: Gate, measured: Measured, serves: bool) -> Iterator[Reason]:
    """One reason for each bound; bounds on the serving version hold only where one serves."""
    for bound in (*_FLOORS, *_CEILINGS):
        asked = getattr(gate, bound)
        if asked is None or (bound.endswith("_serving") and not serves):
            continue
        limit = _limit(bound, asked, measured)
        yield Reason(f"{name}.{bound}", measured.candidate, limit, _keeps(bound, measured.candidate, limit))


def _limit(bound: str, asked: float, measured: Measured) -> float | None:
    if bound in ("at_least", "at_most"):
        return asked
    reference = measured.base if bound.endswith("_base") else measured.serving
    return None if reference is None else reference + asked


def _keeps(bound: str, value: float | None, limit: float | None) -> bool:
    if value is None or limit is None:
        return False
    return value >= limit - _SLACK if bound in _FLOORS else value <= limit + _SLACK
