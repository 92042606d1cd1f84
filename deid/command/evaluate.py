"""`bianmin deid eval`: how well the concealment works on annotated texts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, TextIO

import click

from deid.command.options import json_lines, open_concealer, policy_option
from deid.errors import ConcealmentError
from deid.evaluation import Outcome, Share, Tally, judge

_JSON_LINES = click.File(encoding="utf-8-sig")


@click.command("eval")
@click.argument("gold", type=_JSON_LINES)
@click.argument("predicted", type=_JSON_LINES, required=False)
@policy_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--misses", is_flag=True, help="Print every leak and over-masked place. Shows what the texts hold."
)
def evaluate(gold: TextIO, predicted: TextIO | None, policy: str, as_json: bool, misses: bool) -> None:
    """Score what was found in the annotated texts of GOLD, or what PREDICTED says was found.

    GOLD has {"id", "channel", "text", "spans"} lines; docs/de-identification.md says what is counted.
    """
    answers = _read_answers(predicted) if predicted else None
    concealer = None if answers is not None else open_concealer(policy)
    whole, channels = Tally(), defaultdict[str, Tally](Tally)
    for number, row in _annotated(gold, "id", "text", "spans"):
        try:
            if concealer is not None:
                found = concealer.detect(row["text"])
                spans = [{"start": f.start, "end": f.end, "type": f.entity} for f in found]
            else:
                spans = _answer(answers or {}, row["id"], number)
            judge(row, spans, channels[str(row.get("channel", "-"))])
            outcome = judge(row, spans, whole)
        except (ConcealmentError, ValueError) as exc:
            raise click.ClickException(f"line {number}: {exc}") from None
        if misses:
            _print_misses(row, outcome)
    figures = whole.figures()
    figures["by_channel"] = {name: tally.figures() for name, tally in sorted(channels.items())}
    click.echo(json.dumps(figures, ensure_ascii=False)) if as_json else _print(figures)


def _read_answers(predicted: TextIO) -> dict[Any, list[dict[str, Any]]]:
    return {row["id"]: row["spans"] for _, row in _annotated(predicted, "id", "spans")}


def _annotated(source: TextIO, *keys: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield number and object of each line. Raises click.ClickException when a value is of the wrong type."""
    for number, row in json_lines(source, *keys):
        spans = row["spans"]
        if not isinstance(row.get("text", ""), str):
            raise click.ClickException(f"line {number}: text is not a string")
        if not isinstance(row["id"], str | int | float):
            raise click.ClickException(f"line {number}: id is neither a string nor a number")
        if not isinstance(spans, list) or not all(map(_is_span, spans)):
            raise click.ClickException(f"line {number}: a span needs start, end and type")
        yield number, row


def _is_span(span: Any) -> bool:
    if not isinstance(span, dict) or not isinstance(span.get("type"), str):
        return False
    return type(span.get("start")) is int and type(span.get("end")) is int


def _answer(answers: dict[Any, list[dict[str, Any]]], name: Any, number: int) -> list[dict[str, Any]]:
    if name not in answers:
        raise click.ClickException(f"line {number}: nothing was predicted for this text")
    return answers[name]


def _print_misses(row: dict[str, Any], outcome: Outcome) -> None:
    text = row["text"]
    for span in outcome.leaks:
        around = text[max(0, span["start"] - 12) : span["end"] + 12]
        click.echo(f"LEAK {row['id']} {span['type']} {text[span['start'] : span['end']]!r} in {around!r}")
    if outcome.over_masked:
        first = outcome.over_masked[0]
        around = text[max(0, first - 12) : first + 20]
        click.echo(f"OVER {row['id']} {''.join(text[i] for i in outcome.over_masked)!r} in {around!r}")


def _print(figures: dict[str, Any]) -> None:
    for name, value in figures.items():
        if name == "recall_by_type":
            for entity, (found, wanted) in value.items():
                low, high = Share(found, wanted).interval
                click.echo(
                    f"  {entity:22} {found:5}/{wanted:<5} {found / wanted:.3f}  ({low:.3f} to {high:.3f})"
                )
        elif name == "by_channel":
            for channel, part in value.items():
                low, high = part["leaky_rate_95"]
                click.echo(
                    f"  {channel:22} leaky {part['leaky_texts']}/{part['texts_with_personal_data']}"
                    f"  ({low:.3f} to {high:.3f})  over-masked {part['over_masked_per_1000']} per 1000"
                )
        else:
            click.echo(f"{name:26} {value}")
