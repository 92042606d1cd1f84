"""What becomes of a row: which cells change, in which order, and why one is refused."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from deid.importing.back_file import Row
from deid.importing.roles import ImportRefused, Roles
from deid.importing.rows import RowConcealer, Tally

ROLES = Roles({"內容": "text", "姓名": "PERSON", "案號": "keep", "備註": "text"})


@pytest.fixture(scope="module")
def concealer() -> RowConcealer:
    return RowConcealer("default", ROLES, "cp950")


def concealed(concealer: RowConcealer, cells: Mapping[str, Any]) -> tuple[dict[str, Any] | None, Tally]:
    (changed,), tally = concealer.conceal([Row(1, 1, dict(cells))])
    return changed, tally


def test_a_name_in_its_own_column_is_known_in_the_text_before_it(concealer: RowConcealer) -> None:
    changed, _ = concealed(concealer, {"內容": "春天花來過", "姓名": " 春天花 ", "備註": "春天花"})
    assert changed == {"姓名": "〔姓名1〕", "內容": "〔姓名1〕來過", "備註": "〔姓名1〕"}


@pytest.mark.parametrize(
    "value",
    ["", " ", "\u3000", None, 3, 1.5, float("nan"), True, datetime.date(2026, 4, 30), Decimal("1.20"), [1, "好"],
     {"a": datetime.datetime(2026, 4, 30)}, b"ok", datetime.timedelta(1)],
)  # fmt: skip
def test_a_cell_in_which_nothing_is_concealed_is_not_touched(concealer: RowConcealer, value: object) -> None:
    changed, tally = concealed(concealer, {"備註": value, "姓名": "  "})
    assert changed == {} and tally.changed == set() and tally.samples == []


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"備註": b"\xff"}, "undecodable"),
        ({"備註": [{"a": b"\xff"}]}, "undecodable"),
        ({"備註": '{"a": "電話0912345678\\ud83d\\ude00"}'}, "unwritable"),
        ({"備註": '{"a": "電話0912345678\\ud83d"}'}, "unwritable"),
        ({"備註": json.loads("[" * 600 + "]" * 600)}, "concealment_failed"),
        ({"王小明0912345678": "好"}, "personal_data_in_key"),
        ({"王小明0912345678": None}, "personal_data_in_key"),
    ],
)
def test_a_row_that_cannot_be_protected_or_written_is_refused(
    concealer: RowConcealer, cells: Mapping[str, Any], reason: str
) -> None:
    changed, tally = concealed(concealer, cells)
    assert changed is None and tally.refused == [(1, reason)]


def test_a_key_without_a_role_is_text(concealer: RowConcealer) -> None:
    changed, tally = concealed(concealer, {"新鍵": "電話0912345678"})
    assert changed == {"新鍵": "電話〔電話1〕"} and tally.changed == {"新鍵"}


@pytest.mark.parametrize("before", range(90, 125, 5))
def test_a_sample_shows_concealed_cells_only_and_no_piece_of_a_placeholder(
    concealer: RowConcealer, before: int
) -> None:
    text = f"{'路燈不亮，' * 30}"[:before] + f"電話0912345678，身分證A123456789，{'請修。' * 20}"
    _, tally = concealed(concealer, {"內容": text, "備註": "不動" * 200})
    (sample,) = tally.samples
    assert sample.startswith("路") and len(sample) <= 120 and sample.count("〔") == sample.count("〕")


def test_a_header_that_holds_personal_data_is_refused_by_its_place(concealer: RowConcealer) -> None:
    for columns in (["1", "王小明", "2"], ["1", "0912345678"], ["1", "電話0912345678請回"]):
        with pytest.raises(ImportRefused, match=r"no\. 2") as refused:
            concealer.check_names(columns)
        assert not any(name in str(refused.value) for name in ("王小明", "0912345678"))
    concealer.check_names(["案號", "姓名", "電話", "Unnamed: 0", "承辦人員", "臺北市", "Email", "身分證字號", "日期"])
