"""`python -m tests.deid.evaluation.public FILE.jsonl`: how much of published text is concealed, by type.

FILE has {"question", "answer"} lines of public FAQ entries, such as a city publishes. Everything concealed in them is
over-masking, except the names and private numbers that were published; `--show` lists each for a person to judge.
``public.txt`` holds what one judged to be no personal data, a line each: its share is printed as concealed for nothing.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from deid import Concealer, load_policy

_AROUND = 16
_JUDGED = Path(__file__).with_suffix(".txt")


def main() -> None:
    """Print concealed characters per 1,000 by type; with --show each place with what stands around it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--policy", default="default")
    parser.add_argument("--show", metavar="TYPE", help="list the places of a type, or of all with `all`")
    arguments = parser.parse_args()
    concealer = Concealer(load_policy(arguments.policy))
    characters, entries, concealed = 0, 0, Counter[str]()
    places: Counter[str] = Counter()
    judged = set(_JUDGED.read_text(encoding="utf-8").splitlines())
    nothing = 0
    for line in arguments.file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = f"{row['question']}\n{row['answer']}"
        entries += 1
        characters += len(text)
        for found in concealer.detect(text):
            value = text[found.start : found.end]
            size = sum(char.isalnum() for char in value)
            concealed[found.entity] += size
            nothing += size if value in judged else 0
            places[found.entity] += 1
            if arguments.show in (found.entity, "all"):
                before, after = (
                    text[max(0, found.start - _AROUND) : found.start],
                    text[found.end : found.end + _AROUND],
                )
                print(f"{found.entity:14} {before!r} [{value}] {after!r}")
    print(f"{entries} entries, {characters} characters")
    for entity, count in concealed.most_common():
        print(
            f"  {entity:20} {places[entity]:6} places  {1000 * count / characters:.3f} characters per 1,000"
        )
    print(
        f"  {'all':20} {places.total():6} places  {1000 * concealed.total() / characters:.3f} characters per 1,000"
    )
    print(f"  for nothing, as judged in {_JUDGED.name}: {1000 * nothing / characters:.3f} characters per 1,000")


if __name__ == "__main__":
    main()
