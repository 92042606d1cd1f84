"""Which files a submission may hold, and which paths an archive may name them by."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from adapters import cards
from adapters.intake.refusal import IntakeRefused, printable

# PEFT writes a README.md beside every adapter: it is accepted and not kept.
DROPPED_FILES = frozenset({"README.md"})
_PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".npy", ".npz", ".joblib")
_DRIVE = re.compile(r"[A-Za-z]:")
_LONGEST_PATH = 255


class Names:
    """The paths of one submission, admitted one after the other."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries = 0
        self._seen: dict[str, str] = {}
        self._top: tuple[str, ...] | None = None

    def admit_folder(self, path: str) -> None:
        """Accept a folder's entry: at most the one that holds all files. Raises IntakeRefused."""
        self._count()
        if len(_parts(path)) > 1:
            raise IntakeRefused("path_too_deep", f"{printable(path)}: folders inside the adapter's folder")

    def admit_file(self, path: str) -> str:
        """The plain name of a file that may be kept or dropped. Raises IntakeRefused."""
        self._count()
        parts = _parts(path)
        if not parts or path.endswith("/"):
            raise IntakeRefused("path_invalid", f"{printable(path)!s}: no file has such a name")
        self._refuse_twin("/".join(parts))
        if len(parts) > 2:
            raise IntakeRefused("path_too_deep", f"{printable(path)}: files belong into one folder")
        top, name = parts[:-1], parts[-1]
        if self._top is None:
            self._top = top
        if self._top != top:
            raise IntakeRefused("path_layout", f"{printable(path)}: all files belong into one folder")
        check_name(name)
        return name

    def _count(self) -> None:
        self._entries += 1
        if self._entries > self._most:
            raise IntakeRefused("too_many_files", f"more than {self._most} entries")

    def _refuse_twin(self, path: str) -> None:
        key = unicodedata.normalize("NFKC", path).casefold()
        if self._seen.get(key) == path:
            raise IntakeRefused("path_duplicate", f"{printable(path)} is there twice")
        if key in self._seen:
            raise IntakeRefused("path_collides", f"{printable(path)} differs from another file in case only")
        self._seen[key] = path


def check_name(name: str) -> None:
    """Refuse a file that no adapter needs; pickles have a code of their own. Raises IntakeRefused."""
    if name in cards.KNOWN_FILES or name in DROPPED_FILES:
        return
    if PurePosixPath(name).suffix.lower() in _PICKLES:
        raise IntakeRefused(
            "file_pickle",
            f"{printable(name)} can run code when it is read: expected adapter_model.safetensors",
        )
    raise IntakeRefused(
        "file_not_allowed", f"{printable(name)} is not one of {', '.join(sorted(cards.KNOWN_FILES))}"
    )


def _parts(path: str) -> tuple[str, ...]:
    """The components of a relative path that stays where it is. Raises IntakeRefused."""
    if not path.isprintable() or "\\" in path:
        raise IntakeRefused("path_invalid", f"{printable(path)} holds characters that no path of ours has")
    if len(path.encode("utf-8")) > _LONGEST_PATH:
        raise IntakeRefused("path_too_long", f"{printable(path)}: expected at most {_LONGEST_PATH} bytes")
    if path.startswith("/") or _DRIVE.match(path):
        raise IntakeRefused("path_absolute", f"{printable(path)}: expected a relative path")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if ".." in parts:
        raise IntakeRefused("path_escapes", f"{printable(path)} leaves its folder")
    return parts
