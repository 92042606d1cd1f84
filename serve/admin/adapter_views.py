"""What people see of adapter versions: stage, share, phase on each replica, and what waits for a second person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from adapters.stages import Stage, Step, steps_from
from serve.admin.access import Person
from serve.catalog import BASE_MODEL
from serve.controller.phases import Summary, summarise
from serve.errors import Forbidden, NotFound
from serve.records.adapter_tables import shares
from serve.records.approvals import Approval, Desk
from serve.records.database import reading
from serve.records.replicas import Phase, Resident, list_replicas, list_residents
from serve.records.roles import Right, Role
from serve.records.versions import Adapter, get_adapter, list_adapters


@dataclass(frozen=True, slots=True)
class Look:
    """One version with all that is known of it; `residents` have the time since when they are so."""

    adapter: Adapter
    weight: int
    summary: Summary
    residents: Sequence[tuple[Resident, datetime]] = ()
    pending: Sequence[Approval] = ()

    @property
    def version(self) -> str:
        """Its name."""
        return self.adapter.spec.version


@dataclass(frozen=True, slots=True)
class Compared:
    """The engine-side names on one replica of a version, of the base, and of what serves the name now."""

    replica: str
    url: str
    candidate: str
    base: str
    serving: str | None


def look_at_all(desk: Desk, role: Role, public: str | None = None) -> Sequence[Look]:
    """Every version that this role may see, by name, newest first. Raises RecordsUnavailable."""
    seen = [one for one in list_adapters(desk.db, public) if role.has(Right.SEE, one.spec.ministry)]
    return _looks(desk, seen)


def look_at(desk: Desk, role: Role, version: str) -> Look:
    """Raises NotFound, Forbidden, RecordsUnavailable."""
    adapter = get_adapter(desk.db, version)
    if not role.has(Right.SEE, adapter.spec.ministry):
        raise Forbidden
    return _looks(desk, [adapter])[0]


def allowed_steps(look: Look, person: Person) -> Sequence[str]:
    """The steps that stage and role allow this person, as the API and the page call them; the likeliest first."""
    spec, stage, role = look.adapter.spec, look.adapter.stage, person.role
    if spec.public == BASE_MODEL:
        return []
    possible = steps_from(stage)
    promotes, canaries = role.has(Right.PROMOTE, spec.ministry), role.has(Right.CANARY, spec.ministry)
    named = {
        "approve": promotes and any(one.asked_by != person.name for one in look.pending),
        "promote": promotes and Step.PROMOTE in possible and stage is not Stage.STANDBY,
        "roll-back": promotes and stage is Stage.STANDBY,
        "canary": canaries and Step.CANARY in possible,
        "withdraw": canaries and stage is Stage.CANARY,
        "load": stage is not Stage.RETIRED and role.has(Right.LOAD, spec.ministry),
        "retire": Step.RETIRE in possible and role.has(Right.RETIRE, spec.ministry),
    }
    return [name for name, allowed in named.items() if allowed]


def find_compared(db: Engine, adapter: Adapter) -> Compared | None:
    """A replica where the version, the base and what serves now can be compared, or None while there is none."""
    serving = [one for one in list_adapters(db, adapter.spec.public) if one.stage is Stage.SERVING]
    against = serving[0].spec.version if serving and serving[0].spec.version != adapter.spec.version else None
    urls = {replica.name: replica.url for replica in list_replicas(db) if not replica.draining}
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for resident, _ in list_residents(db):
        if resident.phase is Phase.READY and resident.replica in urls:
            held[resident.replica][resident.version] = resident.engine_name
    for replica, names in sorted(held.items()):
        if adapter.spec.version in names and (against is None or against in names):
            base = next((name for one, name in names.items() if one.startswith(BASE_MODEL + "@")), BASE_MODEL)
            compared = names[against] if against else None
            return Compared(replica, urls[replica], names[adapter.spec.version], base, compared)
    return None


def require_visible(desk: Desk, role: Role, public: str) -> None:
    """Raises NotFound when no version ever had this public name, Forbidden when it is another ministry's."""
    versions = list_adapters(desk.db, public)
    if not versions:
        raise NotFound("There is no such adapter.", param="name")
    if not any(role.has(Right.SEE, one.spec.ministry) for one in versions):
        raise Forbidden


def _looks(desk: Desk, adapters: Sequence[Adapter]) -> Sequence[Look]:
    weights = _weights(desk.db)
    replicas = [replica.name for replica in list_replicas(desk.db)]
    residents: dict[str, list[tuple[Resident, datetime]]] = defaultdict(list)
    for resident, since in list_residents(desk.db):
        residents[resident.version].append((resident, since))
    pending: dict[str, list[Approval]] = defaultdict(list)
    for approval in desk.open_requests():
        pending[approval.version].append(approval)
    return [
        Look(
            one,
            weights.get(one.spec.version, 0),
            summarise([resident for resident, _ in residents[one.spec.version]], replicas),
            residents[one.spec.version],
            pending[one.spec.version],
        )
        for one in adapters
    ]


def _weights(db: Engine) -> Mapping[str, int]:
    with reading(db) as connection:
        return {row.version: row.weight for row in connection.execute(select(shares))}
