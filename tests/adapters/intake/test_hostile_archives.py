"""Hostile archives and folders: each is refused by its own code and leaves nothing behind."""

from __future__ import annotations

import errno
import gzip
import os
import socket
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.intake import IntakeLimits, IntakeRefused, copy_folder, unpack
from adapters.intake.draft import drafting
from tests.adapters import hostile
from tests.adapters.hostile import member


def refused(archive: Path, limits: IntakeLimits | None = None) -> IntakeRefused:
    """The refusal of an archive that lies alone in its folder; nothing may have been written anywhere."""
    before = sorted(path for path in archive.parent.rglob("*"))
    with pytest.raises(IntakeRefused) as caught:
        unpack(archive, archive.parent / "taken", limits or IntakeLimits())
    assert sorted(path for path in archive.parent.rglob("*")) == before
    assert caught.value.message.isprintable() and str(archive.parent) not in caught.value.message
    return caught.value


PATHS = [
    ("/etc/cron.d/x", "path_absolute"),
    ("//host/x", "path_absolute"),
    ("C:card.json", "path_absolute"),
    ("c:/card.json", "path_absolute"),
    ("../card.json", "path_escapes"),
    ("a/../../card.json", "path_escapes"),
    ("a/..", "path_escapes"),
    ("..\\card.json", "path_invalid"),
    ("card\n.json", "path_invalid"),
    ("card\u202e.json", "path_invalid"),
    ("a/b/card.json", "path_too_deep"),
    ("x" * 300, "path_too_long"),
    ("稅" * 90, "path_too_long"),
    ("elsewhere/card.json", "path_layout"),
    ("card.json", "path_duplicate"),
    ("./card.json", "path_duplicate"),
    ("CARD.JSON", "path_collides"),
    ("ｃard.json", "path_collides"),
    ("weights.bin", "file_pickle"),
    ("adapter_model.PT", "file_pickle"),
    ("optimizer.pkl", "file_pickle"),
    ("tokenizer.json", "file_not_allowed"),
    ("run.py", "file_not_allowed"),
    ("more.tar.gz", "file_not_allowed"),
    (".", "path_invalid"),
]


@pytest.mark.parametrize(("name", "code"), PATHS)
def test_paths_in_a_tar(adapter: Path, tmp_path: Path, name: str, code: str) -> None:
    archive = hostile.tar_with(adapter, tmp_path / "upload", (member(name), b"{}"))
    assert refused(archive).code == code


