"""`bianmin adapters check`: what the admin plane would say of a folder or archive, said here and now."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from adapters.intake import (
    BaseSpec,
    Inspected,
    IntakeLimits,
    IntakeRefused,
    copy_folder,
    deny_by,
    inspect,
    unpack,
)
from serve.adapters_cli.printing import as_json, print_json
from serve.admin.uploads import Requirements, describe, read_requirements
from serve.commands import settings_or_exit
from serve.engine.lineage import load_deny_list
from serve.engine.profile import EngineRefused
from serve.settings import Settings

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("check")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--ministry", help="Whose adapter it is to be.")
@click.option("--base", type=_FOLDER, help="Folder of the base model; default: the engine profile's.")
@click.option("--max-rank", type=click.IntRange(1), default=16, show_default=True, help="With --base alone.")
@as_json
def check(path: Path, ministry: str | None, base: Path | None, max_rank: int, as_json: bool) -> None:
    """Check a PEFT folder or archive without sending it anywhere."""
    settings = settings_or_exit()
    try:
        needed = _requirements(settings, base, max_rank)
        found = _inspect(
            path, needed, ministry, IntakeLimits(archive_bytes=settings.adapters.max_upload_bytes)
        )
    except IntakeRefused as exc:
        raise click.ClickException(f"{exc.message} ({exc.code})") from None
    except EngineRefused as exc:
        raise click.ClickException(str(exc)) from None
    if as_json:
        print_json(asdict(found))
        return
    click.echo(
        f"Accepted: {found.digest}, rank {found.rank}, {', '.join(found.target_modules)}, {found.dtype}, "
        f"{found.content_bytes} bytes, for {found.base_name}."
    )


def _requirements(settings: Settings, base: Path | None, max_rank: int) -> Requirements:
    if base is None:
        return read_requirements(settings)
    families = {family.name: family.pattern for family in load_deny_list().families}
    return Requirements(BaseSpec.from_folder(base, max_rank=max_rank), deny_by(families))


def _inspect(path: Path, needed: Requirements, ministry: str | None, limits: IntakeLimits) -> Inspected:
    with tempfile.TemporaryDirectory(prefix="bianmin-check-") as draft:
        into = Path(draft) / "content"
        folder = copy_folder(path, into, limits) if path.is_dir() else unpack(path, into, limits)
        found = inspect(folder, needed.base, needed.deny, limits)
        if ministry is not None:
            describe(folder, found, needed.base, ministry)
        return found
