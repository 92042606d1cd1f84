"""One fresh interpreter that conceals the texts on its standard input, or none with ``--bare``; prints JSON.

Imports nothing but what it measures, so that its memory and its start are those of the package.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    texts = json.load(sys.stdin)
    begun = time.perf_counter()
    warm_s = 0.0
    if "--bare" not in sys.argv:
        from deid import Concealer, load_policy

        concealer = Concealer(load_policy("default"))
        concealer.session().conceal(texts[0])
        warm_s = time.perf_counter() - begun
        for text in texts:
            concealer.session().conceal(text)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    print(json.dumps({"warm_s": warm_s, "rss_mb": pages * os.sysconf("SC_PAGE_SIZE") / 1e6}))


if __name__ == "__main__":
    main()
