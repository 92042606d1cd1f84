"""Runs the network over a text in windows and reads names off its scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from deid.tagger.features import ENGLISH, FAMILY, FREQUENCY, GIVEN, Floats, Lexicon, features, features_of_all
from deid.tagger.network import Network
from deid.tagger.tags import ENTITIES, FIRST_ENTITY, NOTHING, PERSON_BEGIN, PERSON_INSIDE
from deid.views import Views

WEIGHTS = Path(__file__).parent / "weights.npz"
WORDS = WEIGHTS.with_name("words.txt")
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
_SPACED = "Ѐ-ӿऀ-ॣॱ-ॿက-၉"  # Cyrillic, Devanagari and Burmese, with spaces between words or phrases
_LETTER, _OTHER_LETTER = re.compile(f"[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ{_SPACED}]"), re.compile(f"[{_SPACED}]")
_TITLE = re.compile(
    "[ ]?(?:先生|小姐|女士|太太|老師|同學|醫師|律師|教授|師傅|主任|里長|媽媽|爸爸|伯|叔|姨|嬸|媽|爸|董|姓|氏|員|"
    "姐|哥|嫂|君|警|專員|經理|老闆|[組科課股隊所校店班]長|師|小弟|阿姨|奶奶|爺爺|婆婆|阿嬤|阿公|家|[OX○〇某])"
)
_HAN, _PERSON_ALONE = re.compile("[一-鿿]"), 0.8

Span = tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class _Reading:
    """How likely each class (row) is at each character (column); a name of any class; a value of any other kind."""

    classes: Floats
    person: Floats
    value: Floats

    @classmethod
    def of(cls, classes: Floats) -> _Reading:
        person = classes[PERSON_BEGIN] + classes[PERSON_INSIDE]
        return cls(classes, person, 1 - classes[NOTHING] - person)


class Tagger:
    """Immutable; safe to share between threads."""

    def __init__(self, lexicon: Lexicon, network: Network) -> None:
        self._lexicon = lexicon
        self._network = network

    def probabilities(self, views: Views) -> Floats:
        """Return the probability of each class (row) at each character (column) of a text that is not empty.

        Raises ConcealmentTimeout when a window begins after the deadline.
        """
        length = len(views.folded)
        if length <= WINDOW:
            return self.window(views, 0, length)
        margin, parts = self._network.context + _WORD_CONTEXT, []
        for start in range(0, length, WINDOW):
            views.check_deadline()
            first, last = max(0, start - margin), min(length, start + WINDOW + margin)
            parts.append(self.window(views, first, last)[:, start - first : start - first + WINDOW])
            parts[-1] = parts[-1][:, : length - start]
        return np.concatenate(parts, axis=1)

    def window(self, views: Views, start: int, end: int) -> Floats:
        """Return the probabilities of a stretch, read as if nothing stood around it."""
        return self._network.probabilities(*features(views, start, end, self._lexicon))

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
        return list(_runs(self._read(views).person, PERSON_DOUBTED, PERSON_TRACE))

    def values(self, views: Views) -> Iterator[tuple[int, int, str, float]]:
        """Yield start, end, likeliest entity and score of every value that is no name."""
        if not views.folded:
            return
        reading = self._read(views)
        for start, end in _runs(reading.value, VALUE_SURE, VALUE_EDGE):
            score = _mean(reading.value, start, end)
            if score >= VALUE_SURE:
                kind = int(reading.classes[FIRST_ENTITY:, start:end].sum(axis=1).argmax())
                yield start, end, ENTITIES[kind], min(score, 1.0)

    def value_mean(self, views: Views, start: int, end: int) -> float:
        """Return how likely a stretch is a value of any kind but a name, on the average of its characters."""
        return _mean(self._read(views).value, start, end)

    def _read(self, views: Views) -> _Reading:
        """Return the probabilities of a text, computed once for all recognisers."""
        found: _Reading | None = views.cache.get(_CACHED)
        if found is None:
            found = views.cache[_CACHED] = _Reading.of(self.probabilities(views))
        return found

    def read_ahead(self, texts: Iterable[Views]) -> None:
        """Read several texts together, each as if it were alone: short ones take less time so."""
        unread = [views for views in texts if 0 < len(views.folded) <= WINDOW and _CACHED not in views.cache]
        for views, given in zip(unread, features_of_all(unread, self._lexicon), strict=True):
            views.cache[_CACHED] = _Reading.of(self._network.probabilities(*given))

    def is_everyday(self, word: str) -> bool:
        """Whether a word is one of two Chinese characters that is often said: 高興."""
        if len(word) != _EVERYDAY_LENGTH:
            return False
        return self._lexicon.words.value(word) & FREQUENCY >= _OFTEN

    def is_word(self, word: str) -> bool:
        """Whether a word of two to four Chinese characters is known to be one."""
        return self._lexicon.words.value(word) & FREQUENCY > 0

    def is_english(self, word: str) -> bool:
        """Whether a word in capitals is a common one of English or of another language in Latin letters."""
        return self._lexicon.latin.get(word, 0) & ENGLISH > 0

    def is_given(self, word: str) -> bool:
        """Whether a word in capitals is a given name somewhere in the world, in Latin letters."""
        return self._lexicon.latin.get(word, 0) & GIVEN > 0

    def is_family(self, word: str) -> bool:
        """Whether a word in capitals is a family name somewhere in the world, in Latin letters, and no English word."""
        flags = self._lexicon.latin.get(word, 0)
        return flags & FAMILY > 0 and not flags & ENGLISH

    def name_mean(self, views: Views, start: int, end: int) -> float:
        """Return how likely a stretch is a name, on the average of its characters."""
        return _mean(self._read(views).person, start, end)

    def name_at(self, views: Views, at: int) -> float:
        """Return how likely one character is part of a name."""
        return float(self._read(views).person[at])


def _mean(column: Floats, start: int, end: int) -> float:
    return float(sum(column[start:end].tolist()) / (end - start))


def _people(reading: _Reading, folded: str) -> Iterator[Span]:
    begins, person = reading.classes[PERSON_BEGIN], reading.person
    for start, end in _runs(person, PERSON_SURE, PERSON_EDGE):
        cuts = [start, *(at for at in range(start + 1, end) if begins[at] > 0.5), end]
        if len(cuts) > 2 and cuts[1] - start == 1 and not _TITLE.match(folded, cuts[1]):
            del cuts[1]  # a first surname of two: 田林秋妹
        for first, last in pairwise(cuts):
            whole = _whole(folded, first, last)
            score = _mean(person, *whole)
            if _OTHER_LETTER.match(folded, first):
                score = max(score, _mean(person, first, last))
            if score >= PERSON_SURE and _may_be_name(folded, *whole, score):
                yield *whole, min(score, 1.0)


def _whole(folded: str, start: int, end: int) -> tuple[int, int]:
    """Extend a name over the words of letters that it begins or ends in; leave spaces and marks at its ends outside."""
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


def _may_be_name(folded: str, start: int, end: int, score: float) -> bool:
    """A single character is a name before a title, 陳先生, or where the network is nearly sure."""
    if end - start > 1 or _TITLE.match(folded, end) is not None:
        return True
    return score >= _PERSON_ALONE and _HAN.match(folded, start) is not None


def _runs(column: Floats, sure: float, edge: float) -> Iterator[tuple[int, int]]:
    """Yield the runs above ``edge`` that reach ``sure`` somewhere."""
    reached = (column >= sure).tobytes()
    at = reached.find(1)
    if at < 0:
        return
    inside = (column >= edge).tobytes()
    while at >= 0:
        start, end = inside.rfind(0, 0, at) + 1, inside.find(0, at)
        end = len(inside) if end < 0 else end
        yield start, end
        at = reached.find(1, end)


@cache
def load_tagger() -> Tagger:
    """Return the shipped tagger. Raises OSError when its weights or its words are missing."""
    with np.load(WEIGHTS, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    words = (word for line in lines if not line.startswith("#") for word in line.split())
    return Tagger(Lexicon.from_arrays(arrays, words), Network(arrays))
