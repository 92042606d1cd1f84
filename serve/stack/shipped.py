"""The engine profile's adapters: put into the store, so that the controller loads them like any ministry's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from adapters.cards import load
from adapters.store import Store
from serve.catalog import Route
from serve.engine.profile import EngineProfile
from serve.settings import Settings


@dataclass(frozen=True, slots=True)
class Shipped:
    """What a profile brings along: the base model and adapters that were checked, or nothing."""

    profile: EngineProfile
    routes: tuple[Route, ...]


def store_shipped(settings: Settings, shipped: Shipped) -> Mapping[str, Mapping[str, Any]]:
    """Keep each adapter of the profile in the store; the cards by version. Raises StoreError, CardError."""
    digests = {route.version: route.digest for route in shipped.routes}
    cards = {}
    for adapter in shipped.profile.adapters:
        version = f"{adapter.public}@{adapter.version}"
        if version not in digests:
            continue
        folder = shipped.profile.resolve(adapter.path)
        Store(settings.artifacts_url).put(folder, digests[version])
        cards[version] = asdict(load(folder))
    return cards
