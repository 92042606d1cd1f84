"""The classifier behind `auto` follows what serves: retrained when other versions serve, never in a step's way."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Engine, insert, select

from adapters.evaluation.material import QUESTIONS_FILE
from adapters.stages import Stage
from adapters.store import Store, StoreError
from serve.catalog import BASE_MODEL
from serve.errors import ServeError
from serve.records.adapter_tables import routers
from serve.records.audit import AdminEvent, append_event, record_admin
from serve.records.columns import utc_now
from serve.records.database import reading, writing
from serve.records.routing import raise_revision
from serve.records.versions import AdapterSpec, list_adapters
from serve.rendering import where_raised

log = logging.getLogger("bianmin.router")

ACTOR, ACTION, OBJECT = "system", "adapter.train_router", "auto"


class RouterTraining:
    """One training at a time; whatever fails leaves the router as it is, and is told in log and audit."""

    def __init__(self, db: Engine, store: Callable[[], Store]) -> None:
        self._db = db
        self._store = store
        self._turn = asyncio.Lock()

    async def bring_up_to_date(self) -> bool:
        """Whether a new router was stored because other versions serve than the last one was trained on."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self._train)
            except Exception as exc:  # noqa: BLE001 - the edge of a task: the promotion stands
                log.error("the router was not retrained: %s", where_raised(exc))
                await asyncio.to_thread(self._record_failure, type(exc).__name__)
                return False

    def _train(self) -> bool:
        serving = {
            one.spec.public: one.spec
            for one in list_adapters(self._db)
            if one.stage is Stage.SERVING and one.spec.public != BASE_MODEL
        }
        trained_on = {public: spec.version for public, spec in serving.items()}
        if not serving or trained_on == self._trained_on():
            return False
        from adapters.auto import train_for  # numpy's arithmetic is needed only here

        weights = train_for(self._questions(serving)).to_bytes()
        with writing(self._db) as connection:
            values = {"weights": weights, "trained_on": trained_on, "created_at": utc_now()}
            connection.execute(insert(routers).values(revision=raise_revision(connection), **values))
            append_event(connection, AdminEvent(ACTOR, ACTION, OBJECT, details={"trained_on": trained_on}))
        return True

    def _trained_on(self) -> Mapping[str, str]:
        query = select(routers.c.trained_on).order_by(routers.c.revision.desc()).limit(1)
        with reading(self._db) as connection:
            found: Mapping[str, str] | None = connection.execute(query).scalar_one_or_none()
        return found or {}

    def _questions(self, serving: Mapping[str, AdapterSpec]) -> Mapping[str, Sequence[str]]:
        """The questions of each name's serving version; a version that brought none adds no name."""
        store = self._store()
        found = {public: _read_questions(store, spec.digest) for public, spec in serving.items()}
        return {public: questions for public, questions in found.items() if questions}

    def _record_failure(self, kind: str) -> None:
        try:
            record_admin(self._db, AdminEvent(ACTOR, ACTION, OBJECT, "failed", {"error": kind}))
        except ServeError:
            log.error("nor could that be recorded")


def _read_questions(store: Store, digest: str) -> Sequence[str]:
    try:
        content = store.read(digest, QUESTIONS_FILE).decode()
    except StoreError as exc:
        if exc.code == "artifact_missing":
            return []
        raise
    return [str(json.loads(line)["question"]) for line in content.split("\n") if line.strip()]
