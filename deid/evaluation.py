"""How well concealment works on annotated texts: leaks, recall by type, over-masking, with intervals.

A gold text has ``id``, ``channel``, ``text`` and ``spans`` of ``start``, ``end``, ``type``, ``optional``. A must-find
span leaks when any letter or digit of it stays visible; of an address the postcode, country, city and district may.
What is concealed outside every span is over-masking. Intervals are Wilson's, at 95 %.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_Z = 1.96
_AREA_BEFORE = re.compile(
    r"\s*(?:[0-9０-９]{3,6}\s*)?(?:[台臺]灣|Taiwan)?\s*(?:\w{1,3}[縣市](?!區))?\s*"
    r"(?:[前平左]鎮區|新市區|\w{1,4}?[鄉鎮市區])?\s*"
)
_AREA_AFTER = re.compile(
    r"(?:,\s*[A-Z][A-Za-z' -]*(?:Dist(?:rict|\.)?|City|County|Township|Taiwan|Taipei|R\.?O\.?C\.?)\.?\s*"
    r"(?:[0-9]{3,6})?)+[\s,.]*$"
)

Span = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole``, with the interval in which the true share lies."""

    part: int
    whole: int

    @property
    def rate(self) -> float:
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 %."""
        if not self.whole:
            return 0.0, 1.0
        p, n = self.rate, self.whole
        denominator = 1 + _Z * _Z / n
        centre = p + _Z * _Z / (2 * n)
        half = _Z * math.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
        return max(0.0, (centre - half) / denominator), min(1.0, (centre + half) / denominator)


@dataclass
class Tally:
    """What was counted over a set of texts."""

    texts: int = 0
    personal: int = 0
    leaky: int = 0
    clean: int = 0
    clean_touched: int = 0
    characters: int = 0
    over_masked: int = 0
    wanted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right_type: int = 0
    over_masked_by: Counter[str] = field(default_factory=Counter)

    @property
    def recall(self) -> Share:
        return Share(self.found.total(), self.wanted.total())

    @property
    def leaky_texts(self) -> Share:
        return Share(self.leaky, self.personal)

    @property
    def over_masked_per_1000(self) -> float:
        return 1000 * self.over_masked / max(1, self.characters)

    def figures(self) -> dict[str, Any]:
        """Return the figures as plain values, for people and for floors."""
        low, high = self.leaky_texts.interval
        return {
            "texts": self.texts,
            "texts_with_personal_data": self.personal,
            "leaky_texts": self.leaky,
            "leaky_rate": round(self.leaky_texts.rate, 4),
            "leaky_rate_95": [round(low, 4), round(high, 4)],
            "recall": round(self.recall.rate, 4),
            "recall_by_type": {t: [self.found[t], self.wanted[t]] for t in sorted(self.wanted)},
            "type_accuracy": round(self.right_type / max(1, self.found.total()), 4),
            "over_masked_per_1000": round(self.over_masked_per_1000, 2),
            "over_masked_by_type": dict(sorted(self.over_masked_by.items())),
            "clean_texts": self.clean,
            "clean_texts_touched": self.clean_touched,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """One text judged: the must-find spans that leak and the places concealed for nothing."""

    leaks: tuple[Span, ...]
    over_masked: tuple[int, ...]


def must_hide(text: str, span: Span) -> tuple[int, int]:
    """Return the part of a span that may not stay visible."""
    start, end = span["start"], span["end"]
    if span["type"] != "TW_ADDRESS":
        return start, end
    value = text[start:end]
    if after := _AREA_AFTER.search(value):
        return start, start + after.start()
    before = _AREA_BEFORE.match(value)
    area = before.end() if before else 0
    return (start + area, end) if area < len(value) else (start, end)


def judge(gold: Mapping[str, Any], predicted: Iterable[Span], tally: Tally) -> Outcome:
    """Compare one text with what was found in it, and count it. Raises ValueError for a span outside the text."""
    text: str = gold["text"]
    _cover(text, gold["spans"])
    covered = _cover(text, predicted)
    leaks = []
    for span in (s for s in gold["spans"] if not s.get("optional")):
        places = [covered[i] for i in range(*must_hide(text, span)) if text[i].isalnum()]
        tally.wanted[span["type"]] += 1
        if all(places):
            tally.found[span["type"]] += 1
            tally.right_type += Counter(places).most_common(1)[0][0] == span["type"] if places else 1
        else:
            leaks.append(span)
    allowed = {i for span in gold["spans"] for i in range(span["start"], span["end"])}
    over = [i for i, entity in enumerate(covered) if entity and i not in allowed and text[i].isalnum()]
    personal = any(not s.get("optional") for s in gold["spans"])
    tally.texts += 1
    tally.personal += personal
    tally.leaky += bool(leaks)
    tally.clean += not personal
    tally.clean_touched += not personal and bool(over)
    tally.characters += len(text)
    tally.over_masked += len(over)
    tally.over_masked_by.update(covered[i] or "" for i in over)
    return Outcome(tuple(leaks), tuple(over))


def _cover(text: str, spans: Iterable[Span]) -> Sequence[str | None]:
    covered: list[str | None] = [None] * len(text)
    for span in spans:
        if not 0 <= span["start"] < span["end"] <= len(text):
            raise ValueError("a span lies outside its text")
        covered[span["start"] : span["end"]] = [span["type"]] * (span["end"] - span["start"])
    return covered
