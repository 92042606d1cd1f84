"""``python -m adapters.auto``: train the router, validate how it learns, measure it, ask it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.auto.emergencies import LEARNED, emergency
from adapters.auto.evaluation import Figures, cross_validate, figures, judge, log_loss
from adapters.auto.faq import read_faq
from adapters.auto.questions import (
    demonstration_questions,
    read_questions,
    shipped_nothing,
    shipped_questions,
)
from adapters.auto.router import THRESHOLD, WEIGHTS, load_router
from adapters.auto.training import train_dangers, train_for

_THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.6)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    try:
        options.run(options)
    except (OSError, ValueError, KeyError) as exc:
        print(f"{type(exc).__name__}: the input can't be used", file=sys.stderr)
        return 1
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m adapters.auto", description=__doc__)
    commands = parser.add_subparsers(required=True)
    learn = commands.add_parser("train", help="train on the shipped sets and write the weights")
    learn.add_argument("--output", type=Path, default=WEIGHTS.parent, help="folder for the weights")
    learn.set_defaults(run=_train)
    validate = commands.add_parser("validate", help="cross-validate on the learning sets")
    validate.set_defaults(run=_validate)
    measure = commands.add_parser("measure", help="measure a folder of <public name>.txt, or a city's FAQ")
    measure.add_argument("path", type=Path)
    measure.set_defaults(run=_measure)
    ask = commands.add_parser("ask", help="where a question would go")
    ask.add_argument("text")
    ask.add_argument("--before", default="", help="the user's earlier message")
    ask.set_defaults(run=_ask)
    return parser.parse_args(arguments)


def _train(options: argparse.Namespace) -> None:
    for path, router in ((WEIGHTS, train_for(demonstration_questions())), (LEARNED, train_dangers())):
        data = router.to_bytes()
        (options.output / path.name).write_bytes(data)
        print(f"{path.name}: {len(data)} bytes")


def _validate(_: argparse.Namespace) -> None:
    judged = cross_validate(shipped_questions(), shipped_nothing(), demonstration_questions())
    print(f"log loss {log_loss(judged):.4f}")
    for threshold in _THRESHOLDS:
        print(f"threshold {threshold}: {_summary(figures(judged, threshold))}")


def _measure(options: argparse.Namespace) -> None:
    nothing: Sequence[str] = ()
    questions: Mapping[str, Sequence[str]]
    if options.path.is_dir():
        sets = {path.stem: read_questions(path) for path in sorted(options.path.glob("*.txt"))}
        nothing, questions = sets.pop("nothing", ()), sets
    else:
        questions = read_faq(options.path)
    found = figures(judge(load_router(), questions, nothing))
    print(f"threshold {THRESHOLD}: {_summary(found)}")
    for name, (asked, right, abstained) in found.by_name.items():
        print(f"{name:6} {asked:4} asked, {right:4} best, {abstained:4} abstained")


def _ask(options: argparse.Namespace) -> None:
    if found := emergency(options.text):
        print(f"emergency: {found.kind}\n{found.text}")
        return
    router = load_router()
    choice = router.choose(options.text, router.names, options.before)
    print(f"{choice.domain or 'base'} {choice.confidence:.2f} {','.join(choice.hint)}")


def _summary(found: Figures) -> str:
    return (
        f"{found.questions} questions, top-1 {found.top_1:.3f}, abstained {found.abstained:.3f}, "
        f"right when answered {found.right_when_answered:.3f}, {found.others} others, "
        f"left alone {found.others_left:.3f}, calibration error {found.calibration_error:.3f}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
