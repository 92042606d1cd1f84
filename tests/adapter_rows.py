"""Adapter versions in a database, replicas that hold them and reports on them, as tests need them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import Engine

from adapters.evaluation.material import Subject
from adapters.evaluation.report import Measured, Report
from adapters.gates import default_policy
from adapters.stages import Stage
from serve.catalog import WHOLE
from serve.controller.desired import Wanted
from serve.records.database import writing
from serve.records.replicas import Phase, Replica, Resident, add_replica, publish_residents
from serve.records.routing import set_shares
from serve.records.versions import AdapterSpec, get_adapter, register_adapter, set_stage


def digest_of(version: str) -> str:
    """A digest that only this version has."""
    return "sha256:" + hashlib.sha256(version.encode()).hexdigest()


def add_version(database: Engine, version: str, stage: Stage = Stage.CHECKED) -> None:
    """Register a version in a stage."""
    register_adapter(
        database, AdapterSpec(version.partition("@")[0], version, digest_of(version)), "test", stage
    )


def serve_version(database: Engine, version: str) -> None:
    """Register a version that answers for its public name alone."""
    add_version(database, version, Stage.SERVING)
    with writing(database) as connection:
        set_stage(connection, version, Stage.SERVING)
        set_shares(connection, version.partition("@")[0], {version: WHOLE})


def hold(database: Engine, *versions: str) -> None:
    """One replica that holds exactly these versions, under the names that the controller gives."""
    add_replica(database, Replica("engine-1", "http://127.0.0.1:9"), "test")
    publish_residents(
        database,
        "engine-1",
        [Resident("engine-1", one, engine_name(database, one), Phase.READY) for one in versions],
    )


def engine_name(database: Engine, version: str) -> str:
    """The name that the controller would give it."""
    spec = get_adapter(database, version).spec
    return Wanted(spec.public, spec.version, spec.digest).name_prefix + "1"


def good_report(candidate: str, **measures: Measured) -> dict[str, Any]:
    """A report that keeps every shipped bound, with these measures instead."""
    kept = {}
    for name, gate in default_policy().gates.items():
        floor = max(
            [value for value in (gate.at_least, gate.over_base, gate.over_serving) if value is not None],
            default=None,
        )
        ceiling = min(
            [value for value in (gate.at_most, gate.under_base, gate.under_serving) if value is not None],
            default=None,
        )
        value = floor if floor is not None else ceiling
        assert value is not None
        kept[name] = Measured(max(value, 0.0) if floor is not None else value, 0.0, 0.0)
    report = Report(Subject(candidate, "base"), "2026-11-27T00:00:00+00:00", "0" * 64, {}, kept | measures)
    content = json.loads(report.to_json())
    assert isinstance(content, dict)
    return content
