"""Reading what ministries have: tables in the encodings of their machines, regulations as they are printed."""

from __future__ import annotations

import datetime
import json
import re
import traceback
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.training.errors import TrainingRefused
from adapters.training.regulations import chinese, number, parse, read_regulation
from adapters.training.sources import read_sources

TABLE = "編號,問題,答案,重點\n1,學貸怎麼辦,請洽銀行。,銀行；對保\n2,入學要帶什麼,請帶通知單。,\n"
LAW = """法規名稱：學生權益保護辦法
修正日期：民國 115 年 01 月 02 日
   第 一 章 總則
第 1 條
本辦法依教育基本法第三條規定訂定之。
第 2 條
學校應設申訴委員會。
第三條所定事項，由學校公告。
第 3-1 條
（刪除）
第四條之一　學生得於十日內申訴。
"""


def _workbook(path: Path, cell: str) -> Path:
    """A workbook whose first answer is stored as this piece of XML."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["問題", "答案"], ["學貸怎麼辦", datetime.datetime(2026, 5, 3)]):
        book.active.append(row)
    draft = path.with_name("draft.xlsx")
    book.save(draft)
    with zipfile.ZipFile(draft) as read, zipfile.ZipFile(path, "w") as written:
        for name in read.namelist():
            content = read.read(name).decode()
            if name.endswith("sheet1.xml"):
                content, count = re.subn(r'(<c r="B2"[^>]*>).*?</c>', rf"\g<1>{cell}</c>", content)
                assert count == 1
            written.writestr(name, content)
    return path


def test_a_broken_cell_is_refused_without_its_text(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "faq.xlsx", "<v>我是陳怡君</v>")
    with pytest.raises(TrainingRefused) as caught:
        read_sources([path], None, 100)
    told = "".join(traceback.format_exception(caught.value))
    assert caught.value.code == "data_unreadable" and "陳怡君" not in told


def test_a_number_in_a_column_of_dates_is_told_to_nobody(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    read_sources([_workbook(tmp_path / "faq.xlsx", "<v>912345678</v>")], None, 100)
    assert not any("912345678" in str(warning.message) for warning in recwarn)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
def test_table_is_read_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "faq.csv"
    path.write_bytes(TABLE.encode(encoding))
    rows = read_sources([path], None, 100)
    assert [(row.row, row.dialogue.question, row.dialogue.answer) for row in rows] == [
        (2, "學貸怎麼辦", "請洽銀行。"),
        (3, "入學要帶什麼", "請帶通知單。"),
    ]
    assert rows[0].dialogue.key_facts == ("銀行", "對保") and rows[1].dialogue.key_facts == ()


@pytest.mark.parametrize("header", ["question,answer", "Q,A", "提問,回覆", "題目,回答"])
def test_columns_are_known_by_their_usual_names(tmp_path: Path, header: str) -> None:
    path = tmp_path / "faq.csv"
    path.write_text(f"{header}\n學貸怎麼辦,請洽銀行。\n", encoding="utf-8")
    assert read_sources([path], None, 100)[0].dialogue.answer == "請洽銀行。"


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        ("編號,內容\n1,秘密\n", "columns_missing", "questions"),
        ("問題,答案\n學貸,請洽銀行\n秘密,\n", "data_unreadable", "row 3"),
        ("問題,答案\n", "data_unreadable", "no filled row"),
    ],
)
def test_bad_table_is_refused_without_its_text(tmp_path: Path, content: str, code: str, named: str) -> None:
    path = tmp_path / "faq.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TrainingRefused) as refused:
        read_sources([path], None, 100)
    assert refused.value.code == code and named in str(refused.value) and "秘密" not in str(refused.value)


def test_bad_line_of_dialogues_is_named(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text(json.dumps({"messages": "秘密"}, ensure_ascii=False) + "\n", encoding="utf-8")
    with pytest.raises(TrainingRefused, match=r"chat\.jsonl: line 1") as refused:
        read_sources([path], None, 100)
    assert refused.value.code == "data_unreadable" and "秘密" not in str(refused.value)


def test_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.pdf"
    path.write_bytes(b"%PDF")
    with pytest.raises(TrainingRefused, match="jsonl, csv, tsv or xlsx"):
        read_sources([path], None, 100)


def test_articles_are_told_from_references_to_articles() -> None:
    law, articles = parse(LAW, "file")
    assert law == "學生權益保護辦法"
    assert [(a.name(digits=False), a.name(digits=True)) for a in articles] == [
        ("第一條", "第1條"),
        ("第二條", "第2條"),
        ("第四條之一", "第4條之1"),
    ]
    assert articles[0].text == "本辦法依教育基本法第三條規定訂定之。"
    assert articles[1].text == "學校應設申訴委員會。\n第三條所定事項，由學校公告。"
    assert articles[2].text == "學生得於十日內申訴。"


def test_each_article_is_asked_for_and_answered_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "law.txt").write_bytes(LAW.encode("cp950"))
    rows = read_sources([], tmp_path, 100)
    asked = {row.dialogue.question: row.dialogue.answer for row in rows}
    assert asked["學生權益保護辦法第一條規定什麼？"] == "本辦法依教育基本法第三條規定訂定之。"
    assert asked["學生權益保護辦法第四條之一"] == "學生得於十日內申訴。"


def test_long_article_is_cut_at_sentences_and_loses_nothing(tmp_path: Path) -> None:
    text = "。".join(f"第{chinese(place)}款所列事項應由學校公告並通知學生" for place in range(1, 20)) + "。"
    path = tmp_path / "law.md"
    path.write_text(f"# 通知辦法\n\n## 第 5 條\n{text}\n", encoding="utf-8")
    dialogues = [one for _, one in read_regulation(path, 60) if "規定什麼" in one.question]
    assert len(dialogues) > 3 and all(len(one.answer) <= 60 for one in dialogues)
    assert "".join(one.answer for one in dialogues) == text
    assert dialogues[0].question == f"通知辦法第五條規定什麼？（第1段，共{len(dialogues)}段）"


def test_folder_without_articles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("今天開會", encoding="utf-8")
    with pytest.raises(TrainingRefused, match=r"note\.txt: there is no line such as"):
        read_sources([], tmp_path, 100)


@given(st.integers(min_value=1, max_value=9999))
def test_chinese_numbers_read_back(value: int) -> None:
    assert number(chinese(value)) == value == number(str(value))


@pytest.mark.parametrize(
    ("value", "written"), [(10, "十"), (15, "十五"), (103, "一百零三"), (110, "一百一十"), (1005, "一千零五")]
)
def test_chinese_numbers_are_written_as_laws_write_them(value: int, written: str) -> None:
    assert chinese(value) == written
