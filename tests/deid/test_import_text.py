"""How CSV and JSON lines are read and written: encodings, broken quotes, long lines, numbers of rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deid.importing import text_files
from deid.importing.encodings import detect_encoding
from deid.importing.formats import open_back_file
from deid.importing.roles import ImportRefused

SENTENCE = "路燈不亮，請派人來修，謝謝"


def file(tmp_path: Path, content: str | bytes, name: str = "in.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path, encoding: str | None = None) -> list[tuple[int, object]]:
    """Return the number of each row with its cells, or with why it has none."""
    return [
        (row.number, row.problem if row.cells is None else list(row.cells.values()))
        for row in open_back_file(path, encoding).rows()
    ]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('案號,內容\n1,"他說"你好"，電話\n王小明,請回"\n2,路燈\n', [(2, "malformed"), (4, ["2", "路燈"])]),
        ('案號,內容\n1,"他說"你好，電話\n王小明,請回"\n2,路燈\n', [(2, "malformed"), (4, ["2", "路燈"])]),
        ('案號,內容\n1,"他說"你好\n王小明,再\n見"，請回"\n2,路燈\n', [(2, "malformed"), (5, ["2", "路燈"])]),
        ('案號,內容\n1,"他說"你好"，電話\n王小明,請回\n"\n2,路燈\n', [(2, "malformed"), (5, ["2", "路燈"])]),
        ('案號,內容\n1,"好"壞\n2,路燈\n3,"水,""管"""\n', [(2, "malformed"), (3, ["2", "路燈"]), (4, ["3", '水,"管"'])]),
        ('案號,內容\n1,"好"壞\n2,"兩\n行"\n', [(2, "malformed"), (3, ["2", "兩\n行"])]),
        ('案號,內容\n1,"5"水管"\n2,路燈\n3,"5"水管"\n', [(2, "malformed"), (3, ["2", "路燈"]), (4, "malformed")]),
        ('案號,內容\n1,"他說"\n王小明,請"回"\n2,路燈\n', [(2, ["1", "他說"]), (3, "malformed"), (4, ["2", "路燈"])]),
        ('案號,內容\n1,"a"\n王小明,"請"回\n王小明,水\n燈"\n', [(2, ["1", "a"]), (3, "malformed")]),
        ('案號,內容\n1,5"水管\n2,"路燈"\n', [(2, ["1", '5"水管']), (3, ["2", "路燈"])]),
        ('案號,內容\n1,"好"壞\n2,路燈\n', [(2, "malformed"), (3, ["2", "路燈"])]),
        ('案號,內容\n1,"沒有結束\n王小明,電話\n', [(2, "malformed")]),
        ('案號,內容\n1,"兩\n行"\n\n2,路燈\n\n', [(2, ["1", "兩\n行"]), (5, ["2", "路燈"])]),
        ('案號,內容\r\n1,"兩\r\n行"\r\n2,路燈\r\n', [(2, ["1", "兩\r\n行"]), (4, ["2", "路燈"])]),
        ("案號,內容\n1,二,三\n2,路燈", [(2, "malformed"), (3, ["2", "路燈"])]),
    ],
)  # fmt: skip
def test_what_follows_broken_quotes_is_no_row_of_its_own(
    tmp_path: Path, content: str, rows: list[tuple[int, object]]
) -> None:
    assert read(file(tmp_path, content)) == rows


def test_a_cell_or_a_line_that_is_too_long_is_one_refused_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_files, "_LONGEST_CELL", 50)
    monkeypatch.setattr(text_files, "_LONGEST_LINE", 200)
    cell = file(tmp_path, f'案號,內容\n1,"{"長" * 60}\n王小明,電話"\n2,路燈\n')
    assert read(cell) == [(2, "malformed"), (4, ["2", "路燈"])]
    line = file(tmp_path, f'案號,內容\n1,"{"長,." * 200}"\n2,路燈\n3,"{"長" * 500}\n王小明,電話"\n4,路燈\n')
    assert read(line) == [(2, "malformed"), (3, ["2", "路燈"]), (4, "malformed"), (6, ["4", "路燈"])]
    lines = file(tmp_path, f'{{"a": 1}}\n{"長" * 200}{{"a": "王小明"}}\n{{"a": 2}}\n', "in.jsonl")
    assert read(lines) == [(1, [1]), (2, "malformed"), (3, [2])]


def test_little_is_held_while_the_end_of_a_broken_cell_is_looked_for(tmp_path: Path) -> None:
    lines = f"王小明,{'長' * 300_000}\n" * 20
    path = file(tmp_path, f'案號,內容\n1,"他說"你好\n{lines}2,路燈\n')
    rows = open_back_file(path).rows()
    first = next(rows)
    assert (first.number, first.problem) == (2, "malformed") and first.position < 5 * 1_000_000
    assert sum(row.cells is not None for row in rows) == 21


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    lines = file(tmp_path, '\n{"a": 1}\n\n[1]\n{"a": 2}\n', "in.jsonl")
    assert read(lines) == [(2, [1]), (4, "malformed"), (5, [2])]


