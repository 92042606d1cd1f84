"""`python -m tests.deid.evaluation.report NAME`: the figures of a set as the tables of docs/de-identification.md."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator

from deid import Concealer, load_policy
from deid.evaluation import Share, Tally, judge
from tests.deid.evaluation import annotated_texts

# Asked for as hard: names that are words or rare, two languages, forms and logs.
_HARD = frozenset({"names", "mixed"})


def main(name: str) -> None:
    """Print the figures by type and by channel as Markdown."""
    concealer, whole, usual = Concealer(load_policy("default")), Tally(), Tally()
    channels = defaultdict[str, Tally](Tally)
    for row in annotated_texts(name):
        found = [{"start": f.start, "end": f.end, "type": f.entity} for f in concealer.detect(row["text"])]
        judge(row, found, whole)
        judge(row, found, channels[row["channel"]])
        if row["channel"] not in _HARD:
            judge(row, found, usual)
    rows = [*sorted(channels.items()), (f"all but {', '.join(sorted(_HARD))}", usual), ("all", whole)]
    print("\n".join([*_by_channel(rows), "", *_by_type(whole)]))


def _by_channel(rows: list[tuple[str, Tally]]) -> Iterator[str]:
    yield "| channel | texts with personal data | with any leak | 95 % interval | over-masked per 1,000 characters |"
    yield "|---|---|---|---|---|"
    for channel, tally in rows:
        leaky = tally.leaky_texts
        share = f"{leaky.part} ({_percent(leaky.rate)}) | {_interval(leaky)}" if leaky.whole else "– | –"
        yield f"| {channel} | {leaky.whole} of {tally.texts} | {share} | {tally.over_masked_per_1000:.1f} |"
    whole = rows[-1][1]
    yield ""
    yield f"Texts without personal data in which something was concealed: {whole.clean_touched} of {whole.clean}."


def _by_type(whole: Tally) -> Iterator[str]:
    yield "| type | found | leaked | 95 % interval of the leak rate |"
    yield "|---|---|---|---|"
    for entity, wanted in sorted(whole.wanted.items(), key=lambda pair: -pair[1]):
        leaked = Share(wanted - whole.found[entity], wanted)
        yield f"| `{entity}` | {whole.found[entity]} of {wanted} | {_percent(leaked.rate)} | {_interval(leaked)} |"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f} %"


def _interval(share: Share) -> str:
    low, high = share.interval
    return f"{100 * low:.1f} to {100 * high:.1f} %"


if __name__ == "__main__":
    main(sys.argv[1])
