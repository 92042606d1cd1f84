"""Runs the network over a text in windows and reads names off its scores."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from deid.tagger.features import ENGLISH, FREQUENCY, Floats, Lexicon, codes_of, features, hash_words
from deid.tagger.network import Network
from deid.tagger.tags import COUNT, ENTITIES, FIRST_ENTITY, PERSON_BEGIN, PERSON_INSIDE
from deid.views import Views

WEIGHTS = Path(__file__).parent / "weights.npz"
WINDOW = 4096
_WORD_CONTEXT = 8

# A place is found where some character reaches the first value; it reaches as far as the second one does.
PERSON_SURE, PERSON_EDGE = 0.35, 0.25
PERSON_USUAL = 0.4  # from here on a name is hidden by a policy that is not strict: its min_score
PERSON_DOUBTED, PERSON_TRACE = 0.015, 0.005
VALUE_SURE, VALUE_EDGE = 0.6, 0.5
_CACHED, _CACHED_NAMES = "tagger", "names"
_EVERYDAY_LENGTH, _OFTEN = 2, 3

_LONGEST_WORD = 24
_LETTER = re.compile("[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]")
_TITLE = re.compile(
    "[ ]?(?:先生|小姐|女士|太太|老師|同學|醫師|律師|教授|師傅|主任|里長|媽媽|爸爸|伯|叔|姨|嬸|媽|爸|董|姓|氏|員|"
    "姐|哥|嫂|君|警|專員|經理|老闆|[組科課股隊所校店班]長|師|小弟|阿姨|奶奶|爺爺|婆婆|阿嬤|阿公|家|[OX○〇某])"
)

Span = tuple[int, int, float]


class Tagger:
    """Immutable; safe to share between threads."""

    def __init__(self, lexicon: Lexicon, network: Network) -> None:
        self._lexicon = lexicon
        self._network = network

    def _windows(self, views: Views) -> Iterator[tuple[int, Floats]]:
        """Yield where each window of a text that is not empty begins, and its scores."""
        length = len(views.folded)
        margin = self._network.context + _WORD_CONTEXT
        for start in range(0, length, WINDOW):
            first, last = max(0, start - margin), min(length, start + WINDOW + margin)
            scores = self.window_scores(views, first, last)
            yield start, scores[start - first : start - first + min(WINDOW, length - start)]

    def window_scores(self, views: Views, start: int, end: int) -> Floats:
        """Return the scores of a stretch, read as if nothing stood around it."""
        return self._network.scores(*features(views, start, end, self._lexicon))

    def probabilities(self, views: Views) -> Floats:
        """Return the probability of each class at each character of a text that is not empty."""
        found = np.empty((COUNT, len(views.folded)), dtype=np.float32)
        for start, scores in self._windows(views):
            part = found[:, start : start + len(scores)]
            np.subtract(scores.T, scores.max(axis=1), out=part)
            np.exp(part, out=part)
            part /= part.sum(axis=0)
        return found.T

    def spans(self, views: Views) -> list[Span]:
        """Return start, end and score of every name, in offsets of the folded view; read off once for a text."""
        found: list[Span] | None = views.cache.get(_CACHED_NAMES)
        if found is None:
            found = list(_people(self._read(views), views.folded)) if views.folded else []
            views.cache[_CACHED_NAMES] = found
        return found

    def doubtful(self, views: Views) -> list[tuple[int, int]]:
        """Return the places of what may be names, sure ones among them, in offsets of the folded view."""
        if not views.folded:
            return []
        person = self._read(views)[:, PERSON_BEGIN : PERSON_INSIDE + 1].sum(axis=1)
        return list(_runs(person, PERSON_DOUBTED, PERSON_TRACE))

    def values(self, views: Views) -> Iterator[tuple[int, int, str, float]]:
        """Yield start, end, likeliest entity and score of every value that is no name."""
        if not views.folded:
            return
        probabilities = self._read(views)
        value = 1 - probabilities[:, :FIRST_ENTITY].sum(axis=1)
        for start, end in _runs(value, VALUE_SURE, VALUE_EDGE):
            score = float(value[start:end].mean())
            if score >= VALUE_SURE:
                kind = int(probabilities[start:end, FIRST_ENTITY:].sum(axis=0).argmax())
                yield start, end, ENTITIES[kind], min(score, 1.0)

    def value_mean(self, views: Views, start: int, end: int) -> float:
        """Return how likely a stretch is a value of any kind but a name, on the average of its characters."""
        return float(1 - self._read(views)[start:end, :FIRST_ENTITY].sum(axis=1).mean())

    def _read(self, views: Views) -> Floats:
        """Return the probabilities of a text, computed once for all recognisers."""
        found = views.cache.get(_CACHED)
        if found is None:
            found = views.cache[_CACHED] = self.probabilities(views)
        return found

    def is_everyday(self, word: str) -> bool:
        """Whether a word is one of two Chinese characters that is often said: 高興."""
        if len(word) != _EVERYDAY_LENGTH:
            return False
        value = self._lexicon.words.values(hash_words(codes_of(word), _EVERYDAY_LENGTH)[-1])
        return int(value[0]) & FREQUENCY >= _OFTEN

    def is_english(self, word: str) -> bool:
        """Whether a word in capitals is a common one of English or of another language in Latin letters."""
        return self._lexicon.latin.get(word, 0) & ENGLISH > 0

    def name_mean(self, views: Views, start: int, end: int) -> float:
        """Return how likely a stretch is a name, on the average of its characters."""
        return float(self._read(views)[start:end, PERSON_BEGIN : PERSON_INSIDE + 1].sum(axis=1).mean())

    def name_at(self, views: Views, at: int) -> float:
        """Return how likely one character is part of a name."""
        return float(self._read(views)[at, PERSON_BEGIN : PERSON_INSIDE + 1].sum())


def _people(probabilities: Floats, folded: str) -> Iterator[Span]:
    begins = probabilities[:, PERSON_BEGIN]
    person = begins + probabilities[:, PERSON_INSIDE]
    if person.max() < PERSON_SURE:
        return
    for start, end in _runs(person, PERSON_SURE, PERSON_EDGE):
        cuts = [start, *(at for at in range(start + 1, end) if begins[at] > 0.5), end]
        if len(cuts) > 2 and cuts[1] - start == 1 and not _TITLE.match(folded, cuts[1]):
            del cuts[1]  # a first surname of two: 田林秋妹
        for first, last in pairwise(cuts):
            whole = _whole(folded, first, last)
            score = sum(person[whole[0] : whole[1]].tolist()) / (whole[1] - whole[0])
            if score >= PERSON_SURE and _may_be_name(folded, *whole):
                yield *whole, min(score, 1.0)


def _whole(folded: str, start: int, end: int) -> tuple[int, int]:
    """Extend a name over the Latin words that it begins or ends in; leave spaces and marks at its ends outside."""
    while start < end - 1 and not folded[start].isalnum():
        start += 1
    while end > start + 1 and not folded[end - 1].isalnum():
        end -= 1
    longest = start - _LONGEST_WORD
    while start > max(0, longest) and _LETTER.match(folded[start]) and _LETTER.match(folded[start - 1]):
        start -= 1
    longest = end + _LONGEST_WORD
    while end < min(len(folded), longest) and _LETTER.match(folded[end - 1]) and _LETTER.match(folded[end]):
        end += 1
    return start, end


def _may_be_name(folded: str, start: int, end: int) -> bool:
    """A single character is a name only before a title: 陳先生."""
    return end - start > 1 or _TITLE.match(folded, end) is not None


def _runs(column: Floats, sure: float, edge: float) -> Iterator[tuple[int, int]]:
    """Yield the runs above ``edge`` that reach ``sure`` somewhere."""
    start = end = -1
    reached = False
    for at in np.flatnonzero(column >= edge).tolist():
        if at != end:
            if reached:
                yield start, end
            start, reached = at, False
        end = at + 1
        reached = reached or column[at] >= sure
    if reached:
        yield start, end


@cache
def load_tagger() -> Tagger:
    """Return the shipped tagger. Raises OSError when its weights are missing."""
    with np.load(WEIGHTS, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    return Tagger(Lexicon.from_arrays(arrays), Network(arrays))
