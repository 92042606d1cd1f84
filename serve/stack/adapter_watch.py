"""How far the controller is with what must answer, for the start's progress."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Engine

from serve.controller.phases import Summary, summarise
from serve.records.replicas import Phase, Resident, list_replicas, list_residents
from serve.records.routing import load_catalog

_ENOUGH_TRIES = 3


class AdapterWatch:
    """Looks at the routing table and at what each replica holds."""

    def __init__(self, db: Engine) -> None:
        self._db = db
        self._summaries: Mapping[str, Summary] = {}

    def is_settled(self) -> bool:
        """Whether every version that answers is ready on every replica, or has failed there again and again.

        Raises RecordsUnavailable.
        """
        replicas = [replica.name for replica in list_replicas(self._db)]
        rows: defaultdict[str, list[Resident]] = defaultdict(list)
        for row, _ in list_residents(self._db):
            rows[row.version].append(row)
        shares = load_catalog(self._db).shares.values()
        answering = sorted({share.version for given in shares for share in given})
        self._summaries = {version: summarise(rows[version], replicas) for version in answering}
        return all(
            summary.ready + sum(map(_has_failed, rows[version])) >= summary.replicas
            for version, summary in self._summaries.items()
        )

    @property
    def is_whole(self) -> bool:
        """Whether the last look found a replica for every version, and any version at all."""
        return bool(self._summaries) and all(summary.ready for summary in self._summaries.values())

    @property
    def note(self) -> str:
        """What the last look found, for a person."""
        whole = [version for version, summary in self._summaries.items() if summary.ready == summary.replicas]
        others = [
            f"{version}: {self._summaries[version]}" for version in self._summaries if version not in whole
        ]
        return ", ".join([*whole, *others])


def _has_failed(row: Resident) -> bool:
    return row.phase is not Phase.READY and row.attempts >= _ENOUGH_TRIES
