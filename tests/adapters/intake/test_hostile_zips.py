"""Hostile zip archives: each is refused by its own code and leaves nothing behind."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters import hostile
from tests.adapters.hostile import PATHS, refused_archive


@pytest.mark.parametrize(("name", "code"), PATHS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_paths_in_a_zip(adapter: Path, tmp_path: Path, name: str, code: str) -> None:
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    with zipfile.ZipFile(archive, "a") as more:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        more.writestr(info, b"{}")
    assert refused_archive(archive).code == code


def test_a_zip_bomb_is_seen_in_the_directory(adapter: Path, tmp_path: Path) -> None:
    (adapter / "questions.jsonl").write_bytes(b" " * (60 << 20))
    assert refused_archive(hostile.zip_of(adapter, tmp_path / "upload")).code == "archive_bomb"


def test_a_zip_that_lies_about_its_sizes(adapter: Path, tmp_path: Path) -> None:
    (adapter / "questions.jsonl").write_bytes(b" " * 100_000)
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    content = archive.read_bytes()
    assert content.count(struct.pack("<L", 100_000)) == 2
    archive.write_bytes(content.replace(struct.pack("<L", 100_000), struct.pack("<L", 10)))
    assert refused_archive(archive).code == "archive_damaged"


def test_a_zip_directory_too_large_to_load(tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    with zipfile.ZipFile(archive, "w") as made:
        for number in range(5_000):
            made.writestr(f"{number}.json", b"")
    assert refused_archive(archive).code == "too_many_files"


def test_a_zip_directory_larger_than_the_entries_it_admits_to(tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    with zipfile.ZipFile(archive, "w") as made:
        for number in range(5_000):
            made.writestr(f"{number}.json", b"")
    content = archive.read_bytes()
    archive.write_bytes(content[:-14] + struct.pack("<2H", 1, 1) + content[-10:])
    assert refused_archive(archive).code == "too_many_files"


@pytest.mark.parametrize(
    ("mode", "code"), [(0o120777, "file_linked"), (0o010644, "file_special"), (0o060644, "file_special")]
)
def test_links_and_devices_in_a_zip(adapter: Path, tmp_path: Path, mode: int, code: str) -> None:
    (adapter / "card.json").unlink()
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    with zipfile.ZipFile(archive, "a") as more:
        info = zipfile.ZipInfo("card.json")
        info.external_attr = mode << 16
        more.writestr(info, b"/etc/passwd")
    assert refused_archive(archive).code == code


def test_a_nul_in_a_zip_name(adapter: Path, tmp_path: Path) -> None:
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    archive.write_bytes(archive.read_bytes().replace(b"canaries.json", b"card.json\0bin"))
    assert refused_archive(archive).code == "path_invalid"


def test_a_zip_entry_without_a_name(tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    with zipfile.ZipFile(archive, "w") as made:
        info = zipfile.ZipInfo("placeholder")
        info.filename = ""
        made.writestr(info, b"{}")
    assert refused_archive(archive).code == "path_invalid"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_in_a_zip(adapter: Path, tmp_path: Path, method: int) -> None:
    archive = tmp_path / "upload"
    with zipfile.ZipFile(archive, "w", method) as made:
        made.write(adapter / "card.json", "card.json")
    assert refused_archive(archive).code == "archive_unsupported"


def test_an_encrypted_zip(adapter: Path, tmp_path: Path) -> None:
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    content = bytearray(archive.read_bytes())
    start = content.index(b"PK\1\2")
    content[start + 8] |= 1
    archive.write_bytes(content)
    assert refused_archive(archive).code == "archive_unsupported"


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[:-1],
        lambda content: content[:100],
        lambda content: content + b"trailing",
        lambda content: content[:60] + b"\0" * 60 + content[120:],
        lambda content: content[:-6] + b"\xff" * 4 + content[-2:],
        lambda content: b"PK" + b"\0" * 200,
        lambda content: b"PK",
    ],
)
def test_damaged_zips(adapter: Path, tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    archive.write_bytes(change(archive.read_bytes()))
    assert refused_archive(archive).code == "archive_damaged"


def test_a_zip64_directory(adapter: Path, tmp_path: Path) -> None:
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    content = archive.read_bytes()
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    archive.write_bytes(content[:-22] + locator + content[-22:])
    assert refused_archive(archive).code == "archive_unsupported"
