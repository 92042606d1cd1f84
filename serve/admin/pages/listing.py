"""The list of versions, arranged for people: by public name, some names on a page, retired versions apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.stages import Stage
from serve.admin.adapter_views import Look
from serve.records.approvals import Approval

NAMES_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Group:
    """One public name."""

    public: str
    ministry: str | None
    living: Sequence[Look]
    retired: Sequence[Look]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of names; `pages` counts them all."""

    groups: Sequence[Group]
    pending: Sequence[Approval]
    searched: str
    page: int
    pages: int
    names: int


def arrange(looks: Sequence[Look], searched: str, page: int) -> Listing:
    """The names that hold the searched text, and of these one page."""
    by_name: dict[str, list[Look]] = defaultdict(list)
    for look in looks:
        by_name[look.adapter.spec.public].append(look)
    names = sorted(name for name in by_name if searched in name)
    pages = max(1, -(-len(names) // NAMES_A_PAGE))
    page = min(page, pages)
    shown = names[(page - 1) * NAMES_A_PAGE : page * NAMES_A_PAGE]
    pending = [approval for look in looks for approval in look.pending]
    return Listing(
        [_group(name, by_name[name]) for name in shown], pending, searched, page, pages, len(names)
    )


def _group(public: str, looks: Sequence[Look]) -> Group:
    retired = [look for look in looks if look.adapter.stage is Stage.RETIRED]
    living = [look for look in looks if look.adapter.stage is not Stage.RETIRED]
    return Group(public, looks[0].adapter.spec.ministry, living, retired)
