"""What de-identification promises of every text, as checks that hold or don't."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Protocol

from deid import JSON, ConcealmentError, Finding, Restorer, Session
from deid.canonical import canonical
from deid.json_values import decode_escapes
from tests.fuzz.texts import Case

_WINDOW = 6
_LITERAL = "LITERAL"
_SPLIT_CHARACTER = re.compile("[\ud800-\udbff][\udc00-\udfff]")
"""Two halves of one character: JSON source that escapes them comes back with the character itself."""


class Subject(Protocol):
    """What is tried: a Concealer, or one broken on purpose."""

    def detect(
        self, text: str, *, deadline: float | None = None, strict: bool = False
    ) -> tuple[Finding, ...]: ...

    def session(self, *, deadline: float | None = None) -> Session: ...


Check = Callable[[Subject, Case], bool]


def findings_in_order(subject: Subject, case: Case) -> bool:
    """Findings are sorted, inside the text, not empty and apart."""
    end = 0
    for finding in subject.detect(case.text):
        if not end <= finding.start < finding.end <= len(case.text):
            return False
        end = finding.end
    return True


def rest_untouched(subject: Subject, case: Case) -> bool:
    """Between the placeholders stands the text as it was: exactly, or in order where it held a look-alike."""
    session = subject.session()
    parts = _split(session, session.conceal(case.text))
    if _LITERAL in session.counts:
        return _stands_in_order(parts, case.text)
    found = subject.detect(case.text, strict=session.special_category)
    edges = [0, *(edge for finding in found for edge in (finding.start, finding.end)), len(case.text)]
    return parts == [case.text[start:end] for start, end in list(pairwise(edges))[::2]]


def restored(subject: Subject, case: Case) -> bool:
    """Restoring gives the text back, with every value in its first spelling."""
    session = subject.session()
    clean = session.conceal(case.text)
    expected = _expected(subject, session, case.text, clean)
    return expected is None or session.restore(clean) == expected


def restored_from_a_stream(subject: Subject, case: Case) -> bool:
    """Pieces give what the whole gives, as text and as JSON source."""
    session = subject.session()
    clean = session.conceal(case.text)
    source = _source({"a": clean}, case)
    plain = _fed(session.restorer(), clean, case) == session.restore(clean)
    whole = session.restore(source, json_escaped=True)
    return plain and _fed(session.restorer(json_escaped=True), source, case) == whole


def planted_gone(subject: Subject, case: Case) -> bool:
    """No planted value stays, nor six characters of one."""
    return not _leaks(subject.session().conceal(case.text), case)


def planted_gone_later(subject: Subject, case: Case) -> bool:
    """The same after an earlier text, with another one before it, and in a model's answer."""
    session = subject.session()
    session.conceal(case.rest)
    later = session.conceal(case.text, after=case.rest)
    return not _leaks(later, case) and not _leaks(session.conceal_answer(case.text), case)


def json_stays_json(subject: Subject, case: Case) -> bool:
    """JSON source stays JSON of the same shape, without the planted values, and is restored."""
    value: JSON = {"note": case.text, "list": [case.text, case.seed, None, True], "n": 1.5}
    source, session = _source(value, case), subject.session()
    try:
        clean = session.conceal_json_text(source)
    except ConcealmentError:
        return True
    concealed = json.loads(clean)
    if list(concealed) != list(value) or len(concealed["list"]) != 4 or _leaks(concealed["note"], case):
        return False
    read = decode_escapes(json.loads(source)["note"])
    plain = read == case.text and not read.lstrip().startswith(("{", "["))
    if not plain or _SPLIT_CHARACTER.search(read) or not _spelled_once(session, concealed["note"]):
        return True
    return bool(json.loads(session.restore(clean, json_escaped=True))["note"] == case.text)


def broken_json_concealed(subject: Subject, case: Case) -> bool:
    """JSON that was cut off is concealed as text: no planted value stays."""
    source = _source({"note": case.text}, case)[:-2]
    try:
        clean = subject.session().conceal_json_text(source)
    except ConcealmentError:
        return True
    return not _leaks(clean, case)


def json_answer_concealed(subject: Subject, case: Case) -> bool:
    """A tool call's arguments in a model's answer are concealed behind their escapes."""
    return not _leaks(subject.session().conceal_answer(_source({"note": case.text}, case)), case)


CHECKS: Mapping[str, Check] = {
    check.__name__.replace("_", " "): check
    for check in (
        findings_in_order, rest_untouched, restored, restored_from_a_stream, planted_gone, planted_gone_later,
        json_stays_json, broken_json_concealed, json_answer_concealed,
    )
}  # fmt: skip


def _source(value: JSON, case: Case) -> str:
    return json.dumps(value, ensure_ascii=case.seed % 2 == 0)


def _split(session: Session, clean: str) -> list[str]:
    """Return what stands between the placeholders."""
    pattern = _placeholders(session)
    return pattern.split(clean) if pattern else [clean]


def _placeholders(session: Session) -> re.Pattern[str] | None:
    heads = {re.escape(head.rstrip(":")) for head in session.originals}
    return re.compile(f"〔(?:{'|'.join(sorted(heads))})(?:：[^〔〕]*)?〕", re.IGNORECASE) if heads else None


def _stands_in_order(parts: list[str], text: str) -> bool:
    """Whether the parts stand in the text one after the other, the first at its start and the last at its end."""
    if len(parts) == 1:
        return parts[0] == text
    if not text.startswith(parts[0]) or not text.endswith(parts[-1]):
        return False
    position, last = len(parts[0]), len(text) - len(parts[-1])
    for part in parts[1:-1]:
        at = text.find(part, position + 1)
        if at < 0:
            return False
        position = at + len(part)
    return position < last


def _spelled_once(session: Session, clean: str) -> bool:
    """Whether no value stands twice, so that none can be spelled in two ways."""
    pattern = _placeholders(session)
    shown = pattern.findall(clean) if pattern else []
    return len(set(shown)) == len(shown)


def _expected(subject: Subject, session: Session, text: str, clean: str) -> str | None:
    """Return the text with every value in its first spelling; None where a look-alike hides which those are."""
    if _spelled_once(session, clean):
        return text
    if _LITERAL in session.counts:
        return None
    first: dict[tuple[str, str], str] = {}
    pieces, position = [], 0
    for finding in subject.detect(text, strict=session.special_category):
        value = text[finding.start : finding.end]
        pieces.append(text[position : finding.start])
        pieces.append(first.setdefault((finding.entity, canonical(finding.entity, value)), value))
        position = finding.end
    return "".join([*pieces, text[position:]])


def _fed(restorer: Restorer, text: str, case: Case) -> str:
    rng, pieces, position = case.chance(), [], 0
    while position < len(text):
        size = rng.choice((1, 1, 2, 3, 7, 40))
        pieces.append(restorer.feed(text[position : position + size]))
        position += size
    return "".join([*pieces, restorer.flush()])


def _leaks(clean: str, case: Case) -> bool:
    """Whether a part of a planted value stands in the text that did not stand in it before it was planted."""
    windows = (value[at : at + _WINDOW] for value in case.planted for at in range(len(value) - _WINDOW + 1))
    before = case.rest + decode_escapes(case.rest)
    return any(window in clean and window not in before for window in windows)
