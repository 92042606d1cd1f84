"""`bianmin adapters submit`: a folder or archive becomes an immutable version."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from serve.adapters_cli.client import Upload, find_admin
from serve.adapters_cli.packing import pack
from serve.adapters_cli.printing import as_json, print_json, print_version


@click.command("submit")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--ministry", required=True, help="Whose adapter it is; also its public name, such as mof.")
@as_json
def submit(path: Path, ministry: str, as_json: bool) -> None:
    """Submit a PEFT folder or an archive of one (.tar, .tar.gz, .zip). The same content twice is the same version."""
    admin = find_admin()
    size, chunks = pack(path)
    with click.progressbar(length=size, label="upload", file=sys.stderr, show_pos=False) as bar:
        found = admin.upload("/admin/adapters", Upload(size, chunks, bar.update), ministry=ministry)
    print_json(found) if as_json else print_version(found)
