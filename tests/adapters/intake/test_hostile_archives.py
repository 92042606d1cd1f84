"""Hostile archives of any kind: each is refused by its own code and leaves nothing behind."""

from __future__ import annotations

import errno
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.intake import IntakeLimits
from tests.adapters import hostile
from tests.adapters.hostile import refused_archive


def test_a_gzip_bomb_stops_early(adapter: Path, tmp_path: Path) -> None:
    (adapter / "questions.jsonl").write_bytes(b" " * (60 << 20))
    answer = refused_archive(hostile.tar_of(adapter, tmp_path / "upload"))
    assert answer.code == "archive_bomb"


@pytest.mark.parametrize("make", [hostile.tar_of, hostile.zip_of])
def test_sizes(adapter: Path, tmp_path: Path, make: Callable[[Path, Path], Path]) -> None:
    archive = make(adapter, tmp_path / "upload")
    size = archive.stat().st_size
    assert refused_archive(archive, IntakeLimits(archive_bytes=size - 1)).code == "archive_too_large"
    assert refused_archive(archive, IntakeLimits(unpacked_bytes=100)).code in (
        "file_too_large",
        "archive_too_large",
    )
    assert refused_archive(archive, IntakeLimits(config_bytes=10)).code == "file_too_large"
    assert refused_archive(archive, IntakeLimits(lines_bytes=10)).code == "file_too_large"
    assert refused_archive(archive, IntakeLimits(files=7)).code == "too_many_files"


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\x80\x04\x95" + b"\0" * 600, b"\xfd7zXZ\0" * 100, b"BZh9" * 200]
)
def test_other_files_are_no_archive(tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "upload"
    archive.write_bytes(content)
    assert refused_archive(archive).code == "archive_unsupported"


@pytest.mark.parametrize("inner", [b"", b"not a tar" * 100, gzip.compress(b"x" * 1000)])
def test_gzip_around_something_else(tmp_path: Path, inner: bytes) -> None:
    archive = tmp_path / "upload"
    archive.write_bytes(gzip.compress(inner))
    assert refused_archive(archive).code == "archive_damaged"


@pytest.mark.parametrize("cut", [15, 400, -1])
def test_cut_and_flipped_gzip(adapter: Path, tmp_path: Path, cut: int) -> None:
    archive = hostile.tar_of(adapter, tmp_path / "upload")
    content = bytearray(archive.read_bytes())
    if cut > 0:
        del content[cut:]
    else:
        content[len(content) // 2] ^= 0xFF
    archive.write_bytes(content)
    assert refused_archive(archive).code in (
        "archive_damaged",
        "path_invalid",
        "file_not_allowed",
        "file_too_large",
    )


@pytest.mark.parametrize("name", [hostile.WEIGHTS, hostile.CONFIG])
def test_an_archive_without_the_content(adapter: Path, tmp_path: Path, name: str) -> None:
    (adapter / name).unlink()
    answer = refused_archive(hostile.tar_of(adapter, tmp_path / "upload"))
    assert answer.code == "file_missing" and name in answer.message


def test_a_symbolic_link_as_the_archive(adapter: Path, tmp_path: Path) -> None:
    hostile.tar_of(adapter, tmp_path / "real")
    (tmp_path / "upload").symlink_to(tmp_path / "real")
    assert refused_archive(tmp_path / "upload").code == "file_linked"


def test_a_full_disk_is_told_apart_from_a_bad_adapter(
    adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = hostile.tar_of(adapter, tmp_path / "upload")
    fired = []

    def full(self: Path, mode: int = 0o777, **options: object) -> None:
        fired.append(self)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    answer = refused_archive(archive)
    assert answer.code == "intake_unavailable" and "No space left" in answer.message and fired
