"""Adapters as ministries send them: real ones for the demonstration's base, packed."""

from __future__ import annotations

import io
import json
import tarfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters import cards
from adapters.dummies import write_dummy
from adapters.intake import BaseSpec

MODEL = Path(__file__).parents[2] / "deploy" / "demo" / "model"


@cache
def base_spec() -> BaseSpec:
    return BaseSpec.from_folder(MODEL, max_rank=8)


def write_adapter(folder: Path, seed: int = 1, ministry: str = "mof", author: str = "賦稅署") -> Path:
    """A folder as training leaves it, without the files for evaluation."""
    write_dummy(base_spec(), folder, seed=seed, rank=2)
    card = json.loads((folder / cards.CARD_FILE).read_text())
    card |= {"ministry": ministry, "author": author}
    (folder / cards.CARD_FILE).write_text(json.dumps(card, ensure_ascii=False))
    lines = [json.dumps({"question": f"營業稅怎麼報第{number}題"}, ensure_ascii=False) for number in range(3)]
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def pack(folder: Path, extra: dict[str, bytes] | None = None) -> bytes:
    """The folder as .tar.gz, with more members where given."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", format=tarfile.USTAR_FORMAT) as archive:
        for file in sorted(folder.iterdir()):
            archive.add(file, file.name)
        for name, content in (extra or {}).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


@cache
def archive_of(seed: int = 1, ministry: str = "mof", author: str = "賦稅署") -> bytes:
    with TemporaryDirectory() as folder:
        return pack(write_adapter(Path(folder), seed, ministry, author))
