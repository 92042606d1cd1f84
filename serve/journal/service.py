"""The long-running task: ship every interval, purge every hour, until told to stop."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from serve.errors import RecordsUnavailable
from serve.journal.shipper import Shipper
from serve.journal.stop import StopSignal
from serve.journal.store import purge
from serve.records.columns import utc_now
from serve.settings import JournalSettings

log = logging.getLogger(__name__)

PURGE_INTERVAL_S = 3600.0
LONGEST_PAUSE_S = 30.0


def run(db: Engine, folder: Path, settings: JournalSettings, stop: StopSignal) -> None:
    """Ship until `stop` is set; a transaction that runs then is finished.

    While the database is away the pauses double up to LONGEST_PAUSE_S.
    """
    shipper = Shipper(db, folder, stop)
    pause_s, next_purge = settings.ship_interval_s, 0.0
    while not stop.is_set():
        if shipper.ship():
            pause_s = settings.ship_interval_s
            if time.monotonic() >= next_purge:
                _purge(db, settings.retention_days)
                next_purge = time.monotonic() + PURGE_INTERVAL_S
        else:
            pause_s = min(pause_s * 2, max(LONGEST_PAUSE_S, settings.ship_interval_s))
        stop.wait(pause_s)


def _purge(db: Engine, retention_days: int) -> None:
    try:
        removed = purge(db, utc_now() - timedelta(days=retention_days))
    except RecordsUnavailable:
        return
    if removed:
        log.info("journal: removed %d records older than %d days", removed, retention_days)
