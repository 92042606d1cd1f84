"""The immutable catalogue of what can be called, and the choice of a route in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from serve.callers import Caller
from serve.errors import ModelNotFound

BASE_MODEL = "base"


@dataclass(frozen=True, slots=True)
class Route:
    """One public name resolved: the immutable version, its name inside the engine and its content digest."""

    public: str
    version: str
    engine_name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """Public model name to route. A new catalogue replaces an old one whole; it never changes in place."""

    routes: Mapping[str, Route] = field(default_factory=dict)

    def engine_names(self) -> frozenset[str]:
        """Every name the engine must hold for this catalogue to be served."""
        return frozenset(route.engine_name for route in self.routes.values())


def choose_route(caller: Caller, model: str, catalog: Catalog) -> Route:
    """Resolve a public model name for this caller.

    Raises ModelNotFound for an unknown name and, alike, for one the caller may not use: another tenant's
    adapter is not revealed, and the base model never answers in an adapter's place.
    """
    route = catalog.routes.get(model)
    if route is None or not caller.may_call(model):
        raise ModelNotFound(param="model")
    return route
