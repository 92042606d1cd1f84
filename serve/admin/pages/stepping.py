"""From a confirmed form to a step of the life cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.stages import Stage
from serve.admin.access import Person
from serve.admin.adapter_views import Look, allowed_steps
from serve.admin.pages import texts
from serve.admin.pages.texts import StepText
from serve.admin.services import Services
from serve.catalog import WHOLE
from serve.errors import InvalidRequest, NotFound
from serve.records import lifecycle
from serve.records.approvals import ALONE_WEIGHT, Outcome
from serve.records.roles import Right
from serve.records.transitions import REASON_LENGTH, Act, StepNotAllowed

LOAD_S = 1800.0
USUAL_WEIGHT = 5


@dataclass(frozen=True, slots=True)
class AskedStep:
    """A step that somebody wants to take with a version."""

    name: str
    text: StepText
    look: Look
    person: Person


def asked_step(look: Look, name: str, person: Person) -> AskedStep:
    """Raises NotFound for a step there isn't, StepNotAllowed for one that stage or role don't allow now."""
    text = texts.STEPS.get(name)
    if text is None:
        raise NotFound
    if name not in allowed_steps(look, person):
        raise StepNotAllowed
    return AskedStep(name, text, look, person)


def step_context(
    parts: Services,
    asked: AskedStep,
    given: Mapping[str, str] | None = None,
    error: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """What the confirmation shows; `error` is the field that is wrong and the sentence for it."""
    needs_second = asked.name in ("promote", "roll-back") or _leaves(asked)
    return {
        "step": asked.name,
        "text": asked.text,
        "look": asked.look,
        "given": given or {},
        "error": error,
        "usual_weight": asked.look.weight or USUAL_WEIGHT,
        "longest_reason": REASON_LENGTH,
        "largest_weight": _largest_weight(parts, asked),
        "two_persons": parts.settings.two_persons and needs_second,
        "leaves": _leaves(asked),
    }


async def take_step(parts: Services, asked: AskedStep, form: Mapping[str, str]) -> str:
    """The name of what happened, as `texts.DONE` has it. Raises InvalidRequest and what the step raises."""
    reason = form.get("reason", "").replace("\r\n", "\n").strip()
    if (asked.text.needs_reason and not reason) or len(reason) > REASON_LENGTH:
        raise InvalidRequest(param="reason")
    act = Act(asked.person.name, asked.person.role, reason)
    outcome = await _take(parts, asked, form, act)
    return "asked" if isinstance(outcome, Outcome) and outcome.pending is not None else asked.name


async def _take(parts: Services, asked: AskedStep, form: Mapping[str, str], act: Act) -> object:
    steps, spec = parts.steps, asked.look.adapter.spec
    if asked.name == "promote":
        return await steps.take(steps.desk.promote, spec.version, act)
    if asked.name == "roll-back":
        return await steps.take(steps.desk.roll_back, spec.public, act)
    if asked.name == "approve":
        return await steps.take(steps.desk.approve, spec.version, act)
    if asked.name == "retire":
        last = _leaves(asked)
        if last and form.get("last") != "yes":
            raise InvalidRequest(param="last")
        return await steps.take(steps.desk.retire, spec.version, act, last=last)
    if asked.name == "canary":
        weight = _weight(form.get("weight", ""))
        return await steps.take(steps.desk.start_canary, spec.version, weight, act)
    if asked.name == "withdraw":
        return await steps.take(lifecycle.withdraw, parts.db, spec.public, act)
    return await steps.take(lifecycle.request_load, parts.db, spec.version, LOAD_S, act)


def _leaves(asked: AskedStep) -> bool:
    """Whether the step takes away the version that serves."""
    return asked.name == "retire" and asked.look.adapter.stage is Stage.SERVING


def _largest_weight(parts: Services, asked: AskedStep) -> int:
    promotes = asked.person.role.has(Right.PROMOTE, asked.look.adapter.spec.ministry)
    return ALONE_WEIGHT if parts.settings.two_persons or not promotes else WHOLE - 1


def _weight(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= 99):
        raise InvalidRequest(param="weight")
    return int(text)
