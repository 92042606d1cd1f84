"""Opens a back-file by its name's ending."""

from __future__ import annotations

from pathlib import Path

from deid.importing.back_file import BackFile, refusing_unreadable
from deid.importing.parquet import ParquetFile
from deid.importing.roles import ImportRefused
from deid.importing.text_files import CsvFile, JsonLinesFile
from deid.importing.workbook import XlsxFile


def open_back_file(path: Path, encoding: str | None = None, sheet: str | None = None) -> BackFile:
    """Open a file by its name's ending: csv, tsv, txt, jsonl, ndjson, xlsx or parquet.

    Raises ImportRefused when the ending is none of these, when an option does not go with it, or when the file cannot
    be read.
    """
    ending = path.suffix.lower()
    if encoding and ending in {".xlsx", ".parquet"}:
        raise ImportRefused("--encoding goes with files of text only")
    if sheet and ending != ".xlsx":
        raise ImportRefused("--sheet goes with workbooks only")
    with refusing_unreadable():
        if ending in {".csv", ".tsv", ".txt"}:
            return CsvFile(path, encoding)
        if ending in {".jsonl", ".ndjson"}:
            return JsonLinesFile(path, encoding)
        if ending == ".xlsx":
            return XlsxFile(path, sheet)
        if ending == ".parquet":
            return ParquetFile(path)
    raise ImportRefused("the file's name must end in csv, tsv, txt, jsonl, ndjson, xlsx or parquet")