@pytest.mark.parametrize(("name", "code"), PATHS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_paths_in_a_zip(adapter: Path, tmp_path: Path, name: str, code: str) -> None:
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    with zipfile.ZipFile(archive, "a") as more:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        more.writestr(info, b"{}")
    assert refused(archive).code == code


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
    answer = refused(hostile.tar_with(adapter, tmp_path / "upload", (planted, b"")))
    assert answer.code == code and "card.json" in answer.message


def test_a_link_whose_name_came_in_an_extended_header(adapter: Path, tmp_path: Path) -> None:
    (adapter / "card.json").unlink()
    planted = member("card.json", tarfile.SYMTYPE, linkname="x" * 200)
    assert refused(hostile.tar_with(adapter, tmp_path / "upload", (planted, b""))).code in (
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
    assert refused(hostile.tar_with(adapter, tmp_path / "upload", (planted, b"{}"))).code == code


def test_a_global_header_that_renames_everything(adapter: Path, tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    with tarfile.open(archive, "w", pax_headers={"path": "card.json"}) as made:
        for path in adapter.iterdir():
            made.add(path, path.name)
    assert refused(archive).code == "archive_unsupported"


def test_endless_extended_headers(tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    info = member("card.json", pax_headers={"comment": "x"})
    pair = info.tobuf(tarfile.PAX_FORMAT)[:1024]
    archive.write_bytes(pair * 1_000)
    assert refused(archive).code == "archive_bomb"


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
    assert refused(archive).code in ("archive_damaged", "archive_unsupported")


def test_bytes_behind_the_nul_of_a_tar_name(adapter: Path, tmp_path: Path) -> None:
    block = bytearray(member("card.json").tobuf(tarfile.USTAR_FORMAT))
    block[9:14] = b"\0.bin"
    block[148:156] = b"%06o\0 " % (sum(block) - sum(block[148:156]) + 8 * 32)
    archive = tmp_path / "upload"
    archive.write_bytes(bytes(block) + bytes(1024))
    assert refused(archive).code == "path_invalid"


def test_a_second_archive_behind_the_first(adapter: Path, tmp_path: Path) -> None:
    archive = hostile.tar_of(adapter, tmp_path / "upload", "w")
    archive.write_bytes(archive.read_bytes() * 2)
    assert refused(archive).code == "archive_damaged"


def test_a_tar_entry_of_a_size_beyond_octal(adapter: Path, tmp_path: Path) -> None:
    info = member("adapter_model.safetensors", size=1 << 40)
    archive = tmp_path / "upload"
    archive.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + b"x" * 512)
    assert refused(archive).code == "file_too_large"


def test_a_gzip_bomb_stops_early(adapter: Path, tmp_path: Path) -> None:
    (adapter / "questions.jsonl").write_bytes(b" " * (60 << 20))
    answer = refused(hostile.tar_of(adapter, tmp_path / "upload"))
    assert answer.code == "archive_bomb"


def test_a_zip_bomb_is_seen_in_the_directory(adapter: Path, tmp_path: Path) -> None:
    (adapter / "questions.jsonl").write_bytes(b" " * (60 << 20))
    assert refused(hostile.zip_of(adapter, tmp_path / "upload")).code == "archive_bomb"


def test_a_zip_that_lies_about_its_sizes(adapter: Path, tmp_path: Path) -> None:
    (adapter / "questions.jsonl").write_bytes(b" " * 100_000)
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    content = archive.read_bytes()
    assert content.count(struct.pack("<L", 100_000)) == 2
    archive.write_bytes(content.replace(struct.pack("<L", 100_000), struct.pack("<L", 10)))
    assert refused(archive).code == "archive_damaged"


@pytest.mark.parametrize("make", [hostile.tar_of, hostile.zip_of])
def test_sizes(adapter: Path, tmp_path: Path, make: Callable[[Path, Path], Path]) -> None:
    archive = make(adapter, tmp_path / "upload")
    size = archive.stat().st_size
    assert refused(archive, IntakeLimits(archive_bytes=size - 1)).code == "archive_too_large"
    assert refused(archive, IntakeLimits(unpacked_bytes=100)).code in ("file_too_large", "archive_too_large")
    assert refused(archive, IntakeLimits(config_bytes=10)).code == "file_too_large"
    assert refused(archive, IntakeLimits(lines_bytes=10)).code == "file_too_large"
    assert refused(archive, IntakeLimits(files=7)).code == "too_many_files"


def test_a_zip_directory_too_large_to_load(tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    with zipfile.ZipFile(archive, "w") as made:
        for number in range(5_000):
            made.writestr(f"{number}.json", b"")
    assert refused(archive).code == "too_many_files"


def test_a_zip_directory_larger_than_the_entries_it_admits_to(tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    with zipfile.ZipFile(archive, "w") as made:
        for number in range(5_000):
            made.writestr(f"{number}.json", b"")
    content = archive.read_bytes()
    archive.write_bytes(content[:-14] + struct.pack("<2H", 1, 1) + content[-10:])
    assert refused(archive).code == "too_many_files"


def test_a_tar_with_a_thousand_folders(tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    with tarfile.open(archive, "w") as made:
        for number in range(1_000):
            made.addfile(member(f"folder{number}", tarfile.DIRTYPE))
    assert refused(archive).code == "too_many_files"


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
    assert refused(archive).code == code


def test_a_nul_in_a_zip_name(adapter: Path, tmp_path: Path) -> None:
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    archive.write_bytes(archive.read_bytes().replace(b"canaries.json", b"card.json\0bin"))
    assert refused(archive).code == "path_invalid"


def test_a_zip_entry_without_a_name(tmp_path: Path) -> None:
    archive = tmp_path / "upload"
    with zipfile.ZipFile(archive, "w") as made:
        info = zipfile.ZipInfo("placeholder")
        info.filename = ""
        made.writestr(info, b"{}")
    assert refused(archive).code == "path_invalid"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_in_a_zip(adapter: Path, tmp_path: Path, method: int) -> None:
    archive = tmp_path / "upload"
    with zipfile.ZipFile(archive, "w", method) as made:
        made.write(adapter / "card.json", "card.json")
    assert refused(archive).code == "archive_unsupported"


def test_an_encrypted_zip(adapter: Path, tmp_path: Path) -> None:
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    content = bytearray(archive.read_bytes())
    start = content.index(b"PK\1\2")
    content[start + 8] |= 1
    archive.write_bytes(content)
    assert refused(archive).code == "archive_unsupported"


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
    assert refused(archive).code == "archive_damaged"


def test_a_zip64_directory(adapter: Path, tmp_path: Path) -> None:
    archive = hostile.zip_of(adapter, tmp_path / "upload")
    content = archive.read_bytes()
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    archive.write_bytes(content[:-22] + locator + content[-22:])
    assert refused(archive).code == "archive_unsupported"


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\x80\x04\x95" + b"\0" * 600, b"\xfd7zXZ\0" * 100, b"BZh9" * 200]
)
def test_other_files_are_no_archive(tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "upload"
    archive.write_bytes(content)
    assert refused(archive).code == "archive_unsupported"


@pytest.mark.parametrize("inner", [b"", b"not a tar" * 100, gzip.compress(b"x" * 1000)])
def test_gzip_around_something_else(tmp_path: Path, inner: bytes) -> None:
    archive = tmp_path / "upload"
    archive.write_bytes(gzip.compress(inner))
    assert refused(archive).code == "archive_damaged"


@pytest.mark.parametrize("cut", [15, 400, -1])
def test_cut_and_flipped_gzip(adapter: Path, tmp_path: Path, cut: int) -> None:
    archive = hostile.tar_of(adapter, tmp_path / "upload")
    content = bytearray(archive.read_bytes())
    if cut > 0:
        del content[cut:]
    else:
        content[len(content) // 2] ^= 0xFF
    archive.write_bytes(content)
    assert refused(archive).code in ("archive_damaged", "path_invalid", "file_not_allowed", "file_too_large")


@pytest.mark.parametrize("name", [hostile.WEIGHTS, hostile.CONFIG])
def test_an_archive_without_the_content(adapter: Path, tmp_path: Path, name: str) -> None:
    (adapter / name).unlink()
    answer = refused(hostile.tar_of(adapter, tmp_path / "upload"))
    assert answer.code == "file_missing" and name in answer.message


def test_a_symbolic_link_as_the_archive(adapter: Path, tmp_path: Path) -> None:
    hostile.tar_of(adapter, tmp_path / "real")
    (tmp_path / "upload").symlink_to(tmp_path / "real")
    assert refused(tmp_path / "upload").code == "file_linked"


def test_a_full_disk_is_told_apart_from_a_bad_adapter(
    adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = hostile.tar_of(adapter, tmp_path / "upload")
    fired = []

    def full(self: Path, mode: int = 0o777, **options: object) -> None:
        fired.append(self)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    answer = refused(archive)
    assert answer.code == "intake_unavailable" and "No space left" in answer.message and fired


def refused_folder(folder: Path, **limits: int) -> str:
    with pytest.raises(IntakeRefused) as caught:
        copy_folder(folder, folder.parent / "taken", IntakeLimits(**limits))
    assert not (folder.parent / "taken").exists() and caught.value.message.isprintable()
    return caught.value.code


def plant_symlink(folder: Path) -> None:
    (folder / "card.json").unlink()
    (folder / "card.json").symlink_to("/etc/passwd")


def plant_hard_link(folder: Path) -> None:
    (folder / "card.json").unlink()
    os.link(folder / "report.json", folder / "card.json")


def plant_fifo(folder: Path) -> None:
    (folder / "card.json").unlink()
    os.mkfifo(folder / "card.json")


def plant_socket(folder: Path) -> None:
    (folder / "card.json").unlink()
    here = os.getcwd()
    os.chdir(folder)  # the path of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("card.json")
    finally:
        os.chdir(here)


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        (plant_symlink, "file_linked"),
        (plant_hard_link, "file_linked"),
        (plant_fifo, "file_special"),
        (plant_socket, "file_special"),
        (lambda folder: (folder / "nested").mkdir(), "file_not_allowed"),
        (lambda folder: (folder / "adapter_model.bin").write_bytes(b"\x80\x04"), "file_pickle"),
        (lambda folder: (folder / "run.sh").write_bytes(b""), "file_not_allowed"),
        (lambda folder: (folder / "a\nb").write_bytes(b""), "path_invalid"),
        (lambda folder: open(os.fsencode(folder) + b"/\xff", "wb").close(), "path_invalid"),
        (lambda folder: (folder / "CARD.json").write_bytes(b"{}"), "file_not_allowed"),
        (lambda folder: (folder / "ｃard.json").write_bytes(b"{}"), "path_collides"),
        (lambda folder: (folder / "adapter_model.safetensors").unlink(), "file_missing"),
    ],
)
def test_hostile_folders(adapter: Path, plant: Callable[[Path], object], code: str) -> None:
    plant(adapter)
    assert refused_folder(adapter) == code


@pytest.mark.parametrize("chunks", [[b"12345", b"6"], [b"12"], []])
def test_a_file_that_changes_its_size_while_it_is_copied(tmp_path: Path, chunks: list[bytes]) -> None:
    with pytest.raises(IntakeRefused) as caught, drafting(tmp_path / "taken", IntakeLimits()) as draft:
        draft.add_file("card.json", 5, chunks)
    assert caught.value.code == "archive_damaged" and not (tmp_path / "taken").exists()


def test_a_file_that_never_ends_is_not_written_to_the_end(tmp_path: Path) -> None:
    asked = []

    def endless() -> Iterator[bytes]:
        while len(asked) < 1_000:
            asked.append(1)
            yield b"12345"

    with pytest.raises(IntakeRefused), drafting(tmp_path / "taken", IntakeLimits()) as draft:
        draft.add_file("card.json", 5, endless())
    assert len(asked) == 2


def test_all_files_together_have_a_limit(tmp_path: Path) -> None:
    few = IntakeLimits(unpacked_bytes=9)
    with pytest.raises(IntakeRefused) as caught, drafting(tmp_path / "taken", few) as draft:
        draft.add_file("card.json", 5, [b"12345"])
        draft.add_file("report.json", 5, [b"12345"])
    assert caught.value.code == "file_too_large"


def test_folders_have_limits_as_archives_do(adapter: Path) -> None:
    assert refused_folder(adapter, files=3) == "too_many_files"
    assert refused_folder(adapter, unpacked_bytes=100) == "file_too_large"
