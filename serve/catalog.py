"""The immutable catalogue of what can be called, and the choice of a route in it.

A public name (`mof`) leads to weighted immutable versions (`mof@7`), a version to the engine replicas that hold it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from serve.callers import Caller
from serve.errors import AdapterLoading, ModelNotFound

BASE_MODEL = "base"
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Target:
    """One engine replica that holds a version, and the version's name inside that engine (of this one load)."""

    replica: str
    url: str
    engine_name: str


@dataclass(frozen=True, slots=True)
class Route:
    """One immutable version: its public name, its content digest, and who holds it right now."""

    public: str
    version: str
    digest: str
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a public name's traffic a version gets, in percent of all its shares."""

    version: str
    weight: int
    canary: bool = False


@dataclass(frozen=True, slots=True)
class Catalog:
    """One state of the routing table; `revision` only rises. A new catalogue replaces an old one whole.

    `routes` has every version that answers or stands by, by version; `shares` the versions of each public name.
    `router` is the revision of the weights behind `auto`, 0 when there are none.
    """

    revision: int = 0
    shares: Mapping[str, tuple[Share, ...]] = field(default_factory=dict)
    routes: Mapping[str, Route] = field(default_factory=dict)
    router: int = 0

    @property
    def publics(self) -> frozenset[str]:
        """Every public name that leads somewhere."""
        return frozenset(self.shares)

    @property
    def answering(self) -> bool:
        """Whether each public name has a version that a replica holds."""
        return bool(self.shares) and all(map(self.held, self.shares))

    def held(self, public: str) -> tuple[Share, ...]:
        """The shares of a public name whose versions a replica holds."""
        return tuple(share for share in self.shares[public] if self.routes[share.version].targets)


def require_public(caller: Caller, model: str, catalog: Catalog) -> str:
    """The public name, if it leads somewhere and this caller may call it.

    Raises ModelNotFound for an unknown name and, alike, for one the caller may not use: another tenant's
    adapter is not revealed.
    """
    if model not in catalog.shares or not caller.may_call(model):
        raise ModelNotFound(param="model")
    return model


def choose_route(model: str, catalog: Catalog, *, point: int = 0, pinned: str | None = None) -> Route:
    """Resolve a public model name of the catalogue.

    `point`, of 0 to 99, is where the conversation falls among the weights; `pinned` is the version it had before,
    which it keeps as long as a replica holds it. The base model never answers in an adapter's place.

    Raises AdapterLoading while no replica holds any version of the name.
    """
    kept = catalog.routes.get(pinned) if pinned else None
    if kept is not None and kept.public == model and kept.targets:
        return kept
    held = catalog.held(model)
    if not held:
        raise AdapterLoading
    left = point * sum(share.weight for share in held) / WHOLE
    for share in held:
        left -= share.weight
        if left < 0:
            break
    return catalog.routes[share.version]


def catalog_to_json(catalog: Catalog) -> dict[str, Any]:
    """What `catalog_from_json` reads: plain lists and numbers."""
    return {
        "revision": catalog.revision,
        "router": catalog.router,
        "shares": {
            public: [[share.version, share.weight, share.canary] for share in shares]
            for public, shares in catalog.shares.items()
        },
        "routes": [
            [
                route.public,
                route.version,
                route.digest,
                [[t.replica, t.url, t.engine_name] for t in route.targets],
            ]
            for route in catalog.routes.values()
        ],
    }


def catalog_from_json(content: Mapping[str, Any]) -> Catalog:
    """The catalogue that `catalog_to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    routes = [
        Route(public, version, digest, tuple(Target(*target) for target in targets))
        for public, version, digest, targets in content["routes"]
    ]
    shares = {
        public: tuple(Share(version, int(weight), bool(canary)) for version, weight, canary in given)
        for public, given in content["shares"].items()
    }
    return Catalog(
        int(content["revision"]), shares, {route.version: route for route in routes}, int(content["router"])
    )
