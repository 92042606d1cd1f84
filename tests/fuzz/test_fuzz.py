"""The shipped concealer keeps its promises on a fixed set of texts, and one that breaks them is caught."""

from __future__ import annotations

import json

import pytest

from deid import CleanText, Concealer, Finding, Session, load_policy
from deid.views import Views
from tests.fuzz.__main__ import main
from tests.fuzz.checks import Subject
from tests.fuzz.run import RAISED, REFUSED, Round

POLICY = load_policy("default")
SEED = 20_240_101


def failed_checks(subject: Subject, examples: int) -> list[str]:
    return [failure.check for failure in Round(subject, SEED, examples).failures()]


class BrokenSession(Session):
    """A session whose concealed texts are spoiled by ``spoil``."""

    def spoil(self, clean: str) -> str:
        return clean

    def conceal(self, text: str, *, after: str = "") -> CleanText:
        return CleanText(self.spoil(super().conceal(text, after=after)))


class Dropping(BrokenSession):
    def spoil(self, clean: str) -> str:
        return clean[: len(clean) // 2] + clean[len(clean) // 2 + 1 :]


class Crashing(BrokenSession):
    def spoil(self, clean: str) -> str:
        return clean[len(clean) :][0]


class BrokenConcealer(Concealer):
    def __init__(self, kind: type[Session]) -> None:
        super().__init__(POLICY)
        self._kind = kind

    def session(self, *, deadline: float | None = None) -> Session:
        return self._kind(self.detect, POLICY, deadline=deadline)


class Blind(Concealer):
    """Finds nothing."""

    def detect(
        self, text: str | Views, *, deadline: float | None = None, strict: bool = False
    ) -> tuple[Finding, ...]:
        return ()


class Overlapping(Concealer):
    """Finds one place twice."""

    def detect(
        self, text: str | Views, *, deadline: float | None = None, strict: bool = False
    ) -> tuple[Finding, ...]:
        found = super().detect(text, deadline=deadline, strict=strict)
        return (*found, *found[-1:])


class Cutting(Session):
    """Writes JSON that is not whole."""

    def conceal_json_text(self, text: str) -> CleanText:
        return CleanText(super().conceal_json_text(text)[:-1])


class Refusing(Concealer):
    def session(self, *, deadline: float | None = None) -> Session:
        return self.refusing_session()


def test_the_shipped_concealer_keeps_its_promises() -> None:
    current = Round(Concealer(POLICY), SEED, 200)
    assert [str(failure) for failure in current.failures()] == []
    assert current.tried >= 200


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (BrokenConcealer(Dropping), {"rest untouched", "restored"}),
        (BrokenConcealer(Crashing), {RAISED}),
        (BrokenConcealer(Cutting), {RAISED}),
        (Blind(POLICY), {"planted gone", "planted gone later", "json stays json", "broken json concealed"}),
        (Overlapping(POLICY), {"findings in order"}),
        (Refusing(POLICY), {REFUSED}),
    ],
    ids=["drops a character", "crashes", "cuts JSON", "finds nothing", "finds twice", "refuses"],
)
def test_a_broken_concealer_is_caught(subject: Subject, expected: set[str]) -> None:
    assert expected <= set(failed_checks(subject, 40))


def test_a_round_is_a_function_of_its_seed() -> None:
    digests = [next(Round(Blind(POLICY), seed, 60).failures()).digest for seed in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]


def test_a_failure_shows_its_seed_and_digest_and_no_text() -> None:
    failure = next(Round(Blind(POLICY), SEED, 60).failures())
    assert str(failure.seed) in str(failure) and failure.digest in str(failure)
    shown = str(failure) + repr(failure) + json.dumps(repr(failure.case))
    assert failure.case.planted and not any(value in shown for value in failure.case.planted)
    assert failure.case.text not in shown


def test_the_command_says_what_it_tried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.fuzz.__main__.Concealer", Blind)
    monkeypatch.setattr("sys.argv", ["fuzz", "--seconds", "0", "--seed", "7", "--examples", "20"])
    assert main() == 1
    assert "seed 7" in (printed := capsys.readouterr().out)
    assert "planted gone: failed in 1 rounds" in printed
