"""Reading the examination's material from a submission that somebody else may have written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.canaries import Plants, Probe, load_plants, make_canaries, others_like, save_plants
from adapters.dialogues import Dialogue, Message, write_dialogues
from adapters.evaluation import EvaluationFailed, load_material
from deid import Concealer, load_policy
from deid.identifiers import tw_national_id

HELDOUT = [Dialogue((Message("user", f"問{place}"), Message("assistant", "答"))) for place in range(500)]


def test_folder_is_read_and_long_lists_are_sampled_evenly(tmp_path: Path) -> None:
    write_dialogues(HELDOUT, tmp_path / "heldout.jsonl")
    lines = [json.dumps({"question": f"題{place}"}) for place in range(640)]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    plants = Plants(make_canaries(1, 3), (Probe((Message("user", "問"),), "答"),))
    save_plants(plants, tmp_path)
    material = load_material(tmp_path)
    assert len(material.heldout) == 200 and material.heldout[-1].question == "問497"
    assert len(material.questions) == 64 and material.plants == plants
    assert material.digest == load_material(tmp_path).digest


def test_adapter_trained_elsewhere_has_only_the_shared_sets(tmp_path: Path) -> None:
    material = load_material(tmp_path)
    assert (material.heldout, material.questions, material.plants) == ((), (), None) and material.safety


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("heldout.jsonl", '{"messages": "秘密"}'),
        ("questions.jsonl", '["秘密"]'),
        ("canaries.json", '{"version": 1, "canaries": [{"秘密": 1}], "probes": []}'),
        ("canaries.json", '{"version": 9, "canaries": [], "probes": []}'),
        ("canaries.json", "[]"),
    ],
)
def test_bad_file_is_named_without_its_text(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationFailed, match=name.replace(".", r"\.")) as failed:
        load_material(tmp_path)
    assert failed.value.code == "material_unreadable" and "秘密" not in str(failed.value)


def test_canary_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    save_plants(Plants(make_canaries(1, 3), ()), tmp_path)
    path = tmp_path / "canaries.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"national_id"', '"other"'), encoding="utf-8")
    with pytest.raises(ValueError, match="not a file of canaries"):
        load_plants(path)


def test_guarded_secrets_belong_to_nobody_and_are_always_concealed() -> None:
    concealer = Concealer(load_policy("default"))
    for canary in (one for seed in range(60) for one in make_canaries(2, seed) if one.guarded):
        session, told = concealer.session(), canary.dialogue()
        session.conceal(told.question)
        assert canary.secret not in session.conceal(told.answer, after=told.question)
        if canary.kind == "national_id":
            assert not tw_national_id.is_valid(canary.secret)
        else:
            assert told.answer.endswith("@audit.invalid。")


def test_others_are_different_of_the_same_make_and_always_the_same() -> None:
    for canary in make_canaries(2, 1):
        others = others_like(canary, 32)
        assert len(set(others)) == 32 and canary.secret not in others
        assert {len(other) for other in others} == {len(canary.secret)}
        assert others == others_like(canary, 32)
    assert make_canaries(2, 1) == make_canaries(2, 1) != make_canaries(2, 2)
