"""The stages of an adapter version and the steps between them: one table, nothing else decides.

    checked ──pass──► evaluated ──canary──► canary ──promote──► serving ──demote──► standby
       └──fail──► rejected     └──────────promote────────────────►┘   ◄──promote (roll back)──┘

`withdraw` takes a canary or a standby off the engines, back to `evaluated`: only the newest standby is kept ready.
A version is stored only after its checks, so `checked` is where each begins. `retired` is the end, also for its
content: a ministry that wants it back submits it changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Stage(StrEnum):
    """Where a version stands in its life."""

    CHECKED = "checked"
    EVALUATED = "evaluated"
    REJECTED = "rejected"
    CANARY = "canary"
    SERVING = "serving"
    STANDBY = "standby"
    RETIRED = "retired"


class Step(StrEnum):
    """What can be done with a version."""

    PASS = "pass"  # noqa: S105 - its evaluation passed the gates
    FAIL = "fail"
    CANARY = "canary"
    WITHDRAW = "withdraw"
    PROMOTE = "promote"
    DEMOTE = "demote"
    RETIRE = "retire"


class StepRefused(Exception):
    """The stage does not allow the step; `code` is stable."""

    code = "step_refused"

    def __init__(self, stage: Stage, step: Step) -> None:
        super().__init__(f"A version that is {stage} can't take the step {step}.")
        self.stage, self.step = stage, step


TABLE: Mapping[tuple[Stage, Step], Stage] = MappingProxyType(
    {
        (Stage.CHECKED, Step.PASS): Stage.EVALUATED,
        (Stage.CHECKED, Step.FAIL): Stage.REJECTED,
        (Stage.CHECKED, Step.RETIRE): Stage.RETIRED,
        (Stage.EVALUATED, Step.PASS): Stage.EVALUATED,
        (Stage.EVALUATED, Step.FAIL): Stage.REJECTED,
        (Stage.EVALUATED, Step.CANARY): Stage.CANARY,
        (Stage.EVALUATED, Step.PROMOTE): Stage.SERVING,
        (Stage.EVALUATED, Step.RETIRE): Stage.RETIRED,
        (Stage.REJECTED, Step.PASS): Stage.EVALUATED,
        (Stage.REJECTED, Step.FAIL): Stage.REJECTED,
        (Stage.REJECTED, Step.RETIRE): Stage.RETIRED,
        (Stage.CANARY, Step.CANARY): Stage.CANARY,
        (Stage.CANARY, Step.PROMOTE): Stage.SERVING,
        (Stage.CANARY, Step.WITHDRAW): Stage.EVALUATED,
        (Stage.SERVING, Step.DEMOTE): Stage.STANDBY,
        (Stage.SERVING, Step.RETIRE): Stage.RETIRED,
        (Stage.STANDBY, Step.CANARY): Stage.CANARY,
        (Stage.STANDBY, Step.PROMOTE): Stage.SERVING,
        (Stage.STANDBY, Step.WITHDRAW): Stage.EVALUATED,
        (Stage.STANDBY, Step.RETIRE): Stage.RETIRED,
    }
)
ANSWERING = frozenset({Stage.CANARY, Stage.SERVING})
"""Stages whose versions answer citizens."""
HELD = ANSWERING | {Stage.STANDBY}
"""Stages whose versions every replica holds: a standby must be able to answer at once when it is rolled back to."""


def next_stage(stage: Stage, step: Step) -> Stage:
    """Return the stage after a step. Raises StepRefused."""
    try:
        return TABLE[stage, step]
    except KeyError:
        raise StepRefused(stage, step) from None


def steps_from(stage: Stage) -> frozenset[Step]:
    """Return the steps that a stage allows."""
    return frozenset(step for at, step in TABLE if at is stage)
