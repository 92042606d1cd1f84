"""Reads a tar archive by its headers alone.

`tarfile` is not used: it reads extended headers of any declared size into memory and follows sparse maps. Only
plain files and folders exist here; everything else that a tar archive can hold is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from adapters.intake.draft import CHUNK_BYTES, Draft
from adapters.intake.refusal import IntakeRefused, printable

_BLOCK = 512
_EXTENDED_BYTES = 64 << 10
_EXTENDED_HEADERS = 256
_FORBIDDEN_TYPES: Mapping[bytes, tuple[str, str]] = {
    b"1": ("file_linked", "a hard link"),
    b"2": ("file_linked", "a symbolic link"),
    b"3": ("file_special", "a character device"),
    b"4": ("file_special", "a block device"),
    b"6": ("file_special", "a named pipe"),
    b"S": ("file_sparse", "a sparse file"),
}


class Source(Protocol):
    """Bytes under a budget: fewer than asked for only at the end."""

    def read(self, size: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Header:
    path: str
    size: int
    kind: bytes


def unpack_tar(source: Source, draft: Draft) -> None:
    """Write every file of the archive into the draft. Raises IntakeRefused."""
    overrides: dict[str, str] = {}
    extended = 0
    while (block := _exactly(source, _BLOCK)) != bytes(_BLOCK):
        header = _parse(block)
        if header.kind not in (b"x", b"g", b"L"):
            path, size = overrides.get("path", header.path), _size(overrides.get("size"), header.size)
            _add(_Header(path, size, header.kind), source, draft)
            overrides = {}
            continue
        extended += 1
        if extended > _EXTENDED_HEADERS:
            raise IntakeRefused("archive_bomb", f"more than {_EXTENDED_HEADERS} extended tar headers")
        content = _extended(source, header)
        overrides |= {"path": _long_name(content)} if header.kind == b"L" else _pax(content, header.kind)
    # Read to the very end: only there a compressed archive's checksum is compared.
    while rest := source.read(CHUNK_BYTES):
        if rest.strip(b"\0"):
            raise IntakeRefused("archive_damaged", "the archive goes on after its end")


def _add(entry: _Header, source: Source, draft: Draft) -> None:
    if entry.kind in _FORBIDDEN_TYPES:
        code, kind = _FORBIDDEN_TYPES[entry.kind]
        raise IntakeRefused(code, f"{printable(entry.path)} is {kind}: expected a plain file")
    if entry.kind == b"5" or (entry.kind == b"\0" and entry.path.endswith("/")):
        if entry.size:
            raise IntakeRefused("archive_damaged", f"{printable(entry.path)}: a folder with content")
        draft.add_folder(entry.path)
    elif entry.kind in (b"0", b"\0"):
        draft.add_file(entry.path, entry.size, _content(source, entry.size))
        _exactly(source, -entry.size % _BLOCK)
    else:
        raise IntakeRefused("archive_unsupported", f"{printable(entry.path)}: an entry of an unknown type")


def _parse(block: bytes) -> _Header:
    stored = _number(block[148:156])
    if stored != sum(block) - sum(block[148:156]) + 8 * ord(" ") or block[257:262] != b"ustar":
        raise IntakeRefused("archive_damaged", "a tar header is damaged")
    path = _text(block[0:100])
    if block[257:263] == b"ustar\0" and block[345] != 0:
        path = f"{_text(block[345:500])}/{path}"
    return _Header(path, _number(block[124:136]), block[156:157])


def _number(field: bytes) -> int:
    if field[0] & 0x80:
        raise IntakeRefused("file_too_large", "a tar entry declares more than eight gibibytes")
    digits = field.strip(b"\0 ")
    if not all(digit in b"01234567" for digit in digits):
        raise IntakeRefused("archive_damaged", "a tar header holds a number that is none")
    return int(digits or b"0", 8)


def _size(override: str | None, stored: int) -> int:
    if override is None:
        return stored
    if not (override.isascii() and override.isdigit() and len(override) < 20):
        raise IntakeRefused("archive_damaged", "a tar entry declares a size that is no number")
    return int(override)


def _text(field: bytes) -> str:
    name, _, rest = field.partition(b"\0")
    if rest.strip(b"\0"):
        raise IntakeRefused("path_invalid", f"{printable(field)} holds a NUL")
    return _decoded(name)


def _decoded(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        raise IntakeRefused("path_invalid", f"{printable(name)} is not UTF-8") from None


def _extended(source: Source, header: _Header) -> bytes:
    if header.size > _EXTENDED_BYTES:
        raise IntakeRefused(
            "archive_bomb", f"a tar header of {header.size} bytes, expected at most {_EXTENDED_BYTES}"
        )
    content = _exactly(source, header.size)
    _exactly(source, -header.size % _BLOCK)
    return content


def _long_name(content: bytes) -> str:
    return _text(content + b"\0")


def _pax(content: bytes, kind: bytes) -> dict[str, str]:
    """Path and size out of an extended header; a header for all entries may carry neither."""
    found: dict[str, str] = {}
    while content:
        length, _, _ = content.partition(b" ")
        size = int(length) if length.isdigit() and len(length) < 7 else 0
        record, content = content[:size], content[size:]
        key, equals, value = record[len(length) + 1 : -1].partition(b"=")
        if not equals or len(record) != size or not record.endswith(b"\n"):
            raise IntakeRefused("archive_damaged", "a tar extended header is damaged")
        if key.startswith(b"GNU.sparse"):
            raise IntakeRefused("file_sparse", "a sparse file: expected a plain file")
        if key in (b"path", b"size"):
            if kind == b"g":
                raise IntakeRefused("archive_unsupported", "a tar header that renames all entries")
            found[key.decode()] = _decoded(value)
    return found


def _content(source: Source, size: int) -> Iterator[bytes]:
    while size:
        chunk = _exactly(source, min(size, CHUNK_BYTES))
        size -= len(chunk)
        yield chunk


def _exactly(source: Source, size: int) -> bytes:
    content = source.read(size) if size else b""
    if len(content) != size:
        raise IntakeRefused("archive_damaged", "the archive ends too early")
    return content
