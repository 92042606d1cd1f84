"""What an import leaves: the output and its report. Both are made in the folder of parts and moved when whole."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deid.importing.back_file import BackFile, refusing_unwritable
from deid.importing.parts import MANIFEST, Manifest, Parts, fingerprint, read_json_file, write_whole
from deid.importing.roles import DROP, ImportRefused, Roles
from deid.importing.rows import Tally

_NOTE = "published.json"
# What file systems without links say, as on a USB stick or a mounted share.
_NO_LINKS = frozenset({errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOTSUP})


@dataclass(frozen=True, slots=True)
class Output:
    """The places of an import's output, and which import it is."""

    target: Path
    manifest: Manifest

    @property
    def report(self) -> Path:
        return self.target.with_name(f"{self.target.name}.report.json")

    @property
    def folder(self) -> Path:
        """Where the work stands until it is done."""
        return self.target.with_name(f"{self.target.name}.partial")

    def check(self) -> None:
        """Raise ImportRefused when something stands there. What this import left when it was stopped may."""
        if not self.target.parent.is_dir():
            raise ImportRefused("the output's folder does not exist")
        if self.target.exists() and not self.is_finished():
            raise ImportRefused(f"the output exists already; it is not overwritten{self._told_of_folder()}")
        if self.report.exists() and not self._published("report", self.report):
            raise ImportRefused("a report of this output exists already; it is not overwritten")

    def is_finished(self) -> bool:
        """Tell whether the import was stopped when it had but to clean up."""
        is_of_this = self._note.get("manifest") == asdict(self.manifest)
        return is_of_this and self._published("report", self.report) and self._published("output", self.target)

    def read_report(self) -> dict[str, Any]:
        loaded = json.loads(self.report.read_text(encoding="utf-8"))
        assert isinstance(loaded, dict)
        return loaded

    def clean_up(self) -> None:
        """Remove the work folder, last what tells which import it is of: this may be stopped, too."""
        for path in sorted(self.folder.iterdir(), key=lambda path: path.name == MANIFEST):
            if path.name != _NOTE and not path.is_dir():
                path.unlink()
        shutil.rmtree(self.folder)

    def write(self, file: BackFile, roles: Roles, parts: Parts, changed: set[str]) -> Path:
        """Write the output into the work folder and return where it is.

        The input is read once more for the cells that stay; the concealed ones are laid over. Of what cannot be
        written to its end, nothing stays.
        """

        def merged() -> Iterator[dict[str, Any]]:
            for row, concealed in zip(file.rows(), parts.cells(), strict=True):
                if concealed is not None and row.cells is not None:
                    yield {c: v for c, v in row.cells.items() if roles.role(c) != DROP} | concealed

        written = self.folder / f"output{self.target.suffix}"
        written.unlink(missing_ok=True)
        try:
            with refusing_unwritable():
                file.write(written, {column: column not in changed for column in roles.written}, merged())
            with written.open("rb") as out:
                os.fsync(out.fileno())
        except BaseException:
            written.unlink(missing_ok=True)
            raise
        return written

    def publish(self, written: Path, report: Mapping[str, Any]) -> None:
        """Give the report and then the output their names. Raises ImportRefused when another file has one by now."""
        if self._published("report", self.report):
            self.report.unlink()
        draft = self.folder / "report"
        write_whole(draft, json.dumps(report, ensure_ascii=False, indent=1))
        note = {"manifest": asdict(self.manifest), "report": fingerprint(draft), "output": fingerprint(written)}
        write_whole(self.folder / _NOTE, json.dumps(note, ensure_ascii=False))
        try:
            _link(draft, self.report)
            self._link_output(written)
        finally:
            written.unlink(missing_ok=True)

    def _link_output(self, written: Path) -> None:
        try:
            _link(written, self.target)
        except ImportRefused:
            self.report.unlink()
            raise

    def _told_of_folder(self) -> str:
        if not self.folder.exists():
            return ""
        return f". An import was stopped: delete {self.folder.name} if the output is whole, else the output"

    @property
    def _note(self) -> dict[str, Any]:
        """What was going to get its name, and of which import it is."""
        note = read_json_file(self.folder / _NOTE)
        return note if isinstance(note, dict) else {}

    def _published(self, what: str, path: Path) -> bool:
        """Tell whether a file is the one that this import, when it was stopped, had given its name."""
        return path.is_file() and self._note.get(what) == fingerprint(path)


def _link(made: Path, name: Path) -> None:
    """Give a file a name that no other file has: unlike a renaming, a link replaces nothing."""
    try:
        try:
            os.link(made, name)
        except OSError as exc:
            if not (isinstance(exc, PermissionError) or exc.errno in _NO_LINKS):
                raise
            name.open("x").close()
            os.replace(made, name)
    except FileExistsError:
        raise ImportRefused(
            "the output or its report was made by another program meanwhile; it is not overwritten"
        ) from None


def make_report(source: Path, policy: str, file: BackFile, roles: Roles, tally: Tally) -> dict[str, Any]:
    """Return what is told of an import: counts and places, and texts only concealed."""
    return {
        "source_sha256": _sha256(source),
        "read_as": dict(file.read_as),
        "policy": policy,
        "columns": dict(roles.by_column),
        "rows": tally.rows,
        "rows_written": tally.rows - tally.refusals.total(),
        "rows_refused": dict(tally.refusals),
        "refused": [list(one) for one in tally.refused],
        "rows_refused_not_listed": tally.refusals.total() - len(tally.refused),
        "lines_passed_over": tally.lines_passed_over,
        "rows_of_special_category": tally.special_category,
        "concealed": dict(sorted(tally.concealed.items())),
        "samples": tally.samples,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
