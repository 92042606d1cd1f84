"""Which encoding a government file is in: UTF-8 with or without BOM, UTF-16 with BOM, or Big5 as Windows writes it."""

from __future__ import annotations

import codecs
from pathlib import Path

from deid.importing.roles import ImportRefused

_SAMPLE = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ASCII = bytes(range(128))
_SURELY_UTF8 = 0.75
_MOST_REFUSED = 0.25
_NEEDED = "臺〔〕"


def detect_encoding(path: Path) -> str:
    """Return the Python name of the encoding, judged by the first mebibyte that is not all ASCII.

    A row that does not fit the encoding is refused later; it never stops the others. Raises ImportRefused when too
    many lines fit neither UTF-8 nor Big5.
    """
    sample = _telling_sample(path)
    if bom := _bom(sample):
        return bom
    if _share_of_utf8(sample) >= _SURELY_UTF8:
        return "utf-8"
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    refused, encoding = min((sum(not _fits(line, name) for line in lines), name) for name in ("utf-8", "cp950"))
    if refused > len(lines) * _MOST_REFUSED:
        raise ImportRefused("too many lines are neither UTF-8 nor Big5: say with --encoding what they are in")
    return encoding


def given_encoding(path: Path, name: str) -> str:
    """Return the Python name of an encoding that the caller names; a file's own BOM stays.

    Raises ImportRefused when the file cannot be in it. An encoding without Chinese characters decodes anything, and
    many decode UTF-8 to other characters, so that what is written would be as it was read and nothing concealed.
    """
    try:
        encoding = codecs.lookup(name).name
        needed = _NEEDED.encode(encoding)
    except LookupError:
        raise ImportRefused("--encoding names no encoding of text") from None
    except UnicodeError:
        needed = b""
    if needed.isascii():
        raise ImportRefused("--encoding names one that cannot hold Chinese text and 〔〕")
    with path.open("rb") as file:
        bom = _bom(file.read(4))
    if bom and not encoding.startswith(bom.removesuffix("-sig")):
        raise ImportRefused(f"the file begins with the mark of {bom}: --encoding names another")
    _check_content(_telling_sample(path), bom or encoding)
    return bom or encoding


def _check_content(sample: bytes, encoding: str) -> None:
    # A few characters in another encoding may happen to be valid UTF-8, but hardly of three bytes, as Chinese is.
    holds_chinese = max(sample.decode("utf-8", "ignore"), default="") > "\u07ff"
    if holds_chinese and _share_of_utf8(sample) >= _SURELY_UTF8 and encoding not in ("utf-8", "utf-8-sig"):
        raise ImportRefused("the file is in UTF-8: --encoding names another")
    lines = sample.decode(encoding, "replace").splitlines()
    if sum("\ufffd" in line for line in lines) > len(lines) * _MOST_REFUSED:
        raise ImportRefused("too many lines are not in the encoding that --encoding names")


def _telling_sample(path: Path) -> bytes:
    """Return whole lines: a mebibyte with other characters than ASCII, or the last one."""
    sample = b""
    with path.open("rb") as file:
        while block := file.read(_SAMPLE):
            sample = block + file.readline(_SAMPLE)
            if not sample.isascii():
                break
    return sample


def _bom(beginning: bytes) -> str:
    return next((encoding for bom, encoding in _BOMS if beginning.startswith(bom)), "")


def _share_of_utf8(sample: bytes) -> float:
    """Return which part of the bytes beyond ASCII stands in valid UTF-8 characters; a quarter in Big5 text."""
    read = sample.decode("utf-8", "ignore").encode()
    return (len(read.translate(None, _ASCII)) or 1) / (len(sample.translate(None, _ASCII)) or 1)


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
