"""Parquet: types stay where nothing was concealed, and what Python cannot hold is no crash."""

from __future__ import annotations

import datetime
import decimal
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deid.importing.formats import open_back_file
from deid.importing.roles import ImportRefused
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


FINE = pa.array([1_001, None, 1_700_000_000_123_456_789], pa.timestamp("ns"))
MICROSECONDS = FINE.cast(pa.timestamp("us"), safe=False)
WORDS = pa.array(["好", None, "亮"])
NUMBERS = pa.array([1, None, 3], pa.int64())


def listed(values: pa.Array, kind: Any = pa.list_) -> pa.Array:
    return pa.array([[value] for value in values.cast(pa.int64()).to_pylist()], kind(values.type))


def extended(type_: Any, values: list[Any]) -> pa.Array:
    return pa.ExtensionArray.from_storage(type_, pa.array(values, type_.storage_type))


def struct(*fields: pa.Array, names: str = "abc") -> pa.Array:
    return pa.StructArray.from_arrays(list(fields), list(names[: len(fields)]))


def mapped(keys: pa.Array, values: pa.Array) -> pa.Array:
    return pa.MapArray.from_arrays(pa.array(range(4), pa.int32()), keys, values)


def written_back(tmp_path: Path, column: pa.Array) -> pa.ChunkedArray:
    """Return a column as it is after it was read and written in one process, with a row of nothing behind it."""
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table({"a": pa.chunked_array([column, pa.nulls(1, column.type)])}), source)
    file = open_back_file(source)
    file.check(["a"])
    file.write(target, {"a": True}, (row.cells for row in file.rows() if row.cells))
    return pq.read_table(target)["a"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (listed(FINE), listed(MICROSECONDS)),
        (listed(FINE, pa.large_list), listed(MICROSECONDS)),
        (pa.array([[1_001, 5], None, [7, None]], pa.list_(pa.timestamp("ns"), 2)), None),
        (pa.array([[1_001], None, [7, None]], pa.list_view(pa.timestamp("ns"))), None),
        (pa.array([[1_001], None, [7, None]], pa.large_list_view(pa.timestamp("ns", "Asia/Taipei"))), None),
        (struct(FINE, WORDS.dictionary_encode()), struct(MICROSECONDS, WORDS)),
        (struct(listed(FINE.cast(pa.timestamp("ns", "Asia/Taipei")))), None),
        (mapped(NUMBERS.fill_null(2), FINE), mapped(NUMBERS.fill_null(2), MICROSECONDS)),
        (mapped(FINE.fill_null(2), NUMBERS), mapped(MICROSECONDS.fill_null(0), NUMBERS)),
        (listed(pa.array([1_001, None, 3], pa.time64("ns"))), listed(pa.array([1, None, 0], pa.time64("us")))),
        (listed(pa.array([1_001, None, 3], pa.duration("ns"))), listed(pa.array([1, None, 0], pa.duration("us")))),
        (listed(pa.array([1, None, 3], pa.timestamp("us", "Asia/Taipei"))), None),
    ],
)  # fmt: skip
def test_nested_times_are_read_in_microseconds_as_others_are(
    tmp_path: Path, column: pa.Array, expected: pa.Array | None
) -> None:
    back = written_back(tmp_path, column)
    assert back.type == column.type and len(back) == len(column) + 1
    if expected is not None:
        plain = back.cast(expected.type, safe=False) if pa.types.is_list(expected.type) else back
        assert plain.to_pylist() == [*expected.to_pylist(), None]


@pytest.mark.parametrize("zone", ["GMT+8", "utc", "Moon/Base", "+08:00", "Asia/Taipei"])
def test_times_in_a_zone_that_python_does_not_know_keep_their_instants(tmp_path: Path, zone: str) -> None:
    column = pa.array([1_777_536_000_000_000_000, None, 1_000], pa.timestamp("ns", zone))
    for kept in (column, listed(column), listed(column, pa.list_view)):
        back = written_back(tmp_path, kept)
        instants = back if kept is column else back.combine_chunks().flatten()
        assert back.type == kept.type
        assert instants.cast(pa.int64()).to_pylist()[:3] == column.cast(pa.int64()).to_pylist()


@pytest.mark.parametrize("index", [pa.int8(), pa.uint8(), pa.int16(), pa.int32()])
@pytest.mark.parametrize("nested", [False, True])
def test_dictionaries_of_several_row_groups_are_written_as_one(tmp_path: Path, index: Any, nested: bool) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    words = [[f"{letter}{number}" for number in range(99)] for letter in "xyz"]
    chunks = [pa.DictionaryArray.from_arrays(pa.array(range(99), index), some) for some in words]
    if nested:
        chunks = [pa.ListArray.from_arrays(pa.array(range(100), pa.int32()), chunk) for chunk in chunks]
    table = pa.table({"a": pa.chunked_array(chunks)})
    pq.write_table(table, source, row_group_size=99)
    file = open_back_file(source)
    file.write(target, {"a": True}, (row.cells for row in file.rows() if row.cells))
    assert pq.read_table(target)["a"].to_pylist() == table["a"].to_pylist()


ODD = [
    extended(pa.bool8(), [1, 0, None]),
    struct(extended(pa.uuid(), [b"0123456789abcdef", None, None])),
    struct(NUMBERS, NUMBERS, names="aa"),
    struct(struct(NUMBERS, NUMBERS, names="aa")),
]


@pytest.mark.parametrize("odd", ODD)
def test_a_type_that_cannot_be_written_back_is_refused_at_the_start_unless_it_is_dropped(
    tmp_path: Path, odd: pa.Array
) -> None:
    table = pa.table({"內容": ["電話0912345678", "好", "亮"], "odd": odd})
    for options in ((), ("odd=keep",), ("odd=PERSON",)):
        with pytest.raises(ImportRefused, match=r"column no\. 2 .*=drop"):
            imported(tmp_path, table, *options)
        assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]
    result, report = imported(tmp_path, table, "odd=drop")
    assert result.to_pydict() == {"內容": ["電話〔電話1〕", "好", "亮"]} and report["rows_refused"] == {}


@pytest.mark.parametrize(
    "column",
    [
        extended(pa.uuid(), [b"0123456789abcdef", None, b"0123456789abcdeg"]),
        extended(pa.json_(), ['{"a": 1}', None, "[]"]),
        extended(pa.opaque(pa.string(), "a", "b"), ["好", None]),
        extended(pa.fixed_shape_tensor(pa.int64(), (1, 2)), [[1, 2], None]),
        pa.array([1, None, 3], pa.decimal256(60, 2)),
        pa.array([decimal.Decimal("1.20"), None], pa.decimal32(5, 2)),
        pa.array([[decimal.Decimal("1.20")], None], pa.list_(pa.decimal128(5, 2))),
        pa.array([b"ab", None, b"\xff\xfe"], pa.binary(2)),
        pa.array([b"ab", None, b"\xff\xfe"], pa.binary_view()),
        pa.array(["好", None], pa.string_view()),
        pa.array([1.5, None], pa.float32()).cast(pa.float16()),
        pa.array([{"x": None}, None], pa.struct([("x", pa.list_(pa.struct([("y", pa.date32())])))])),
        pa.array([[("a", None)], None, []], pa.map_(pa.string(), pa.duration("ms"))),
        pa.nulls(2),
    ],
)
def test_other_types_come_back_as_they_were(tmp_path: Path, column: pa.Array) -> None:
    back = written_back(tmp_path, column)
    assert back.type == column.type and back.to_pylist() == [*column.to_pylist(), None]
