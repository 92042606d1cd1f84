"""Parquet: types stay where nothing was concealed, and what Python cannot hold is no crash."""

from __future__ import annotations

import datetime
import decimal
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from deid.importing.formats import open_back_file
from deid.importing.run import ImportJob, run_import

DAY = datetime.datetime(2026, 4, 30, 9, 30)
TYPED: list[tuple[str, Any, Any]] = [
    ("dictionary", pa.dictionary(pa.int32(), pa.string()), "好"),
    ("list", pa.list_(pa.string()), ["好"]),
    ("struct", pa.struct([("x", pa.int8()), ("t", pa.timestamp("ms"))]), {"x": 1, "t": DAY}),
    ("map", pa.map_(pa.string(), pa.int32()), [("k", 1)]),
    ("decimal", pa.decimal128(5, 2), decimal.Decimal("1.20")),
    ("binary", pa.binary(), b"ok"),
    ("large", pa.large_string(), "好"),
    ("nanoseconds", pa.timestamp("ns"), DAY),
    ("zoned", pa.timestamp("us", "Asia/Taipei"), DAY.replace(tzinfo=datetime.UTC)),
    ("duration", pa.duration("s"), datetime.timedelta(1)),
    ("float", pa.float32(), float("inf")),
    ("unsigned", pa.uint64(), 7),
    ("bool", pa.bool_(), True),
]


def imported(tmp_path: Path, table: pa.Table, *columns: str) -> tuple[pa.Table, dict[str, Any]]:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(table, source)
    report = run_import(ImportJob(source, target, columns=columns))
    return pq.read_table(target), report


def test_columns_in_which_nothing_was_concealed_keep_their_type_and_values(tmp_path: Path) -> None:
    schema = pa.schema([(name, type_) for name, type_, _ in TYPED])
    rows = [{name: value for name, _, value in TYPED}, {name: None for name, _, _ in TYPED}]
    table = pa.Table.from_pylist(rows, schema=schema).append_column(
        "內容", pa.array([b"\xe9\x9b\xbb\xe8\xa9\xb10912345678", None])
    )
    result, report = imported(tmp_path, table)
    assert result.schema.types == [*table.schema.types[:-1], pa.string()]
    assert result.drop(["內容"]).to_pylist() == table.drop(["內容"]).to_pylist()
    assert result["內容"].to_pylist() == ["電話〔電話1〕", None] and report["rows_refused"] == {}


def test_concealed_nested_values_are_json(tmp_path: Path) -> None:
    table = pa.table({"內容": [[{"電話": "0912345678", "日": DAY}], [{"電話": None, "日": DAY}], None]})
    result, _ = imported(tmp_path, table)
    values = [value and json.loads(value) for value in result["內容"].to_pylist()]
    day = DAY.isoformat()
    assert values == [[{"日": day, "電話": "〔電話1〕"}], [{"日": day, "電話": None}], None]


def test_times_finer_or_farther_than_python_knows_and_other_bytes_than_text_stop_no_import(tmp_path: Path) -> None:
    table = pa.table(
        {
            "內容": ["電話0912345678", "好", "好", "好"],
            "fine": pa.array([1001, 1, None, 5], pa.timestamp("ns")),
            "time": pa.array([1001, 1, None, 5], pa.time64("ns")),
            "far": pa.array([1_700_000_000_000, 10**17, None, None], pa.timestamp("ms")),
            "bytes": pa.array([b"ok", b"ok", b"\xff", b"ok"]),
            "kept": pa.array([b"\xff", b"ok", b"ok", b"\xfe"]),
        }
    )
    result, report = imported(tmp_path, table, "kept=keep")
    assert report["refused"] == [[2, "undecodable"], [3, "undecodable"]]
    assert result.schema.types == table.schema.types
    assert result["kept"].to_pylist() == [b"\xff", b"\xfe"] and result["內容"].to_pylist() == ["電話〔電話1〕", "好"]
    assert result["fine"].cast(pa.int64()).to_pylist() == [1000, 0]


def test_text_that_is_not_utf_8_refuses_its_row(tmp_path: Path) -> None:
    data = [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0\3\0\0\0"), pa.py_buffer(b"\xff\xfea")]
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"a": pa.Array.from_buffers(pa.string(), 2, data)}), path)
    assert [row.problem for row in open_back_file(path).rows()] == ["undecodable", ""]
