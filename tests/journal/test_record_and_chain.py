"""A record keeps its bytes through spool and database; any change to a chain shows; nothing prints text."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from serve.journal.chain import (
    BEGINNING,
    BrokenChainError,
    CorruptLineError,
    Link,
    Position,
    from_line,
    link,
    to_line,
    verify,
)
from serve.journal.record import InvalidRecordError, encode
from serve.journal.rows import to_row
from serve.journal.store import read_links
from serve.records.database import reading, writing
from serve.records.journal_tables import journal
from tests.journal.support import CANARY, record

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def chain(count: int, writer: str = "w") -> list[Link]:
    links: list[Link] = []
    position = BEGINNING
    for number in range(count):
        links.append(link(writer, position, encode(record(f"r{number}"))))
        position = Position(links[-1].seq, links[-1].hash)
    return links


@given(prompt=plain, answer=plain)
def test_a_line_reads_back_as_the_same_link(prompt: Any, answer: Any) -> None:
    made = link("w", BEGINNING, encode(record("r", prompt=[prompt], answer={"": answer})))
    line = to_line(made)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert from_line(line) == made


@pytest.mark.parametrize(
    "prompt",
    [None, [], "", "a\u0000b", [2**64 - 1], [2**200], [-0.0, 1e22, 5e-324], "\ud800", {1: "odd key"}, "12"],
)
def test_a_row_reads_back_as_the_same_link(db: Engine, prompt: Any) -> None:
    made = link("w", BEGINNING, encode(record("r", prompt=prompt, answer={"b": 1.5, "a": [prompt]})))
    with writing(db) as connection:
        connection.execute(insert(journal), [to_row(made, set())])
    with reading(db) as connection:
        assert list(read_links(connection)) == [made]


def test_what_cannot_be_stored_is_refused_by_its_field() -> None:
    for field, value in {
        "request_id": "x" * 49,
        "tenant": "x" * 65,
        "at": datetime(2026, 1, 1),
        "model": "x" * 129,
        "prompt": 1.5,
    }.items():
        with pytest.raises(InvalidRecordError) as refused:
            encode(dataclasses.replace(record("r"), **{field: value}))
        assert str(refused.value) == field


def test_a_chain_that_holds_ends_where_it_ends() -> None:
    links = chain(5)
    assert verify("w", links, BEGINNING) == Position(5, links[-1].hash)
    assert verify("w", links[2:], Position(2, links[1].hash)) == Position(5, links[-1].hash)
    assert verify("w", [], BEGINNING) == BEGINNING


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("flaw", ["change", "remove", "swap", "repeat", "foreign"])
def test_every_flaw_is_found_at_its_place(place: int, flaw: str) -> None:
    links = chain(6)
    if flaw == "change":
        links[place] = dataclasses.replace(links[place], record=links[place].record.replace(b"moi", b"mof"))
    elif flaw == "remove":
        del links[place]
    elif flaw == "swap":
        links[place], links[place + 1] = links[place + 1], links[place]
    elif flaw == "repeat":
        links.insert(place, links[place])
    else:
        links[place] = chain(6, "other")[place]
    with pytest.raises(BrokenChainError) as broken:
        verify("w", links, BEGINNING)
    assert broken.value.seq == place + 1 + (flaw == "repeat")


@pytest.mark.parametrize("line", [b"", b"{}\n", b"[]\n", b"\x00\x00\n", b'{"hash":1}\n', b"\xff\n"])
def test_a_foreign_line_is_corrupt(line: bytes) -> None:
    with pytest.raises(CorruptLineError):
        from_line(line)


def test_nothing_prints_text() -> None:
    made = record("r1")
    item = link("w", BEGINNING, encode(made))
    with pytest.raises(InvalidRecordError) as refused:
        encode(record("r1", entities={CANARY: object()}))
    with pytest.raises(BrokenChainError) as broken:
        verify("w", [item, item], BEGINNING)
    for shown in (repr(made), str(made), repr(item), f"{refused.value!r}", f"{broken.value!r}"):
        assert CANARY not in shown
    assert "r1" in repr(made)