@pytest.mark.parametrize(
    ("number", "encoding"), [(1, "utf-8"), (3, "utf-8"), (2, "cp950"), (40, "cp950"), (40, "utf-8")]
)
def test_one_wrong_byte_does_not_change_what_a_file_is_taken_for(
    tmp_path: Path, number: int, encoding: str
) -> None:
    lines = "".join(f"{line},{SENTENCE}\n" for line in range(number)).encode(encoding)
    content = "案號,內容\n".encode(encoding) + lines + b"x,\xff" + "好\n".encode(encoding)
    assert detect_encoding(file(tmp_path, content)) == encoding


def test_an_encoding_is_found_out_behind_a_mebibyte_of_ascii(tmp_path: Path) -> None:
    content = b"a,b\n" + b"1,plain\n" * 200_000 + f"1,{SENTENCE}\n".encode("cp950")
    assert detect_encoding(file(tmp_path, content)) == "cp950"


def test_a_file_that_is_neither_is_asked_about(tmp_path: Path) -> None:
    mixed = "".join(f"{SENTENCE}\n" for _ in range(9))
    for content in (bytes(range(128, 256)) + b"\n", mixed.encode() + (mixed * 2).encode("cp950")):
        with pytest.raises(ImportRefused, match="--encoding"):
            open_back_file(file(tmp_path, content))


@pytest.mark.parametrize(
    "encoding",
    ["latin-1", "cp1252", "iso8859-15", "no-such", "hex", "rot13", "unicode_escape", "utf-7", "utf-16", "cp950"],
)  # fmt: skip
def test_an_encoding_that_the_file_cannot_be_in_is_refused(tmp_path: Path, encoding: str) -> None:
    path = file(tmp_path, f"\ufeff案號,內容\n1,{SENTENCE}\n")
    with pytest.raises(ImportRefused, match="encoding"):
        open_back_file(path, encoding)


@pytest.mark.parametrize(
    ("written", "named"),
    [("utf-8", "gb18030"), ("utf-8", "cp950"), ("utf-8", "utf-16-le"), ("cp950", "utf-8"), ("cp950", "utf-8-sig")],
)
def test_an_encoding_that_the_content_is_not_in_is_refused(tmp_path: Path, written: str, named: str) -> None:
    path = file(tmp_path, f"案號,內容\n1,我叫王小明，{SENTENCE}\n".encode(written))
    with pytest.raises(ImportRefused, match="--encoding"):
        open_back_file(path, named)


@pytest.mark.parametrize("encoding", ["gb18030", "cp950", "big5hkscs", "utf-16-le", "utf-8"])
def test_an_encoding_that_is_named_rightly_is_used(tmp_path: Path, encoding: str) -> None:
    for text in (SENTENCE, "plain", "一"):
        assert read(file(tmp_path, f"id,a\n1,{text}\n".encode(encoding)), encoding) == [(2, ["1", text])]


@pytest.mark.parametrize("name", ["in.csv", "in.jsonl"])
@pytest.mark.parametrize("encoding", [None, "utf-8", "UTF8", "utf-8-sig"])
def test_a_byte_order_mark_stays_whatever_the_encoding_is_called(
    tmp_path: Path, name: str, encoding: str | None
) -> None:
    content = '\ufeff{"a": "好"}\n' if name.endswith("l") else "\ufeffa\n好\n"
    opened = open_back_file(file(tmp_path, content, name), encoding)
    assert opened.columns == ["a"] and opened.read_as["encoding"] == "utf-8-sig"
    opened.write(tmp_path / "out", {"a": False}, iter([{"a": "好"}]))
    assert (tmp_path / "out").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("content", [b"\xa1,b\n", '案號,"內"容\n'.encode(), "案號,\ufffd\n1,2\n".encode()])
def test_a_header_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ImportRefused):
        open_back_file(file(tmp_path, content), "utf-8")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"a": "\\ud83d"}', "undecodable"),
        ('{"a": {"\\uDC00": 1}}', "undecodable"),
        ('{"a": "\\ud83d\\ude00"}', ""),
        ('{"a": 1e400}', "malformed"),
        ('{"a": NaN}', "malformed"),
        ('{"a": [-Infinity]}', "malformed"),
    ],
)
def test_json_that_could_not_be_written_again_is_refused(tmp_path: Path, line: str, problem: str) -> None:
    path = file(tmp_path, f'{{"a": 1}}\n{line}\n', "in.jsonl")
    assert [row.problem for row in open_back_file(path).rows()] == ["", problem]


def test_keys_that_the_first_line_lacks_are_cells_like_others(tmp_path: Path) -> None:
    path = file(tmp_path, '{"a": 1}\n{"b": 2, "a": 3}\n', "in.jsonl")
    assert [row.cells for row in open_back_file(path).rows()] == [{"a": 1}, {"b": 2, "a": 3}]


def test_json_lines_write_what_the_encoding_lacks_as_escapes(tmp_path: Path) -> None:
    opened = open_back_file(file(tmp_path, '{"內容": "好"}\n'.encode("cp950"), "in.jsonl"), "cp950")
    rows = [{"內容": "笑😀"}, {"內容": "哭"}]
    opened.write(tmp_path / "out", {"內容": False}, iter(rows))
    lines = (tmp_path / "out").read_text(encoding="cp950").splitlines()
    assert [json.loads(line) for line in lines] == rows and "哭" in lines[1]
