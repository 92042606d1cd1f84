"""Hostile folders: each is refused by its own code and leaves nothing behind."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.intake import IntakeLimits, IntakeRefused, copy_folder
from adapters.intake.draft import drafting


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
