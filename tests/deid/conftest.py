from __future__ import annotations

import random

import pytest

from deid import Concealer, load_policy
from deid.identifiers import tw_national_id, tw_ui_no


@pytest.fixture(scope="session")
def concealer() -> Concealer:
    return Concealer(load_policy("default"))


class Numbers:
    """Valid numbers made at test time; none is written down."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def _digits(self, count: int) -> str:
        return "".join(self._random.choices("0123456789", k=count))

    def national_id(self) -> str:
        return self._completed("A", self._random.choice("12"), tw_national_id.is_valid)

    def ui_no(self) -> str:
        return self._completed("F", self._random.choice("89"), tw_ui_no.is_valid)

    def old_ui_no(self) -> str:
        return self._completed("F", self._random.choice("ABCD"), tw_ui_no.is_valid)

    def mobile(self) -> str:
        return f"09{self._digits(8)}"

    def _completed(self, letter: str, second: str, is_valid) -> str:
        body = letter + second + self._digits(7)
        return next(body + check for check in "0123456789" if is_valid(body + check))


@pytest.fixture
def numbers(request: pytest.FixtureRequest) -> Numbers:
    return Numbers(seed=sum(map(ord, request.node.name)))
