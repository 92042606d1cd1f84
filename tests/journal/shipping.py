"""A process that ships a spool until it is killed: `python -m tests.journal.shipping URL FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from serve.journal import service
from serve.journal.stop import StopSignal
from serve.records.database import open_database
from serve.settings import JournalSettings

if __name__ == "__main__":
    stop = StopSignal()
    stop.listen()
    print("ready", flush=True)
    settings = JournalSettings(ship_interval_s=0.01)  # type: ignore[call-arg]
    service.run(open_database(sys.argv[1]), Path(sys.argv[2]), settings, stop)
