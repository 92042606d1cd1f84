"""Which encoding a government file is in: UTF-8 with or without BOM, UTF-16 with BOM, or Big5 as Windows writes it."""

from __future__ import annotations

import codecs
from pathlib import Path

_SAMPLE = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def detect_encoding(path: Path) -> str:
    """Return the Python name of the encoding, judged by the file's first mebibyte.

    A row that does not fit the encoding is refused later; it never stops the others.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample, final=len(sample) < _SAMPLE)
    except UnicodeDecodeError:
        return "cp950"
    return "utf-8"
