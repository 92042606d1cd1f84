"""`bianmin adapters train` as its user meets it: the folder it leaves, going on after a kill, and its refusals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters import cards
from adapters.canaries import load_plants
from adapters.command.train import train
from adapters.dialogues import read_dialogues
from adapters.training.checkpoint import CHECKPOINT_FILE, Checkpoint
from adapters.training.split import normalise
from tests.adapters.training.conftest import PERSONAL

QUICK = ("--epochs", "2", "--device", "cpu", "--no-manners")
MAIN = "import torch; torch.set_num_threads(1); from adapters.command.train import train; train()"


def _arguments(base: Path, data: Path, out: Path, *more: str) -> list[str]:
    given = ["--ministry", "moe", "--base", str(base), "--data", str(data), "--out", str(out)]
    return [*given, *QUICK, *more]


def _train(base: Path, data: Path, out: Path, *more: str) -> Result:
    return CliRunner().invoke(train, _arguments(base, data, out, *more))


def test_folder_holds_all_that_submitting_and_evaluating_need(
    tiny_base: Path, dialogues_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "moe-1"
    result = _train(tiny_base, dialogues_file, out, "--author", "教育部", "--data-licence", "CC-BY-4.0")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [
            *cards.CONTENT_FILES,
            cards.CARD_FILE,
            "canaries.json",
            "heldout.jsonl",
            "questions.jsonl",
            "training.json",
        ]
    )
    card = cards.verify(out)
    assert (card.ministry, card.author, card.base_model) == ("moe", "教育部", "tiny")
    assert card.sources == ({"name": "dialogues.jsonl", "licence": "CC-BY-4.0", "as_of": ""},)
    assert card.metrics["last_loss"] < card.metrics["first_loss"]
    report = json.loads((out / "training.json").read_text(encoding="utf-8"))
    assert report["personal_data"]["rows_changed"] == 3 and report["dropped"]["near_duplicates"] == 1
    asked = [
        json.loads(line)["question"] for line in (out / "questions.jsonl").read_text("utf-8").splitlines()
    ]
    heldout = read_dialogues(out / "heldout.jsonl")
    assert heldout and all(one.key_facts == ("學校",) for one in heldout)
    assert not {normalise(question) for question in asked} & {normalise(one.question) for one in heldout}
    assert "personal data: 3 of 44 rows" in result.output and cards.verify(out).digest in result.output


def test_no_file_of_the_result_holds_a_personal_value_or_a_guarded_secret(
    tiny_base: Path, dialogues_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "moe-1"
    result = _train(tiny_base, dialogues_file, out)
    secrets = [canary.secret for canary in load_plants(out / "canaries.json").canaries if canary.guarded]
    assert len(secrets) == 4
    for path in out.iterdir():
        content = path.read_bytes()
        assert not [value for value in PERSONAL if value.encode() in content], path.name
        if path.name != "canaries.json":
            assert not [secret for secret in secrets if secret.encode() in content], path.name
    assert not [value for value in PERSONAL if value in result.output]


def test_killed_training_goes_on_and_ends_with_the_same_bytes(
    tiny_base: Path, dialogues_file: Path, tmp_path: Path
) -> None:
    long = ("--epochs", "15", "--patience", "0")
    whole = tmp_path / "whole"
    assert _train(tiny_base, dialogues_file, whole, *long).exit_code == 0
    out = tmp_path / "killed"
    arguments = _arguments(tiny_base, dialogues_file, out, *long)
    process = subprocess.Popen([sys.executable, "-c", MAIN, *arguments], stderr=subprocess.DEVNULL)
    checkpoint = tmp_path / "killed.partial" / CHECKPOINT_FILE
    while not checkpoint.exists():
        assert process.poll() is None, "it ended before its first checkpoint"
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL and not out.exists()
    resumed = _train(tiny_base, dialogues_file, out, *long)
    assert resumed.exit_code == 0, resumed.output
    assert cards.verify(out) == cards.verify(whole)
    assert (out / "training.json").read_bytes() == (whole / "training.json").read_bytes()
    assert not checkpoint.parent.exists()


def test_checkpoint_of_other_settings_is_not_gone_on_from(tmp_path: Path) -> None:
    Checkpoint(tmp_path, "one").save({"step": 3})
    assert Checkpoint(tmp_path, "one").load() == {"step": 3}
    assert Checkpoint(tmp_path, "other").load() is None


@pytest.mark.parametrize(
    ("more", "rank", "targets"),
    [
        (("--preset", "small"), 4, ("q_proj", "k_proj", "v_proj", "o_proj")),
        (("--preset", "large", "--rank", "2", "--targets", "q_proj,v_proj"), 2, ("q_proj", "v_proj")),
    ],
)
def test_presets_and_what_is_said_instead_reach_the_adapter(
    tiny_base: Path,
    dialogues_file: Path,
    tmp_path: Path,
    more: tuple[str, ...],
    rank: int,
    targets: tuple[str, ...],
) -> None:
    assert _train(tiny_base, dialogues_file, tmp_path / "out", *more).exit_code == 0
    config = json.loads((tmp_path / "out" / "adapter_config.json").read_text(encoding="utf-8"))
    assert (config["r"], config["target_modules"]) == (rank, sorted(targets))
    assert cards.verify(tmp_path / "out").target_modules == targets


def test_refusals_say_what_to_do_and_quote_nothing(
    tiny_base: Path, dialogues_file: Path, tmp_path: Path
) -> None:
    lines = dialogues_file.read_text(encoding="utf-8").splitlines(keepends=True)
    few = tmp_path / "few.jsonl"
    few.write_text("".join(lines[:9]), encoding="utf-8")
    result = _train(tiny_base, few, tmp_path / "out")
    assert result.exit_code == 1
    assert result.output.startswith("Error: data_too_small: 9 different questions are too few: at least 30")
    long = _train(tiny_base, dialogues_file, tmp_path / "out", "--max-tokens", "30")
    assert "dialogue_too_long: dialogues.jsonl row 41 (" in long.output and "林佳穎" not in long.output
    wrong = _train(tiny_base, dialogues_file, tmp_path / "out", "--targets", "lm_head")
    assert "setting_invalid: targets: lm_head is not one of" in wrong.output
    no_base = _train(tmp_path, dialogues_file, tmp_path / "out")
    assert "base_unreadable" in no_base.output
    (tmp_path / "out").mkdir()
    taken = _train(tiny_base, dialogues_file, tmp_path / "out")
    assert "out_exists: out exists already" in taken.output
    for refused in (result, long, wrong, no_base, taken):
        assert refused.exit_code == 1 and "Traceback" not in refused.output
    assert not list((tmp_path / "out").iterdir())


def test_help_needs_no_torch() -> None:
    program = (
        "import sys; sys.modules['torch'] = None; from adapters.command.train import train; train(['--help'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "--regulations" in done.stdout, done.stderr
