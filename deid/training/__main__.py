"""``python -m deid.training``: checks the corpus, trains the tagger, writes its weights, prints figures."""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from deid.tagger.features import Lexicon, features
from deid.tagger.network import Network
from deid.tagger.tagger import WEIGHTS, Tagger
from deid.training.corpus import CorpusError, Entry, forbidden_lines, read_corpus
from deid.training.evaluation import measure_file, measure_samples, summary
from deid.training.export import Inputs, exported
from deid.training.lexicon import build_lexicon, character_features
from deid.training.network import DILATIONS
from deid.training.samples import filled
from deid.training.training import Lesson, train

_TYPICAL_TEXTS = 400


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    try:
        entries = read_corpus()
    except CorpusError as exc:
        print(exc, file=sys.stderr)
        return 1
    texts = [row["text"] for path in options.forbid for row in _rows(path)]
    if copied := list(forbidden_lines(entries, texts)):
        places = " ".join(f"{entry.author}.txt:{entry.number}" for entry in copied)
        print(f"lines that copy a text of an evaluation file: {places}", file=sys.stderr)
        return 1
    print(f"{len(entries)} entries of {len({entry.author for entry in entries})} files")
    if options.check:
        return 0
    aside = [
        (options.validate and is_in_tenth(entry)) or entry.author in options.hold_out for entry in entries
    ]
    held = [entry for entry, is_aside in zip(entries, aside, strict=True) if is_aside]
    learned = [entry for entry, is_aside in zip(entries, aside, strict=True) if not is_aside]
    arrays = build_lexicon(part for entry in learned for part in entry.parts if isinstance(part, str))
    lexicon = Lexicon.from_arrays(arrays)
    network = train(Lesson(learned, lexicon, character_features(lexicon), options.passes), _say)
    arrays |= exported(network.arrays(), DILATIONS, _typical(learned, lexicon))
    np.savez_compressed(options.output, **arrays)
    _print_figures(Tagger(lexicon, Network(arrays)), held, options.measure)
    return 0


def _typical(entries: Sequence[Entry], lexicon: Lexicon) -> list[Inputs]:
    """Return some texts as the network reads them."""
    rng = random.Random("typical")  # noqa: S311
    drawn = [filled(rng.choice(entries), rng).folded()[0] for _ in range(_TYPICAL_TEXTS)]
    return [features(views, 0, len(views.folded), lexicon) for views in drawn if views.folded]


def _say(line: str) -> None:
    print(line, flush=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deid.training", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only check the corpus")
    parser.add_argument("--validate", action="store_true", help="set a tenth aside and measure on it")
    parser.add_argument("--passes", type=int, default=30, help="fresh fillings of the corpus to learn from")
    parser.add_argument(
        "--forbid", type=Path, nargs="*", default=[], help="evaluation files nothing may be copied from"
    )
    parser.add_argument(
        "--measure", type=Path, nargs="*", default=[], help="annotated files to measure on afterwards"
    )
    parser.add_argument("--hold-out", nargs="*", default=[], help="corpus files, by name, to measure on only")
    parser.add_argument("--output", type=Path, default=WEIGHTS)
    return parser.parse_args(arguments)


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def is_in_tenth(entry: Entry) -> bool:
    """Whether an entry is of the tenth that ``--validate`` sets aside, told by its text alone."""
    return hashlib.sha256(entry.line.encode()).digest()[0] < 26


def _print_figures(tagger: Tagger, held: Sequence[Entry], files: Sequence[Path]) -> None:
    rng = random.Random("held out")  # noqa: S311
    if held:
        samples = [filled(entry, rng) for entry in held for _ in range(3)]
        print(f"held out: {summary(measure_samples(tagger, samples))}")
    for path in files:
        print(f"{path.name}: {summary(measure_file(tagger, path))}")


if __name__ == "__main__":
    raise SystemExit(main())
