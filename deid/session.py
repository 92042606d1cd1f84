"""One request's memory of what was concealed. It is never stored and goes when the request goes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import NewType, Protocol

from deid import json_values
from deid.canonical import canonical
from deid.errors import PersonalDataBlocked
from deid.findings import Finding
from deid.generalise import coarser
from deid.json_values import JSON, JsonConcealer, cue_prefix
from deid.overlaps import cut_out
from deid.placeholders import CANDIDATE, ESCAPED_CANDIDATE, LITERAL, decode_escapes, head, normalise, write
from deid.policy import BLOCK, GENERALISE, Policy
from deid.restorer import Restorer
from deid.special_category import names_special_category, speaks_of_special_category
from deid.views import Views

CleanText = NewType("CleanText", str)

_REMEMBERED_NAMES = 64
_SHORTEST_REMEMBERED_NAME = 3
_LONGEST_AFTER = 60


class Detect(Protocol):
    def __call__(
        self, text: str | Views, *, deadline: float | None = None, strict: bool = False
    ) -> tuple[Finding, ...]: ...


class Session:
    """Conceals every text of one request with one numbering, and restores its answers.

    The same value always gets the same placeholder, whichever way it is spelled; restoring gives its first spelling.
    So ``restore(conceal(x)) == x`` for every ``x`` in which each value is spelled one way. Anything a user types
    that looks like a placeholder is concealed itself (entity LITERAL), so no value can be addressed from outside.

    Not thread-safe: one request, one task at a time. ``deadline`` is a ``time.monotonic()`` value and may be set
    anew for a later phase. ``views_of`` gives the views of a text, made before where somebody has read ahead. Every
    method raises ConcealmentError when the text could not be protected.
    """

    __slots__ = (
        "_detect",
        "_issued",
        "_lookalike",
        "_names",
        "_placeholders",
        "_policy",
        "_totals",
        "_views_of",
        "deadline",
        "special_category",
    )

    def __init__(
        self,
        detect: Detect,
        policy: Policy,
        *,
        deadline: float | None = None,
        views_of: Callable[[str], Views] = Views,
    ) -> None:
        self._detect = detect
        self._views_of = views_of
        self._policy = policy
        self._lookalike = _lookalike_pattern(tuple(policy.words.values()))
        self._placeholders: dict[tuple[str, str], str] = {}
        self._totals: Counter[str] = Counter()
        self._issued: dict[str, str] = {}
        self._names: list[str] = []
        self.deadline = deadline
        self.special_category = False

    def __repr__(self) -> str:
        return "Session()"

    @property
    def counts(self) -> Mapping[str, int]:
        """How many distinct values of each entity were concealed."""
        return MappingProxyType(self._totals)

    @property
    def originals(self) -> Mapping[str, str]:
        """What each placeholder stands for, as a Restorer takes it. This is personal data: never log or store it."""
        return MappingProxyType(self._issued)

    def conceal(self, text: str, *, after: str = "") -> CleanText:
        """Conceal a text that comes from outside.

        ``after`` is what was said directly before, such as the question that this text answers: its end is read as
        a cue. Raises PersonalDataBlocked when the policy refuses texts that hold what this one holds.
        """
        cue = f"{after[-_LONGEST_AFTER:]}\n" if after else ""
        return CleanText(self._conceal(text, cue, self._lookalikes(text)))

    def conceal_answer(self, text: str) -> CleanText:
        """Conceal a model's answer again: this session's placeholders stay, invented values and names do not.

        For keeping, not for restoring: JSON's escapes (of a tool call's arguments) are read and written out.
        """
        text = json_values.decode_escapes(text)
        lookalikes = self._lookalikes(text)
        kept = {found for found in lookalikes if self._is_issued(text[found.start : found.end])}
        found = self._find(text, "", lookalikes)
        return CleanText(self._replace(text, [finding for finding in found if finding not in kept]))

    def conceal_json_text(self, text: str) -> CleanText:
        """Conceal a string that holds JSON, with its escapes read first; anything else is concealed as plain text.

        JSON in which nothing had to be concealed comes back unchanged; otherwise it is written anew.
        """
        concealed = self._json().conceal_json_text(text)
        if concealed is not None:
            return CleanText(concealed)
        decoded = json_values.decode_escapes(text)
        clean = self.conceal(decoded)
        return CleanText(text) if clean == decoded and not self._lookalikes(text) else clean

    def conceal_tree(self, value: JSON, *, key: str = "", topic: bool | None = None) -> JSON:
        """Conceal every string in a JSON value, and numbers that look like an identifier (they become strings).

        ``key`` is what the value is called, and a cue; ``topic`` says whether it names one of art. 6, where that is
        known. Raises KeyHoldsPersonalData when the key of an object in the value would have to be concealed.
        """
        return self._json().conceal_tree(value, key, topic=self._is_topic(key) if topic is None else topic)

    def holds_any(self, text: str) -> bool:
        """Whether anything in a text would be concealed, without concealing it."""
        found = self._detect(text, deadline=self.deadline, strict=self.special_category)
        return bool(found or self._lookalikes(text))

    def conceal_whole(self, text: str, entity: str) -> CleanText:
        """Conceal a text that is one value of a known entity, such as a column of names."""
        whole = Finding(0, len(text), entity, 1.0, "Session")
        self._check_blocked([whole])
        return CleanText(self._placeholder(whole, text))

    def restorer(self, *, json_escaped: bool = False) -> Restorer:
        return Restorer(self._issued, json_escaped=json_escaped)

    def restore(self, text: str, *, json_escaped: bool = False) -> str:
        restorer = self.restorer(json_escaped=json_escaped)
        return restorer.feed(text) + restorer.flush()

    def _json(self) -> JsonConcealer:
        return JsonConcealer(
            conceal_value=self._conceal_leaf,
            is_personal=self.holds_any,
            is_topic=self._is_topic,
            tell_topic=self._raise_flag,
        )

    def _is_topic(self, key: str) -> bool:
        return not self.special_category and names_special_category(key)

    def _raise_flag(self) -> None:
        self.special_category = True

    def _conceal_leaf(self, text: str, key: str) -> str:
        decoded = json_values.decode_escapes(text)
        clean = self._conceal(decoded, cue_prefix(key), self._lookalikes(decoded))
        return text if clean == decoded else clean

    def _conceal(self, text: str, cue: str, lookalikes: list[Finding]) -> str:
        found = self._find(text, cue, lookalikes)
        self._check_blocked(found)
        return self._replace(text, found)

    def _find(self, text: str, cue: str, lookalikes: list[Finding]) -> tuple[Finding, ...]:
        views = self._views_of(cue + text)
        if not self.special_category and text.strip():
            self.special_category = speaks_of_special_category(views)
        found = self._detect(views, deadline=self.deadline, strict=self.special_category)
        if cue:
            found = _without_prefix(found, len(cue))
        known = self._known_names(text)
        if known:
            found = tuple(sorted((*found, *cut_out(text, known, list(found))), key=lambda f: f.start))
        if lookalikes:
            found = tuple(sorted((*cut_out(text, found, lookalikes), *lookalikes), key=lambda f: f.start))
        return found

    def _replace(self, text: str, found: Iterable[Finding]) -> str:
        pieces: list[str] = []
        position = 0
        for finding in found:
            pieces += (text[position : finding.start], self._placeholder(finding, text))
            position = finding.end
        pieces.append(text[position:])
        return "".join(pieces)

    def _placeholder(self, finding: Finding, text: str) -> str:
        original = text[finding.start : finding.end]
        identity = (finding.entity, canonical(finding.entity, original))
        if identity not in self._placeholders:
            self._totals[finding.entity] += 1
            word, number = self._policy.words[finding.entity], self._totals[finding.entity]
            detail = self._coarser(finding.entity, original)
            self._placeholders[identity] = write(word, number, detail)
            self._issued[normalise(f"{word}{number}")] = original
            if detail:
                self._issued[normalise(f"{word}{number}:")] = original
            self._remember(finding.entity, original)
        return self._placeholders[identity]

    def _coarser(self, entity: str, original: str) -> str:
        action = self._policy.action(entity, strict=self.special_category)
        return coarser(entity, original) if action == GENERALISE else ""

    def _check_blocked(self, found: Iterable[Finding]) -> None:
        for finding in found:
            if self._policy.action(finding.entity) == BLOCK:
                raise PersonalDataBlocked(finding.entity)

    def _remember(self, entity: str, original: str) -> None:
        long_enough = len(original) >= _SHORTEST_REMEMBERED_NAME
        if entity == "PERSON" and long_enough and len(self._names) < _REMEMBERED_NAMES and original.isalpha():
            self._names.append(original)

    def _known_names(self, text: str) -> list[Finding]:
        """Find names already concealed in this request where nothing around them says that they are names."""
        found = []
        for name in self._names:
            at = text.find(name)
            while at >= 0:
                found.append(Finding(at, at + len(name), "PERSON", 1.0, "Session"))
                at = text.find(name, at + len(name))
        return found

    def _lookalikes(self, text: str) -> list[Finding]:
        escaped = "\\u" in text
        pattern = ESCAPED_CANDIDATE if escaped else CANDIDATE
        found = []
        for match in pattern.finditer(text):
            inner = normalise(decode_escapes(match[1]) if escaped else match[1])
            if self._lookalike.fullmatch(head(inner)):
                found.append(Finding(*match.span(), LITERAL, 1.0, "Session"))
        return found

    def _is_issued(self, lookalike: str) -> bool:
        match = CANDIDATE.fullmatch(lookalike)
        return match is not None and head(normalise(match[1])) in self._issued


@cache
def _lookalike_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(re.escape(normalise(word)) for word in words)})[0-9]+:?")


def _without_prefix(found: tuple[Finding, ...], length: int) -> tuple[Finding, ...]:
    return tuple(
        Finding(max(0, f.start - length), f.end - length, f.entity, f.score, f.recognizer)
        for f in found
        if f.end > length
    )
