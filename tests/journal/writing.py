"""A process that appends records and prints each id once it is durable.

Run as `python -m tests.journal.writing FOLDER PREFIX SEGMENT_BYTES [MOST_FILE_BYTES]`; ends by being killed. With
MOST_FILE_BYTES the system refuses larger files, as a full disk would.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from itertools import count
from pathlib import Path

from serve.errors import JournalUnavailable
from serve.journal.spool import Spool
from tests.journal.support import record

TASKS = 8
PAUSE_S = 0.004  # enough records to be cut anywhere, few enough to ship them all afterwards


async def main(folder: Path, prefix: str, segment_bytes: int) -> None:
    spool = Spool(folder, None, segment_bytes)
    await spool.open()
    print("ready", flush=True)

    async def append(task: int) -> None:
        for number in count():
            request_id = f"{prefix}-{task}-{number}"
            try:
                await spool.append(record(request_id))
            except JournalUnavailable:
                print("refused", request_id, flush=True)
            else:
                print("done", request_id, flush=True)
            await asyncio.sleep(PAUSE_S)

    await asyncio.gather(*map(append, range(TASKS)))


if __name__ == "__main__":
    if len(sys.argv) > 4:
        most = int(sys.argv[4])
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
