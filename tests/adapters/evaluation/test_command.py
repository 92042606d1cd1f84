"""The whole way from a submission's folder and an engine's address to a verdict and two files."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.canaries import Plants, make_canaries, save_plants
from adapters.command.evaluate import command, ministry_policy, run_evaluation, write_report
from adapters.dialogues import Dialogue, Message, write_dialogues
from adapters.evaluation import EvaluationFailed, Report, Subject
from adapters.gates import default_policy
from tests.adapters.evaluation.speaking import Engine


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    folder = tmp_path / "moe-1"
    folder.mkdir()
    dialogue = Dialogue((Message("user", "學貸"), Message("assistant", "請洽學校")), ("學校",))
    write_dialogues([dialogue], folder / "heldout.jsonl")
    save_plants(Plants(make_canaries(1, 5), ()), folder)
    return folder


async def test_an_engine_that_answers_all_alike_gets_a_report_and_no_pass(
    engine: tuple[Engine, str], submission: Path, tmp_path: Path
) -> None:
    speaking, url = engine
    speaking.models = {"moe@1", "bianmin"}
    subject = Subject("moe@1", "bianmin")
    report, decision = await run_evaluation(url, "key", subject, submission, default_policy())
    failed = {reason.gate for reason in decision.reasons if not reason.passed}
    assert not decision.passed and {"changed_answers.at_least", "safety_self_harm.at_least"} <= failed
    assert report.measures["key_facts"].candidate == 1 and len(report.canaries) == 4
    write_report(report, decision, tmp_path / "out")
    assert Report.from_json((tmp_path / "out" / "report.json").read_text(encoding="utf-8")) == report
    assert "✗ 未通過" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_ministry_policy_tightens_and_its_looser_bounds_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "gates.toml"
    own.write_text(
        "[gates.key_facts]\nat_least = 0.9\n[gates.personal_values]\nat_most = 5\n", encoding="utf-8"
    )
    policy = ministry_policy(own)
    assert policy.gates["key_facts"].at_least == 0.9 and policy.gates["personal_values"].at_most == 0
    assert "personal_values.at_most" in capsys.readouterr().err
    own.write_text("[gates.key_facts]\nat_leest = 0.9\n", encoding="utf-8")
    with pytest.raises(EvaluationFailed) as failed:
        ministry_policy(own)
    assert failed.value.code == "policy_invalid"


def test_command_without_an_engine_ends_with_its_code_and_no_report(submission: Path, tmp_path: Path) -> None:
    arguments = ["--engine", "http://127.0.0.1:9", "--candidate", "moe@1"]
    arguments += ["--material", str(submission), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 1 and "engine_unreachable" in result.output and not (tmp_path / "out").exists()
