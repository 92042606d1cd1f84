"""``python -m tests.fuzz``: tries hostile and realistic texts on de-identification; 1 when a promise did not hold.

A failure is shown by its seed and its digest: ``--seed`` with ``--seconds 0`` runs that round again. The text itself
is shown with ``--show`` only, on a developer's own terminal.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections import Counter

from deid import Concealer, load_policy
from tests.fuzz.run import Failure, fuzz

_SHOWN_PER_CHECK = 3


def main() -> int:
    options = _options()
    number = secrets.randbelow(2**31) if options.seed is None else options.seed
    print(f"seed {number}, {options.seconds:g} s", flush=True)
    concealer = Concealer(load_policy(options.policy))
    failed: Counter[str] = Counter()
    rounds = tried = 0
    begun = time.monotonic()
    for found in fuzz(concealer, number, options.seconds, options.examples, shrink=options.show):
        if not isinstance(found, Failure):
            rounds, tried = rounds + 1, tried + found.tried
            continue
        failed[found.check] += 1
        if failed[found.check] <= _SHOWN_PER_CHECK:
            print(found, flush=True)
            if options.show:
                print(ascii(found.case.text), found.case.planted)
    print(f"{tried} texts in {rounds} rounds, {time.monotonic() - begun:.0f} s")
    for check, count in failed.most_common():
        print(f"{check}: failed in {count} rounds")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="how long; the round begun is finished")
    parser.add_argument("--seed", type=int, help="of the first round; the following ones count up")
    parser.add_argument("--examples", type=int, default=100, help="texts of one round")
    parser.add_argument("--policy", default="default", help="the policy by name")
    parser.add_argument("--show", action="store_true", help="shrink failing texts and print them")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
