"""`python -m tests.bench.deid`: measure de-identification on one core beside stock Presidio; a table and JSON."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

JSON = Path(".bench/deid.json")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.deid", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer texts and rounds, at most 40 s")
    parser.add_argument("--json", type=Path, default=JSON, help="where the JSON goes")
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return _run(options.quick, options.json)


def _run(quick: bool, path: Path) -> int:
    """Imports here: numpy counts the cores when it loads, and must see one."""
    import orjson

    from tests.bench.deid_measure import FULL, QUICK
    from tests.bench.deid_report import context, measure, tables

    results = measure(QUICK if quick else FULL)
    ran_on = context()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(results.document(ran_on), option=orjson.OPT_INDENT_2))
    print(ran_on)
    print(tables(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
