"""What every replica should hold, as the database says now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, or_, select

from adapters.stages import HELD, Stage
from serve.catalog import BASE_MODEL
from serve.records.adapter_tables import adapters
from serve.records.columns import utc_now
from serve.records.database import reading
from serve.records.replicas import Replica, replicas_in
from serve.records.routing import revision_of

_ORDER = {Stage.SERVING: 0, Stage.CANARY: 1, Stage.STANDBY: 3}
_EVALUATION = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version that replicas should hold; `base_digest` is the base model it was trained for, where recorded."""

    public: str
    version: str
    digest: str
    base_digest: str = ""

    @property
    def is_base(self) -> bool:
        """Whether it is the base model itself, which is never loaded or unloaded."""
        return self.public == BASE_MODEL

    @property
    def base_name(self) -> str:
        """The name under which an engine serves this base model."""
        return self.version.replace("@", "-", 1)

    @property
    def name_prefix(self) -> str:
        """How every engine-side name of this version and content begins."""
        number = self.version.rpartition("@")[2]
        return f"{self.public}-{number}-{self.digest.rpartition(':')[2][:8]}-"

    def folder(self, cache: Path) -> str:
        """Where engines read it: the path says the digest, so an engine's list of models proves what it holds."""
        return str(cache / self.digest.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class Desired:
    """One consistent look: the routing revision, the replicas, and the wanted versions, most urgent first."""

    revision: int
    replicas: tuple[Replica, ...]
    wanted: tuple[Wanted, ...]


def read_desired(db: Engine) -> Desired:
    """Versions that answer, stand by or wait for their evaluation. Raises RecordsUnavailable."""
    with reading(db) as connection:
        return Desired(revision_of(connection), tuple(replicas_in(connection)), _wanted(connection))


def _wanted(connection: Connection) -> tuple[Wanted, ...]:
    held = adapters.c.stage.in_([stage.value for stage in HELD])
    base_digest = adapters.c.card["base_digest"].as_string().label("base_digest")
    columns = (adapters.c.public, adapters.c.version, adapters.c.digest, adapters.c.stage, base_digest)
    query = select(*columns).where(or_(held, adapters.c.wanted_until > utc_now()))
    rows = connection.execute(query.order_by(adapters.c.version)).all()
    rows = sorted(rows, key=lambda row: (row.public != BASE_MODEL, _ORDER.get(Stage(row.stage), _EVALUATION)))
    return tuple(Wanted(row.public, row.version, row.digest, row.base_digest or "") for row in rows)
