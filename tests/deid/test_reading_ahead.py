"""Texts that are read together are read as each would be alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deid import Concealer, ConcealmentError, Finding, load_policy
from deid.importing.read_ahead import ReadAhead
from deid.importing.roles import KEEP, TEXT, Roles
from deid.importing.rows import RowConcealer
from deid.recognizers import TextRecognizer
from deid.tagger.features import Floats, Ids, features, features_of_all
from deid.tagger.network import Network
from deid.tagger.tagger import Tagger, load_tagger
from deid.views import Views
from tests.bench.deid_texts import COLUMNS, ordinary_texts, rows

WORDS = [
    "高雄", "歐陽", "戶政事務所", "Chen", "ｃｈｅｎ", "0912345678", "零九一二", "我", "&nbsp;", "\n", "é", "\U0001d400",
]  # fmt: skip
TEXTS = st.lists(
    st.lists(st.sampled_from(WORDS) | st.text(max_size=3), min_size=1, max_size=6).map("".join), min_size=1, max_size=5
)
CONCEALER, TAGGER = Concealer(load_policy("default")), load_tagger()
ROLES = Roles(dict(zip(COLUMNS, (KEEP, TEXT), strict=True)))


@given(TEXTS)
@example(["戶", "政", "事", "務所"])
@example(["歐", "陽Chen", "", "Ya", "0", "9一二"])
def test_what_the_network_sees_of_a_text_says_nothing_of_those_around_it(texts: list[str]) -> None:
    several = [views for views in map(Views, texts) if views.folded]
    if not several:
        return
    lexicon = TAGGER._lexicon
    for views, (ids, table) in zip(several, features_of_all(several, lexicon), strict=True):
        alone = features(views, 0, len(views.folded), lexicon)
        assert np.array_equal(ids, alone[0])
        assert np.array_equal(table, alone[1])


def test_a_text_that_was_read_ahead_has_its_own_probabilities() -> None:
    ahead = ReadAhead(CONCEALER)
    texts = ordinary_texts(20, 80)
    ahead.read(texts)
    for text in texts:
        early, alone = ahead.views(text), Views(text)
        assert early.cache
        for word in (0, 40):
            assert TAGGER.value_mean(early, word, word + 9) == TAGGER.value_mean(alone, word, word + 9)
        assert TAGGER.spans(early) == TAGGER.spans(alone)
        assert not ahead.views(text).cache, "the views of a text belong to one call"


def test_a_text_that_was_read_ahead_has_its_own_findings() -> None:
    texts = [*map(Views, ordinary_texts(30, 80)), Views(""), Views("我是同志，住中山路5號")]
    CONCEALER.read_ahead(texts)
    for views in texts:
        for strict in (False, True):
            assert CONCEALER.detect(views, strict=strict) == CONCEALER.detect(views.text, strict=strict)


class Picky(TextRecognizer):
    """Fails for one text."""

    ENTITY = "PERSON"

    def find(self, views: Views) -> list[Finding]:
        if "壞" in views.text:
            raise RuntimeError(views.text)
        return [Finding(0, 1, "PERSON", 1.0, self.name)]


def test_a_recogniser_that_fails_for_one_text_stops_that_text() -> None:
    concealer = Concealer(load_policy("default"), [Picky()])
    texts = [Views("好的"), Views("壞的"), Views("對的")]
    concealer.read_ahead(texts)
    assert [len(concealer.detect(texts[at])) for at in (0, 2)] == [1, 1]
    with pytest.raises(ConcealmentError):
        concealer.detect(texts[1])


def test_what_another_policy_answered_is_not_taken() -> None:
    other, views = Concealer(load_policy("default"), [Picky()]), Views("好的")
    other.read_ahead([views])
    assert CONCEALER.detect(views) == ()


def test_rows_are_concealed_as_one_at_a_time() -> None:
    several = rows([*ordinary_texts(70, 80), *ordinary_texts(2, 1200), "", "{\"電話\": \"0912345678\"}", "\\u738b"])
    together, tally = RowConcealer("default", ROLES).conceal(several)
    alone = RowConcealer("default", ROLES)
    assert together == [alone.conceal([row])[0][0] for row in several]
    assert tally.rows == len(several)


def test_the_rows_of_a_file_are_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else they take a fifth more time."""
    seen: list[int] = []
    read_ahead = Tagger.read_ahead
    concealer = RowConcealer("default", ROLES)
    concealer.conceal(rows(ordinary_texts(1, 40)))  # columns' names are read alone

    def read(self: Tagger, texts: Iterable[Views]) -> None:
        listed = list(texts)
        seen.append(len(listed))
        read_ahead(self, listed)

    monkeypatch.setattr(Tagger, "read_ahead", read)
    monkeypatch.setattr(Tagger, "probabilities", _fail)
    cells, tally = concealer.conceal(rows(ordinary_texts(70, 80)))
    assert (seen, len(cells), tally.refusals) == ([64, 6], 70, {})


def test_a_text_that_cannot_be_read_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Network.probabilities
    longest = max(several := ordinary_texts(5, 80) + ordinary_texts(1, 120), key=len)

    def fail(self: Network, ids: Ids, table: Floats) -> Floats:
        return _fail() if len(ids) > len(longest) else read(self, ids, table)

    monkeypatch.setattr(Network, "probabilities", fail)
    cells, tally = RowConcealer("default", ROLES).conceal(rows(several))
    assert tally.refusals == {"concealment_failed": 1}
    assert [cell is None for cell in cells] == [False] * 5 + [True]


def _fail(*given: object) -> NoReturn:
    raise RuntimeError("injected")
