"""Nothing personal reaches the training data; the report counts and never quotes."""

from __future__ import annotations

import json

from adapters.dialogues import Dialogue, Message
from adapters.training.concealment import CleanRow, DeidReport, conceal_rows
from adapters.training.sources import SourceRow
from deid import Concealer, load_policy

CONCEALER = Concealer(load_policy("default"))


def _clean(*texts: str, facts: tuple[str, ...] = ()) -> tuple[CleanRow, DeidReport]:
    roles = ["user", "assistant"] * len(texts)
    messages = tuple(Message(role, text) for role, text in zip(roles, texts, strict=False))
    rows, report = conceal_rows([SourceRow("chat.jsonl", 7, Dialogue(messages, facts))], CONCEALER, "default")
    return rows[0], report


def _texts(row: CleanRow) -> list[str]:
    return [message.content for message in row.dialogue.messages]


def test_one_value_has_one_placeholder_in_the_whole_dialogue() -> None:
    row, _ = _clean(
        "我叫林佳穎，手機 0912-345-678", "林佳穎您好，會打 0912345678 給您。", facts=("林佳穎您好",)
    )
    assert _texts(row) == ["我叫〔姓名1〕，手機 〔電話1〕", "〔姓名1〕您好，會打 〔電話1〕 給您。"]
    assert row.dialogue.key_facts == ("〔姓名1〕您好",) and row.personal


def test_short_answer_is_read_after_its_question() -> None:
    row, _ = _clean("請問您的身分證字號？我先記下", "F223456781")
    assert "F223456781" not in "".join(_texts(row))


def test_placeholders_of_the_journal_stay_and_never_mean_somebody_else() -> None:
    row, report = _clean("我是〔姓名1〕，我太太叫林佳穎", "〔姓名1〕您好，林佳穎可以代辦。")
    first, second = _texts(row)
    assert first == "我是〔姓名2〕，我太太叫〔姓名1〕" and second == "〔姓名2〕您好，〔姓名1〕可以代辦。"
    assert report.placeholders_kept == 1 and report.entities["PERSON"].values == 1


def test_a_row_with_placeholders_only_is_left_as_it_is() -> None:
    row, report = _clean("我是〔姓名3〕，電話〔電話2〕", "〔姓名3〕您好。")
    assert _texts(row) == ["我是〔姓名3〕，電話〔電話2〕", "〔姓名3〕您好。"]
    assert not row.personal and report.rows_changed == 0


def test_a_value_cannot_hide_behind_the_colon_of_a_placeholder() -> None:
    row, _ = _clean("我是〔地址1：F223456781〕", "好的。")
    assert _texts(row)[0] == "我是〔地址1〕"


def test_report_counts_by_type_and_names_rows_but_holds_no_value() -> None:
    _, report = _clean("我叫林佳穎，信箱 kuanting@example.com", "好的。")
    assert report.rows_changed == 1 and report.entities["EMAIL"].places == ("chat.jsonl:7",)
    shown = json.dumps(report.as_json(), ensure_ascii=False) + report.as_text()
    assert "林佳穎" not in shown and "kuanting" not in shown and "EMAIL" in report.as_text()
