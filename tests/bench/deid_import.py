"""`python -m tests.bench.deid_import --rows 200000`: a whole `bianmin deid import` on one core; rate and memory.

The file is written first: a case number and a text a row, some ten thousand different texts again and again. Memory is
the largest sum over the command's processes, looked at five times a second.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from deid.training.corpus import read_corpus
from deid.training.samples import filled
from tests.bench.deid_texts import COLUMNS
from tests.bench.processes import rss_mb

_DIFFERENT = 10_000
_LOOK_S = 0.2
_COMMAND = (sys.executable, "-c", "from serve.cli import main; main()", "deid", "import")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.deid_import", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), options.rows)))
    return 0


def measure(folder: Path, rows: int) -> dict[str, float]:
    """Return the figures of the import of a file of so many rows."""
    source, target = folder / "calls.csv", folder / "calls.deid.csv"
    characters = _write(source, rows)
    peaks = []
    begun = time.monotonic()
    with subprocess.Popen(
        [*_COMMAND, str(source), str(target), "--workers", "1", "--column", f"{COLUMNS[0]}=keep"],
        stdout=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            peaks.append(rss_mb(_family(process.pid)))
            time.sleep(_LOOK_S)
    took_s = time.monotonic() - begun
    with target.open(encoding="utf-8-sig", newline="") as file:
        written = sum(1 for _ in csv.reader(file)) - 1
    halves = len(peaks) // 2
    return {
        "rows": rows,
        "written": written,
        "characters_a_row": round(characters / rows, 1),
        "seconds": round(took_s, 1),
        "rows_per_s": round(rows / took_s, 1),
        "peak_mb": round(max(peaks), 1),
        "peak_mb_of_the_first_half": round(max(peaks[: halves or 1]), 1),
    }


def _write(path: Path, rows: int) -> int:
    characters = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number, text in enumerate(itertools.islice(itertools.cycle(_texts()), rows), 1):
            writer.writerow((f"2026{number:09}", text))
            characters += len(text)
    return characters


def _texts() -> Iterator[str]:
    """Yield different texts as long as people write them."""
    rng, corpus = random.Random("import"), read_corpus()
    return (filled(entry, rng).text for entry in rng.choices(corpus, k=_DIFFERENT))


def _family(pid: int) -> set[int]:
    """Return a process with its descendants; nothing once it has gone."""
    with suppress(psutil.NoSuchProcess):
        return {pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))}
    return set()


if __name__ == "__main__":
    sys.exit(main())
