"""Reads a zip archive whose directory was measured before `zipfile` is allowed to load it."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from adapters.intake.draft import CHUNK_BYTES, Draft
from adapters.intake.limits import IntakeLimits
from adapters.intake.refusal import IntakeRefused, printable

_END = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR_BYTES = 20
_ENTRY_BYTES = 1 << 10
_ENCRYPTED = 1
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def unpack_zip(stream: BinaryIO, size: int, draft: Draft, limits: IntakeLimits) -> None:
    """Write every file of the archive into the draft. Raises IntakeRefused."""
    _check_directory(stream, size, limits)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            _check_ratio(entries, size, limits)
            for entry in entries:
                _check_kind(entry)
                if entry.orig_filename.endswith("/"):  # is_dir() stumbles over an empty name
                    draft.add_folder(entry.orig_filename)
                else:
                    draft.add_file(entry.orig_filename, entry.file_size, _content(archive, entry))
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ):
        raise IntakeRefused("archive_damaged", "the zip archive is damaged") from None


def _check_directory(stream: BinaryIO, size: int, limits: IntakeLimits) -> None:
    """The end record must be the file's last bytes, without comment and without zip64's larger numbers."""
    tail = _ZIP64_LOCATOR_BYTES + _END.size
    stream.seek(max(0, size - tail))
    content = stream.read(tail).rjust(tail, b"\0")
    signature, *_, entries, directory_bytes, offset, comment = _END.unpack(content[-_END.size :])
    if signature != b"PK\5\6" or comment or offset + directory_bytes > size - _END.size:
        raise IntakeRefused("archive_damaged", "the zip archive does not end with its directory")
    if content.startswith(b"PK\6\7"):
        raise IntakeRefused("archive_unsupported", "a zip64 archive: expected less than four gibibytes")
    if entries > limits.files or directory_bytes > limits.files * _ENTRY_BYTES:
        raise IntakeRefused("too_many_files", f"more than {limits.files} entries")


def _check_ratio(entries: list[zipfile.ZipInfo], size: int, limits: IntakeLimits) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked_bytes:
        raise IntakeRefused(
            "archive_too_large", f"{total} bytes unpacked, expected at most {limits.unpacked_bytes}"
        )
    if total > max(1 << 20, size * limits.ratio):
        raise IntakeRefused(
            "archive_bomb", f"{size} bytes unpack to {total}: expected at most {limits.ratio} times"
        )


def _check_kind(entry: zipfile.ZipInfo) -> None:
    path = printable(entry.orig_filename)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise IntakeRefused("file_linked", f"{path} is a symbolic link: expected a plain file")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise IntakeRefused("file_special", f"{path} is a device or a pipe: expected a plain file")
    if entry.flag_bits & _ENCRYPTED:
        raise IntakeRefused("archive_unsupported", f"{path} is encrypted")
    if entry.compress_type not in _READABLE:
        raise IntakeRefused("archive_unsupported", f"{path}: expected stored or deflated")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
