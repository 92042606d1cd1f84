"""Who calls: a tenant's key after it was checked, with everything the path needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

TenantKind = Literal["ministry", "agency", "community", "operator"]
TENANT_KINDS: tuple[TenantKind, ...] = get_args(TenantKind)
EVERY_MODEL = "*"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a tenant may use: requests per window, tokens per day (Asia/Taipei), requests at once."""

    requests: int
    window_s: int
    tokens_per_day: int
    concurrent: int


DEFAULT_LIMITS: dict[TenantKind, Limits] = {
    "community": Limits(requests=40, window_s=3 * 3600, tokens_per_day=100_000, concurrent=2),
    "agency": Limits(requests=20_000, window_s=3600, tokens_per_day=20_000_000, concurrent=64),
    "ministry": Limits(requests=100_000, window_s=3600, tokens_per_day=100_000_000, concurrent=256),
    "operator": Limits(requests=100_000, window_s=3600, tokens_per_day=100_000_000, concurrent=256),
}
# vLLM serves the smallest number first.
DEFAULT_PRIORITY: dict[TenantKind, int] = {"agency": 0, "ministry": 0, "operator": 5, "community": 10}


@dataclass(frozen=True, slots=True)
class Caller:
    """A checked key: its tenant, kind, the public model names it may call, priority and limits,
    what its answers begin with and its concealment policy (empty: the deployment's)."""

    tenant: str
    kind: TenantKind
    key_id: str
    models: frozenset[str]
    priority: int
    limits: Limits
    answer_prefix: str = ""
    policy: str = ""

    def may_call(self, model: str) -> bool:
        """Whether this caller may call the public model name."""
        return EVERY_MODEL in self.models or model in self.models
