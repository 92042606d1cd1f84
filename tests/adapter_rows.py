"""Adapter versions in a database, as tests need them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlalchemy import Engine

from adapters.stages import Stage
from serve.catalog import WHOLE
from serve.records.database import writing
from serve.records.routing import set_shares
from serve.records.versions import AdapterSpec, register_adapter, set_stage


def digest_of(version: str) -> str:
    """A digest that only this version has."""
    return "sha256:" + hashlib.sha256(version.encode()).hexdigest()


def add_version(database: Engine, version: str, stage: Stage = Stage.CHECKED) -> None:
    """Register a version in a stage."""
    register_adapter(database, AdapterSpec(version.partition("@")[0], version, digest_of(version)), "test", stage)


def serve_version(database: Engine, version: str, weights: Mapping[str, int] | None = None) -> None:
    """Register a version that answers for its public name, alone or with these weights."""
    add_version(database, version, Stage.SERVING)
    with writing(database) as connection:
        set_stage(connection, version, Stage.SERVING)
        set_shares(connection, version.partition("@")[0], weights or {version: WHOLE})
