"""The edge of a command's process: whatever goes wrong is told in one line that holds nothing of the input."""

from __future__ import annotations

from typing import Any

import click


class EdgeGroup(click.Group):
    """A group whose commands read what citizens wrote: an exception's own message may quote it."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as exc:
            raise click.ClickException(exc.strerror or type(exc).__name__) from None
        except UnicodeDecodeError:
            raise click.ClickException("the input is not UTF-8 text") from None
        except Exception as exc:  # noqa: BLE001 - the edge of a process
            raise click.ClickException(f"a fault of this program: {type(exc).__name__}") from None
