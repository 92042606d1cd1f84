"""Who may take which step with an adapter: three roles, one table (CR-08).

`operator` may do everything. `ministry:<slug>` brings its own ministry's versions as far as a canary; whether it may
also promote is a setting. `viewer` looks. The same roles guard the whole admin plane in `serve.admin.access`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from serve.errors import Forbidden
from serve.records.naming import SLUG

_MINISTRY = "ministry:"


class Right(StrEnum):
    """What a step needs."""

    SEE = "see"
    SUBMIT = "submit"
    LOAD = "load"
    REPORT = "report"
    CANARY = "canary"
    PROMOTE = "promote"
    RETIRE = "retire"


class RoleKind(StrEnum):
    """What kinds of people there are."""

    OPERATOR = "operator"
    MINISTRY = "ministry"
    VIEWER = "viewer"


_OWN = frozenset({Right.SEE, Right.SUBMIT, Right.LOAD, Right.CANARY})
RIGHTS: Mapping[RoleKind, frozenset[Right]] = MappingProxyType(
    {
        RoleKind.OPERATOR: frozenset(Right),
        RoleKind.MINISTRY: _OWN,
        RoleKind.VIEWER: frozenset({Right.SEE}),
    }
)


@dataclass(frozen=True, slots=True)
class Role:
    """One person's role; `ministry` is set for RoleKind.MINISTRY alone, `promotes` by the deployment's setting."""

    kind: RoleKind
    ministry: str | None = None
    promotes: bool = False

    def has(self, right: Right, ministry: str | None) -> bool:
        """Whether the role may do this with a version of that ministry."""
        if self.kind is not RoleKind.MINISTRY:
            return right in RIGHTS[self.kind]
        allowed = RIGHTS[self.kind] | ({Right.PROMOTE} if self.promotes else frozenset())
        return right in allowed and self.ministry == ministry

    def require(self, right: Right, ministry: str | None) -> None:
        """Raises Forbidden."""
        if not self.has(right, ministry):
            raise Forbidden


OPERATOR = Role(RoleKind.OPERATOR)
VIEWER = Role(RoleKind.VIEWER)


def parse_role(text: str, *, ministries_promote: bool = False) -> Role:
    """`operator`, `viewer` or `ministry:<slug>`. Raises ValueError, without the text."""
    if text in (RoleKind.OPERATOR, RoleKind.VIEWER):
        return Role(RoleKind(text))
    slug = text.removeprefix(_MINISTRY)
    if not text.startswith(_MINISTRY) or not re.fullmatch(SLUG, slug, re.ASCII):
        raise ValueError("A role is operator, viewer or ministry:<slug>.")
    return Role(RoleKind.MINISTRY, slug, ministries_promote)
