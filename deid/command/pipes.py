"""`bianmin deid conceal|restore|scan`: from a file or standard input to standard output."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import click

from deid.command.options import HALF_A_PAIR, json_lines, open_concealer, policy_option
from deid.concealer import Concealer
from deid.errors import ConcealmentError
from deid.json_source import check_writable, read_json
from deid.restorer import Restorer

_SOURCE = click.argument("source", type=click.File(encoding="utf-8-sig"), default="-")
_BYTES = click.argument("source", type=click.File("rb"), default="-")
_READ_AT_ONCE = 65_536


@click.command()
@_BYTES
@policy_option
@click.option(
    "--jsonl", is_flag=True, help="Each line is a JSON object; its strings are concealed, line by line."
)
@click.option(
    "--map", "map_file", type=click.Path(path_type=Path), help="Write placeholder and value here (0600)."
)
def conceal(source: BinaryIO, policy: str, jsonl: bool, map_file: Path | None) -> None:
    """Conceal the personal data in SOURCE (or standard input).

    The whole input is one text. With --map the values can be restored later: that file is personal data, keep it
    apart from the text and delete it when it has served.
    """
    if jsonl and map_file:
        raise click.UsageError("--map goes with one text, not with --jsonl")
    concealer = open_concealer(policy)
    if jsonl:
        for number, row in json_lines(io.TextIOWrapper(source, encoding="utf-8-sig")):
            _print_json(_conceal_row(concealer, number, row))
        return
    session = concealer.session()
    try:
        concealed = session.conceal(_as_it_is(source).read())
    except ConcealmentError as exc:
        raise click.ClickException(str(exc)) from None
    if map_file:
        _write_private(map_file, json.dumps(dict(session.originals), ensure_ascii=False, indent=1))
    _write(concealed)


@click.command()
@_BYTES
@click.option("--map", "map_file", type=click.Path(exists=True, path_type=Path), required=True)
def restore(source: BinaryIO, map_file: Path) -> None:
    """Put the values of a map file back into SOURCE (or standard input), as it streams."""
    try:
        originals = read_json(map_file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        originals = None
    if not isinstance(originals, dict) or not all(isinstance(value, str) for value in originals.values()):
        raise click.ClickException("the map file is not one that `bianmin deid conceal --map` wrote")
    restorer = Restorer(originals)
    text = _as_it_is(source)
    while piece := text.read(_READ_AT_ONCE):
        _write(restorer.feed(piece))
    _write(restorer.flush())


@click.command()
@_SOURCE
@policy_option
@click.option("--jsonl", is_flag=True, help='Read {"id", "text"} lines; without it the input is one text.')
def scan(source: TextIO, policy: str, jsonl: bool) -> None:
    """Tell where personal data stands in SOURCE (or standard input), never what it is.

    Writes {"id", "spans": [{"start", "end", "type", "score"}]} lines in the order read; offsets in characters.
    """
    concealer = open_concealer(policy)
    if not jsonl:
        _print_json({"spans": _spans(concealer, source.read(), "the text")})
        return
    for number, row in json_lines(source, "id", "text"):
        if not isinstance(row["text"], str):
            raise click.ClickException(f"line {number}: text is not a string")
        _print_json({"id": row["id"], "spans": _spans(concealer, row["text"], f"line {number}")})


def _as_it_is(source: BinaryIO) -> TextIO:
    """Read text with its own line ends and byte order mark, so that restoring gives the same bytes."""
    return io.TextIOWrapper(source, encoding="utf-8", newline="")


def _write(text: str) -> None:
    click.echo(text.encode(), nl=False)


def _spans(concealer: Concealer, text: str, place: str) -> list[dict[str, Any]]:
    try:
        found = concealer.detect(text)
    except ConcealmentError as exc:
        raise click.ClickException(f"{place}: {exc}") from None
    return [{"start": f.start, "end": f.end, "type": f.entity, "score": round(f.score, 4)} for f in found]


def _conceal_row(concealer: Concealer, number: int, row: dict[str, Any]) -> Any:
    try:
        concealed = concealer.session().conceal_tree(row)
        check_writable(concealed)
    except ConcealmentError as exc:
        raise click.ClickException(f"line {number}: {exc}") from None
    except UnicodeEncodeError:
        raise click.ClickException(f"line {number}: {HALF_A_PAIR}") from None
    return concealed


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _write_private(path: Path, content: str) -> None:
    """Write a file that only its owner can read; one that exists is never overwritten."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException("the map file exists already; it is not overwritten") from None
    with open(descriptor, "w", encoding="utf-8") as out:
        out.write(content)
