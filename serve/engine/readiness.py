"""Everything checked in order, and what comes out of it: the plan, and the routes for the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from serve.catalog import BASE_MODEL, Route
from serve.engine import checks
from serve.engine.hardware import Machine
from serve.engine.lineage import check_lineage, load_deny_list
from serve.engine.memory import MemoryPlan, plan_memory
from serve.engine.profile import EngineProfile, EngineRefused, StaticAdapter
from serve.engine.weights import check_digest, read_config, shape_of


@dataclass(frozen=True, slots=True)
class Checked:
    """A profile that may start: its memory plan and what can be called once it runs."""

    plan: MemoryPlan
    routes: tuple[Route, ...]


def check_profile(profile: EngineProfile, machine: Machine) -> Checked:
    """Check all that can be known before vLLM starts, cheap checks first.

    Raises EngineRefused with one sentence at the first that fails.
    """
    checks.check_lora(profile)
    config = read_config(profile)
    check_lineage(profile, config, load_deny_list())
    shape = shape_of(profile, config)
    checks.check_parallel(profile, shape)
    plan = plan_memory(profile, shape)
    checks.check_context(profile, plan)
    checks.check_planned_gpu(profile, plan)
    checks.check_machine(profile, plan, machine)
    return Checked(plan, check_content(profile))


def check_content(profile: EngineProfile) -> tuple[Route, ...]:
    """What the profile serves, the base model first, if weights and adapters are what they are pinned to be.

    Raises EngineRefused.
    """
    base_digest = check_digest(profile)
    base = Route(BASE_MODEL, f"{BASE_MODEL}@{profile.model.version}", base_digest)
    return (base, *(_check_adapter(profile, adapter, base_digest) for adapter in profile.adapters))


def pinned_base(profile: EngineProfile) -> tuple[Route, ...]:
    """The base model as the profile pins it, for an engine whose weights aren't on this machine; none without a pin."""
    pin = profile.model.digest
    if not pin.startswith("sha256:"):
        return ()
    return (Route(BASE_MODEL, f"{BASE_MODEL}@{profile.model.version}", pin),)


def _check_adapter(profile: EngineProfile, adapter: StaticAdapter, base_digest: str) -> Route:
    """The route of an adapter whose files are what its card says, made for this very base model."""
    from adapters.cards import CardError, verify

    try:
        card = verify(profile.resolve(adapter.path))
    except CardError as exc:
        raise EngineRefused(f"The adapter {adapter.public} can't be used: {exc}.") from None
    if card.base_digest != base_digest:
        raise EngineRefused(f"The adapter {adapter.public} was trained for another base model.")
    if card.rank > profile.lora.max_rank:
        raise EngineRefused(
            f"The adapter {adapter.public} has rank {card.rank}, over the profile's {profile.lora.max_rank}."
        )
    return Route(adapter.public, f"{adapter.public}@{adapter.version}", card.digest)
