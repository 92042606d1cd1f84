"""`bianmin deid conceal|restore|scan|eval` as a person or a pipe uses them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deid.command import deid
from deid.evaluation import must_hide

TEXT = "我叫陳怡君，電話0912-345-678\n身分證A123456789"


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(deid, list(arguments), input=given)


def test_scan_answers_every_line_in_order_with_offsets_in_characters() -> None:
    lines = [{"id": f"x{number}", "text": f"{'👍' * number}電話0912345678"} for number in range(4)]
    lines.append({"id": 7, "text": ""})
    result = run("scan", "--jsonl", given="\n".join(json.dumps(line) for line in lines))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["x0", "x1", "x2", "x3", 7]
    for number, answer in enumerate(answers[:4]):
        (span,) = answer["spans"]
        assert (span["start"], span["end"], span["type"]) == (number + 2, number + 12, "PHONE")
        assert 0 < span["score"] <= 1
    assert answers[4]["spans"] == []


def test_scan_of_a_plain_text_names_places_and_never_values() -> None:
    result = run("scan", given=TEXT)
    assert [span["type"] for span in json.loads(result.stdout)["spans"]] == [
        "PERSON",
        "PHONE",
        "TW_NATIONAL_ID",
    ]
    assert "A123456789" not in result.output and "陳怡君" not in result.output


@pytest.mark.parametrize(
    "line", ["nonsense A123456789", '["A123456789"]', '{"id": 1}', '{"id": 1, "text": 3}']
)
def test_scan_refuses_a_broken_line_by_its_number(line: str) -> None:
    result = run("scan", "--jsonl", given=f'{{"id": 0, "text": ""}}\n{line}\n')
    assert result.exit_code == 1
    assert "line 2" in result.stderr and "A123456789" not in result.stderr


@pytest.mark.parametrize(
    "line",
    ['{"id": 2, "text": "\\ud83d", "spans": []}', '{"id": 2, "text": "好", "spans": [], "n": 1e400}',
     '{"id": 2, "text": "好", "spans": [], "n": NaN}'],
)  # fmt: skip
@pytest.mark.parametrize("command", [("scan", "--jsonl"), ("conceal", "--jsonl"), ("eval", "-")])
def test_json_that_no_output_can_hold_is_refused_by_its_line(command: tuple[str, ...], line: str) -> None:
    result = run(*command, given=f'{{"id": 1, "text": "好", "spans": []}}\n{line}\n')
    assert result.exit_code == 1 and "line 2" in result.stderr and "fault" not in result.stderr


def test_half_a_surrogate_pair_in_json_inside_json_or_in_a_map_is_refused(tmp_path: Path) -> None:
    inner = json.dumps({"a": "電話0912345678\ud83d"})
    result = run("conceal", "--jsonl", given=json.dumps({"a": "好"}) + "\n" + json.dumps({"a": inner}))
    assert result.exit_code == 1 and "line 2" in result.stderr and "0912345678" not in result.output
    kept = tmp_path / "map.json"
    kept.write_text('{"姓名1": "\\udc00"}', encoding="utf-8")
    result = run("restore", "--map", str(kept), given="〔姓名1〕")
    assert result.exit_code == 1 and "map file" in result.stderr


def test_conceal_and_restore_are_each_others_inverse_and_the_map_is_private(tmp_path: Path) -> None:
    kept = tmp_path / "map.json"
    concealed = run("conceal", "--map", str(kept), given=TEXT)
    assert concealed.stdout == "我叫〔姓名1〕，電話〔電話1〕\n身分證〔身分證號1〕"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert run("restore", "--map", str(kept), given=concealed.stdout).stdout == TEXT
    again = run("conceal", "--map", str(kept), given=TEXT)
    assert again.exit_code == 1 and "陳怡君" not in again.output


@pytest.mark.parametrize("text", ["﻿我叫陳怡君\r\n電話0912-345-678\r\n", "陳怡君\r電話0912345678\n\r\n", "﻿陳怡君"])
def test_what_is_restored_is_the_input_byte_by_byte(tmp_path: Path, text: str) -> None:
    source, kept = tmp_path / "letter.txt", tmp_path / "map.json"
    source.write_bytes(text.encode())
    concealed = run("conceal", "--map", str(kept), str(source)).stdout_bytes
    assert "陳怡君" not in concealed.decode()
    source.write_bytes(concealed)
    assert run("restore", "--map", str(kept), str(source)).stdout_bytes == text.encode()


def test_restore_refuses_what_is_no_map(tmp_path: Path) -> None:
    for content in ("nonsense", "[1]", '{"姓名1": 3}'):
        wrong = tmp_path / "wrong.json"
        wrong.write_text(content, encoding="utf-8")
        assert run("restore", "--map", str(wrong), given="〔姓名1〕").exit_code == 1


def test_conceal_of_json_lines_keeps_each_line_apart() -> None:
    given = '{"name": "陳怡君"}\n{"name": "林志明", "n": 5}\n'
    result = run("conceal", "--jsonl", given=given)
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"name": "〔姓名1〕"}, {"name": "〔姓名1〕", "n": 5}
    ]  # fmt: skip


def test_a_policy_is_named_or_given_as_a_file(tmp_path: Path) -> None:
    assert run("conceal", "--policy", "english", given=TEXT).stdout.startswith("我叫〔NAME1〕")
    own = tmp_path / "own.toml"
    own.write_text("extends = 'default'\n[words]\nPERSON = '民眾'", encoding="utf-8")
    assert run("conceal", "--policy", str(own), given=TEXT).stdout.startswith("我叫〔民眾1〕")
    for wrong, told in (("no_such", "named no_such; there are default, english"), (str(tmp_path), "directory")):
        refused = run("scan", "--policy", wrong, given=TEXT)
        assert refused.exit_code == 1 and told in refused.stderr and "(policy_refused)" in refused.stderr


def gold(tmp_path: Path, *rows: dict[str, object]) -> str:
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def spans(*places: tuple[int, int, str]) -> list[dict[str, object]]:
    return [{"start": start, "end": end, "type": kind, "optional": False} for start, end, kind in places]


def test_eval_counts_leaks_recall_and_over_masking(tmp_path: Path) -> None:
    texts = gold(
        tmp_path,
        {
            "id": "a", "channel": "call", "text": "打0912-345-678找小明",
            "spans": spans((1, 13, "PHONE"), (14, 16, "PERSON")),
        },
        {"id": "b", "channel": "call", "text": "住台北市信義區松仁路12號", "spans": spans((1, 13, "TW_ADDRESS"))},
        {"id": "c", "channel": "web", "text": "路燈不亮了", "spans": []},
    )  # fmt: skip
    answers = tmp_path / "found.jsonl"
    found = [
        {
            "id": "a",
            "spans": [{"start": 1, "end": 5, "type": "PHONE"}, {"start": 6, "end": 13, "type": "PHONE"}],
        },
        {"id": "b", "spans": [{"start": 7, "end": 13, "type": "TW_ADDRESS"}]},
        {"id": "c", "spans": [{"start": 0, "end": 2, "type": "PERSON"}]},
    ]
    answers.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")
    figures = json.loads(run("eval", texts, str(answers), "--json").stdout)
    assert figures["recall_by_type"] == {"PERSON": [0, 1], "PHONE": [1, 1], "TW_ADDRESS": [1, 1]}
    assert (figures["leaky_texts"], figures["texts_with_personal_data"]) == (1, 2)
    assert (figures["clean_texts_touched"], figures["clean_texts"]) == (1, 1)
    assert figures["over_masked_per_1000"] == round(1000 * 2 / 34, 2)
    assert figures["by_channel"]["web"]["clean_texts_touched"] == 1


@pytest.mark.parametrize(
    "area", ["桃園市平鎮區", "前鎮區", "臺南市新市區", "324平鎮區", "中壢區", "臺中市西屯區", ""]
)
def test_eval_lets_a_district_stay_whatever_its_name(area: str) -> None:
    text = f"{area}和平路5號"
    assert must_hide(text, {"start": 0, "end": len(text), "type": "TW_ADDRESS"}) == (len(area), len(text))


def test_eval_shows_texts_only_when_asked(tmp_path: Path) -> None:
    texts = gold(
        tmp_path, {"id": "a", "channel": "call", "text": "木頭人阿呆呆", "spans": spans((0, 6, "PERSON"))}
    )
    assert "木頭人" not in run("eval", texts).output
    assert "LEAK a PERSON" in run("eval", texts, "--misses").output


def test_eval_names_the_line_that_has_no_prediction(tmp_path: Path) -> None:
    texts = gold(tmp_path, {"id": "a", "channel": "call", "text": "好", "spans": []})
    empty = tmp_path / "found.jsonl"
    empty.write_text("", encoding="utf-8")
    result = run("eval", texts, str(empty))
    assert result.exit_code == 1 and "line 1" in result.stderr


@pytest.mark.parametrize("command", [("scan",), ("scan", "--jsonl"), ("conceal",), ("conceal", "--jsonl")])
def test_input_that_is_not_utf_8_is_refused_without_a_trace_or_an_echo(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(deid, list(command), input="我叫陳怡君".encode("cp950"))
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert "UTF-8" in result.stderr and "Traceback" not in result.output


def test_a_fault_of_ours_is_told_by_its_kind_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: object, **__: object) -> None:
        raise RuntimeError("陳怡君")

    monkeypatch.setattr("deid.command.pipes.open_concealer", faulty)
    result = run("scan", given=TEXT)
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert "RuntimeError" in result.stderr and "陳怡君" not in result.output


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"spans": [{"end": 1, "type": "PERSON"}]}, "a span needs start, end and type"),
        ({"spans": [{"start": "0", "end": 1, "type": "PERSON"}]}, "a span needs start, end and type"),
        ({"spans": [{"start": 0, "end": 1, "type": []}]}, "a span needs start, end and type"),
        ({"spans": "陳怡君"}, "a span needs start, end and type"),
        ({"spans": [3]}, "a span needs start, end and type"),
        ({"spans": [{"start": 0, "end": 9, "type": "PERSON"}]}, "outside its text"),
        ({"text": 3}, "text is not a string"),
        ({"id": ["陳怡君"]}, "id is neither a string nor a number"),
    ],
)
@pytest.mark.parametrize("predicted", [False, True])
def test_a_gold_text_of_the_wrong_form_is_refused_by_its_line(
    tmp_path: Path, fields: dict[str, object], told: str, predicted: bool
) -> None:
    right = {"id": "a", "channel": "call", "text": "好", "spans": []}
    texts = gold(tmp_path, right, {**right, "id": "b", **fields})
    result = run("eval", texts, *([texts] if predicted else []))
    assert result.exit_code == 1 and "line 2: " in result.stderr and told in result.stderr
    assert "陳怡君" not in result.output
