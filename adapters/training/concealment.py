"""Everything personal leaves the dialogues before anything learns from them.

One dialogue is one session of `deid`: the same value has the same placeholder in all its messages. Placeholders that
stand in the data already (exports of the journal hold them) stay, numbered so that they mean nobody else.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tqdm import tqdm

from adapters.dialogues import Dialogue, Message
from adapters.training.errors import TrainingRefused
from adapters.training.sources import SourceRow
from deid import Concealer, ConcealmentError, Session

LITERAL = "LITERAL"
ROWS_NAMED = 200
_PLACEHOLDER = re.compile(r"〔(\w+?)([0-9]+)(?:：[^〔〕\n]*)?〕")


@dataclass(frozen=True, slots=True)
class CleanRow:
    """A dialogue that holds no personal value; `personal` tells that it held one."""

    source: str
    row: int
    dialogue: Dialogue
    personal: bool


@dataclass(frozen=True, slots=True)
class Replaced:
    """One kind of personal data: how many values, in how many rows, and the first of these rows."""

    values: int
    rows: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeidReport:
    """What was replaced: counts and row numbers, never a value."""

    policy: str
    rows: int
    rows_changed: int
    placeholders_kept: int
    entities: dict[str, Replaced]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def as_text(self) -> str:
        """A few lines for people."""
        lines = [f"personal data: {self.rows_changed} of {self.rows} rows held some (policy {self.policy})"]
        for entity, one in sorted(self.entities.items(), key=lambda item: -item[1].values):
            places = ", ".join(one.places[:5]) + (", …" if one.rows > 5 else "")
            lines.append(f"  {entity:<18} {one.values:>5} values in {one.rows:>5} rows  ({places})")
        if self.placeholders_kept:
            lines.append(f"  {self.placeholders_kept} placeholders stood in the data already and were kept")
        return "\n".join(lines)


def conceal_rows(
    rows: Sequence[SourceRow], concealer: Concealer, policy: str
) -> tuple[list[CleanRow], DeidReport]:
    """Conceal every row. Raises TrainingRefused(concealment_failed), naming the row: nothing passes unchecked."""
    clean, kept = [], 0
    values: Counter[str] = Counter()
    places: dict[str, list[str]] = defaultdict(list)
    for row in tqdm(rows, desc="de-identify", unit="row", mininterval=2, disable=len(rows) < 200):
        session = concealer.session()
        try:
            dialogue = _conceal(row.dialogue, session)
        except ConcealmentError as exc:
            where = f"{row.source} row {row.row}"
            raise TrainingRefused(
                "concealment_failed", f"{where}: {type(exc).__name__}, nothing was trained"
            ) from None
        found = {entity: count for entity, count in session.counts.items() if entity != LITERAL}
        for entity, count in found.items():
            values[entity] += count
            places[entity].append(f"{row.source}:{row.row}")
        kept += session.counts.get(LITERAL, 0)
        clean.append(CleanRow(row.source, row.row, dialogue, bool(found)))
    entities = {e: Replaced(values[e], len(places[e]), tuple(places[e][:ROWS_NAMED])) for e in values}
    return clean, DeidReport(policy, len(rows), sum(row.personal for row in clean), kept, entities)


def _conceal(dialogue: Dialogue, session: Session) -> Dialogue:
    texts, before = [], ""
    for message in dialogue.messages:
        texts.append(session.conceal(message.content, after=before))
        before = message.content
    facts = [session.conceal(fact) for fact in dialogue.key_facts]
    renamed = _kept_placeholders(session)
    messages = tuple(
        Message(message.role, _put_back(text, renamed))
        for message, text in zip(dialogue.messages, texts, strict=True)
    )
    return Dialogue(messages, tuple(_put_back(fact, renamed) for fact in facts))


def _kept_placeholders(session: Session) -> dict[str, str]:
    """For each placeholder that `deid` concealed as typed by somebody: the placeholder that stands for it now.

    What stood in its brackets after a colon is dropped: there a value could hide.
    """
    issued, renamed = dict(session.originals), {}
    used = {f"〔{key.rstrip(':')}〕" for key in issued}
    for key, original in issued.items():
        inside = _PLACEHOLDER.fullmatch(original)
        if inside is None:
            continue
        number = int(inside[2])
        while f"〔{inside[1]}{number}〕" in used:
            number += 1
        used.add(f"〔{inside[1]}{number}〕")
        renamed[f"〔{key}〕"] = f"〔{inside[1]}{number}〕"
    return renamed


def _put_back(text: str, renamed: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: renamed.get(match[0], match[0]), text)
