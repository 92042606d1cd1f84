"""Hostile tar archives: each is refused by its own code and leaves nothing behind."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters import hostile
from tests.adapters.hostile import PATHS, member, refused_archive


@pytest.mark.parametrize(("name", "code"), PATHS)
def test_paths_in_a_tar(adapter: Path, tmp_path: Path, name: str, code: str) -> None:
    archive = hostile.tar_with(adapter, tmp_path / "upload", (member(name), b"{}"))
    assert refused_archive(archive).code == code


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (tarfile.SYMTYPE, "file_linked"),
        (tarfile.LNKTYPE, "file_linked"),
        (tarfile.FIFOTYPE, "file_special"),
        (tarfile.CHRTYPE, "file_special"),
        (tarfile.BLKTYPE, "file_special"),
        (tarfile.GNUTYPE_SPARSE, "file_sparse"),
        (tarfile.CONTTYPE, "archive_unsupported"),
        (b"V", "archive_unsupported"),
    ],
)
def test_kinds_of_tar_members(adapter: Path, tmp_path: Path, kind: bytes, code: str) -> None:
    (adapter / "card.json").unlink()
    planted = member("card.json", kind, linkname="/etc/passwd")
    answer = refused_archive(hostile.tar_with(adapter, tmp_path / "upload", (planted, b"")))
    assert answer.code == code and "card.json" in answer.message


def test_a_link_whose_name_came_in_an_extended_header(adapter: Path, tmp_path: Path) -> None:
    (adapter / "card.json").unlink()
    planted = member("card.json", tarfile.SYMTYPE, linkname="x" * 200)
    assert refused_archive(hostile.tar_with(adapter, tmp_path / "upload", (planted, b""))).code in (
        "file_linked",
        "archive_unsupported",
    )


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}, "file_sparse"),
        ({"GNU.sparse.map": "0,1"}, "file_sparse"),
        ({"path": "../../escaped"}, "path_escapes"),
        ({"path": "a\0b"}, "path_invalid"),
        ({"size": "-5"}, "archive_damaged"),
        ({"size": "9" * 18}, "file_too_large"),
        ({"size": "9" * 40}, "archive_damaged"),
        ({"comment": "x" * 100_000}, "archive_bomb"),
    ],
)
def test_extended_headers(adapter: Path, tmp_path: Path, headers: dict[str, str], code: str) -> None:
    (adapter / "card.json").unlink()
    planted = member("card.json", pax_headers=headers)
    assert refused_archive(hostile.tar_with(adapter, tmp_path / "upload", (planted, b"{}"))).code == code


def test_a_global_header_that_renames_everything(adapter: Path, tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    with tarfile.open(archive, "w", pax_headers={"path": "card.json"}) as made:
        for path in adapter.iterdir():
            made.add(path, path.name)
    assert refused_archive(archive).code == "archive_unsupported"


def test_endless_extended_headers(tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    info = member("card.json", pax_headers={"comment": "x"})
    pair = info.tobuf(tarfile.PAX_FORMAT)[:1024]
    archive.write_bytes(pair * 1_000)
    assert refused_archive(archive).code == "archive_bomb"


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[:1000],
        lambda content: content[: len(content) // 2],
        lambda content: bytes([content[0] ^ 1]) + content[1:],
        lambda content: content[:124] + b"\xff" * 12 + content[136:],
        lambda content: content[:257] + b"USTAR" + content[262:],
    ],
)
def test_damaged_tar_headers(adapter: Path, tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    archive = hostile.tar_of(adapter, tmp_path / "upload", "w")
    archive.write_bytes(change(archive.read_bytes()))
    assert refused_archive(archive).code in ("archive_damaged", "archive_unsupported")


def test_bytes_behind_the_nul_of_a_tar_name(tmp_path: Path) -> None:
    block = bytearray(member("card.json").tobuf(tarfile.USTAR_FORMAT))
    block[9:14] = b"\0.bin"
    block[148:156] = b"%06o\0 " % (sum(block) - sum(block[148:156]) + 8 * 32)
    archive = tmp_path / "upload"
    archive.write_bytes(bytes(block) + bytes(1024))
    assert refused_archive(archive).code == "path_invalid"


def test_a_second_archive_behind_the_first(adapter: Path, tmp_path: Path) -> None:
    archive = hostile.tar_of(adapter, tmp_path / "upload", "w")
    archive.write_bytes(archive.read_bytes() * 2)
    assert refused_archive(archive).code == "archive_damaged"


def test_a_tar_entry_of_a_size_beyond_octal(tmp_path: Path) -> None:
    info = member("adapter_model.safetensors", size=1 << 40)
    archive = tmp_path / "upload"
    archive.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + b"x" * 512)
    assert refused_archive(archive).code == "file_too_large"


def test_a_tar_with_a_thousand_folders(tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    with tarfile.open(archive, "w") as made:
        for number in range(1_000):
            made.addfile(member(f"folder{number}", tarfile.DIRTYPE))
    assert refused_archive(archive).code == "too_many_files"
