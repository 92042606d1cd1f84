from __future__ import annotations

import time
import traceback
from types import SimpleNamespace

import pytest

from deid import Concealer, ConcealmentError, ConcealmentTimeout, Finding, Policy, PolicyError, load_policy
from deid.presidio import EntityRecognizer, RecognizerResult
from deid.recognizers import TextRecognizer, shipped_recognizers
from deid.tagger.features import Floats, Ids
from deid.tagger.network import Network
from deid.tagger.tagger import WINDOW
from deid.views import Views

SECRET = "A123456789"


class Raising(TextRecognizer):
    ENTITY = "PERSON"

    def find(self, views: Views) -> list[Finding]:
        raise RuntimeError(views.text)


class Answering(TextRecognizer):
    ENTITY = "PERSON"
    answer = Finding(0, 1, "PERSON", 1.0, "test")

    def find(self, views: Views) -> list[Finding]:
        return [self.answer]


class Slow(TextRecognizer):
    ENTITY = "PERSON"

    def find(self, views: Views) -> list[Finding]:
        time.sleep(0.02)
        return []


class Foreign(EntityRecognizer):
    """A Presidio recogniser that knows nothing of views."""

    def load(self) -> None: ...

    def analyze(self, text, entities, nlp_artifacts):
        return [RecognizerResult("PERSON", 0, 2, 0.9)]


@pytest.fixture
def policy() -> Policy:
    return load_policy("default")


def test_a_recogniser_that_raises_stops_the_text_and_tells_nothing(policy: Policy) -> None:
    concealer = Concealer(policy, [*shipped_recognizers(policy), Raising()])
    with pytest.raises(ConcealmentError) as caught:
        concealer.session().conceal(f"身分證{SECRET}")
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__cause__ is None and caught.value.__context__ is None


@pytest.mark.parametrize(
    "answer",
    [
        Finding(0, 99, "PERSON", 1.0, "t"), Finding(-1, 1, "PERSON", 1.0, "t"), Finding(1, 1, "PERSON", 1.0, "t"),
        Finding(0, 1, "NONSENSE", 1.0, "t"), Finding(0, 1, "PERSON", float("nan"), "t"),
    ],
)  # fmt: skip
def test_an_impossible_answer_stops_the_text(policy: Policy, answer: Finding) -> None:
    recognizer = Answering()
    recognizer.answer = answer
    with pytest.raises(ConcealmentError):
        Concealer(policy, [recognizer]).detect("王小明")


def test_a_recogniser_past_the_deadline_stops_the_text(policy: Policy) -> None:
    session = Concealer(policy, [Slow()]).session(deadline=time.monotonic() + 0.001)
    with pytest.raises(ConcealmentTimeout):
        session.conceal("王小明")
    session.deadline = time.monotonic() + 60
    assert session.conceal("王小明") == "王小明"


def test_the_deadline_stops_the_tagger_between_two_windows(
    concealer: Concealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hostile text of a megabyte has some hundred windows."""
    clock, read = [0.0], Network.probabilities

    def slow(self: Network, ids: Ids, table: Floats) -> Floats:
        clock[0] += 1
        return read(self, ids, table)

    monkeypatch.setattr(Network, "probabilities", slow)
    monkeypatch.setattr("deid.views.time", SimpleNamespace(monotonic=lambda: clock[0]))
    with pytest.raises(ConcealmentTimeout):
        concealer.detect("陳" * WINDOW * 9, deadline=2.5)
    assert clock[0] == 3


def test_a_deadline_already_passed_stops_the_text(concealer: Concealer) -> None:
    with pytest.raises(ConcealmentTimeout):
        concealer.detect("早安", deadline=time.monotonic() - 1)


def test_a_foreign_presidio_recogniser_works(policy: Policy) -> None:
    concealer = Concealer(policy, [Foreign(["PERSON"], supported_language="zh")])
    assert concealer.session().conceal("阿土伯") == "〔姓名1〕伯"


def test_an_entity_without_a_word_is_refused_at_the_start(policy: Policy) -> None:
    with pytest.raises(PolicyError):
        Concealer(policy, [Foreign(["US_SSN"], supported_language="zh")])
    with pytest.raises(PolicyError):
        Concealer(policy, [])


@pytest.mark.parametrize(
    "content",
    [
        "[words]\nPERSON = '姓名'",
        "[words]\nLITERAL = '原文'\nNONSENSE = '甲'",
        "[words]\nLITERAL = '原文'\nPERSON = '姓名1'",
        "[words]\nLITERAL = '原文'\nPERSON = '原文'",
        "[words]\nLITERAL = '原文'\nPERSON = ''",
        "surprise = 1\n[words]\nLITERAL = '原文'",
        "min_score = 2\n[words]\nLITERAL = '原文'",
        "min_score = true\n[words]\nLITERAL = '原文'",
        "[words]\nLITERAL = '原文'\n[actions]\nPERSON = 'keep'",
        "[words]\nLITERAL = '原文'\n[actions]\nLITERAL = 'keep'",
        "extends = 'default'\n[actions]\nPERSON = 'hide'",
        "extends = 'default'\n[actions]\nPERSON = 'generalise'",
        "extends = 'default'\n[actions]\nPERSON = ['keep']",
        "extends = 'default'\n[min_scores]\nNONSENSE = 0.5",
        "extends = 'default'\n[min_scores]\nPERSON = 1.5",
        "extends = 'default'\n[strict]\nmin_scores = 0.1",
        "extends = 'default'\n[strict]\nmin_score = 'low'",
        "extends = 'default'\nactions = 'mask'",
        "extends = 'default'\nofficials = 'block'",
        "extends = 'default'\nareas = true",
        "extends = 'no_such_policy'",
        "extends = 'policy.toml'",
        "extends = 3",
        "public_lines = '1999'\n[words]\nLITERAL = '原文'",
        "not toml",
    ],
)
def test_a_bad_policy_is_refused(tmp_path, content: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PolicyError):
        load_policy(path)


def test_a_missing_policy_is_refused() -> None:
    for name in ("no_such_policy", "/no/such/file.toml", "../default"):
        with pytest.raises(PolicyError):
            load_policy(name)


def test_a_kept_entity_stays_visible(tmp_path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        "extends = 'default'\npublic_lines = ['04-2228-9111']\n[actions]\nTW_UBN = 'keep'", encoding="utf-8"
    )
    session = Concealer(load_policy(path)).session()
    text = "統編16480894，電話04-2228-9111轉12"
    assert session.conceal(text) == text
    assert session.conceal("0912345678") == "〔電話1〕"
