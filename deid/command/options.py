"""Options and openings that the commands share. Error messages name places, never what stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, TypeVar

import click

from deid.concealer import Concealer
from deid.errors import PolicyError
from deid.json_source import read_json
from deid.policy import load_policy, policy_names

HALF_A_PAIR = "half of a surrogate pair stands in it, which no text can hold"

F = TypeVar("F", bound=Callable[..., Any])


def policy_option(command: F) -> F:
    """Add ``--policy``."""
    shipped = ", ".join(policy_names())
    option = click.option(
        "--policy", default="default", show_default=True, help=f"One of {shipped}, or a policy file's path."
    )
    return option(command)


@contextmanager
def plain_policy_errors() -> Iterator[None]:
    """Turn PolicyError into click.ClickException with the same line and its code."""
    try:
        yield
    except PolicyError as exc:
        raise click.ClickException(f"{exc} ({exc.code})") from None


def open_concealer(policy: str) -> Concealer:
    """Raises click.ClickException when the policy cannot be used."""
    with plain_policy_errors():
        return Concealer(load_policy(policy))


def json_lines(source: TextIO, *keys: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield line number and object of each filled line.

    Raises click.ClickException, naming the line, when one is no object with these keys.
    """
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        try:
            row = read_json(line)
        except UnicodeEncodeError:
            raise click.ClickException(f"line {number}: {HALF_A_PAIR}") from None
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or not row.keys() >= set(keys):
            wanted = f" with {' and '.join(keys)}" if keys else ""
            raise click.ClickException(f"line {number}: not a JSON object{wanted}")
        yield number, row
