"""The routing table in the database: shares of public names, and a revision that each change raises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from adapters.stages import HELD, Stage
from serve.catalog import WHOLE, Catalog, Route, Share, Target
from serve.errors import InvalidRequest, NotFound
from serve.records.adapter_tables import adapters, replicas, residents, routers, routing, shares
from serve.records.database import reading

READY = "ready"


def read_revision(db: Engine) -> int:
    """The revision in force. Raises RecordsUnavailable."""
    with reading(db) as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> int:
    """The revision that this transaction sees."""
    return int(connection.execute(select(routing.c.revision)).scalar_one())


def raise_revision(connection: Connection) -> int:
    """Mark the routing table as changed by this transaction; the new revision."""
    connection.execute(update(routing).values(revision=routing.c.revision + 1))
    return revision_of(connection)


def load_catalog(db: Engine) -> Catalog:
    """The routing table as committed: one consistent look. Raises RecordsUnavailable."""
    with reading(db) as connection:
        return catalog_in(connection)


def catalog_in(connection: Connection) -> Catalog:
    """The routing table that this transaction sees."""
    targets = _targets(connection)
    held = select(adapters).where(adapters.c.stage.in_([stage.value for stage in HELD]))
    rows = connection.execute(held).all()
    routes = {
        row.version: Route(row.public, row.version, row.digest, targets.get(row.version, ())) for row in rows
    }
    canaries = {row.version for row in rows if row.stage == Stage.CANARY}
    by_public: dict[str, list[Share]] = defaultdict(list)
    for row in connection.execute(select(shares).order_by(shares.c.public, shares.c.version)):
        if row.version in routes:
            by_public[row.public].append(Share(row.version, row.weight, row.version in canaries))
    # Canaries first: raising a canary's weight keeps those conversations in it that it had.
    ordered = {
        public: tuple(sorted(given, key=lambda one: not one.canary)) for public, given in by_public.items()
    }
    router = connection.execute(select(func.max(routers.c.revision))).scalar() or 0
    return Catalog(revision_of(connection), ordered, routes, int(router))


def load_shares(connection: Connection, public: str) -> Mapping[str, int]:
    """The weights by version that a public name has, none when it leads nowhere."""
    rows = connection.execute(select(shares).where(shares.c.public == public))
    return {row.version: row.weight for row in rows}


def read_router(db: Engine, revision: int) -> bytes:
    """The weights behind `auto` of that revision. Raises NotFound, RecordsUnavailable."""
    with reading(db) as connection:
        found = connection.execute(select(routers.c.weights).where(routers.c.revision == revision))
        weights: bytes | None = found.scalar_one_or_none()
    if weights is None:
        raise NotFound("There is no such router.")
    return weights


def set_shares(connection: Connection, public: str, weights: Mapping[str, int]) -> int:
    """Lead the public name to these versions; weights add up to 100, or there are none. The new revision.

    Raises InvalidRequest.
    """
    if weights and (sum(weights.values()) != WHOLE or min(weights.values()) < 1):
        raise InvalidRequest(
            "The weights of a public name must be positive and add up to 100.", param="weight"
        )
    connection.execute(delete(shares).where(shares.c.public == public))
    if weights:
        rows = [
            {"public": public, "version": version, "weight": weight} for version, weight in weights.items()
        ]
        connection.execute(insert(shares), rows)
    return raise_revision(connection)


def _targets(connection: Connection) -> Mapping[str, tuple[Target, ...]]:
    query = (
        select(residents, replicas.c.url)
        .join(replicas, replicas.c.name == residents.c.replica)
        .where(residents.c.phase == READY, replicas.c.draining.is_(False))
        .order_by(residents.c.replica)
    )
    found: dict[str, list[Target]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.version].append(Target(row.replica, row.url, row.engine_name))
    return {version: tuple(targets) for version, targets in found.items()}
