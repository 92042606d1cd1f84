"""The benchmark's own instruments tell the truth: questions, stub, client and reading."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.answers import belongs, is_right, read_stream, text_of
from tests.bench.client import HOST, Answer, Endpoint, Pool
from tests.bench.phases import fresh_questions, percentiles
from tests.bench.questions import RAW_MARKS, Question, write_question
from tests.bench.stub import Connection, Upstream, cut


@pytest.fixture
async def upstream() -> AsyncIterator[tuple[Upstream, Endpoint]]:
    """A stub inside the test's own event loop."""
    stub = Upstream(["base", "moi-1"])
    server = await asyncio.get_running_loop().create_server(lambda: Connection(stub), HOST, 0)
    async with server:
        yield stub, Endpoint(server.sockets[0].getsockname()[1], "moi-1")


def test_questions_have_80_characters_and_one_of_each_identifier() -> None:
    for question in islice(fresh_questions(), 500):
        assert len(question.text) == 80
        for value, mark in zip((question.national_id, question.mobile), RAW_MARKS.values(), strict=False):
            assert mark.findall(question.text) == [value]
        assert RAW_MARKS["name"].search(question.text)


def test_no_two_questions_share_a_number() -> None:
    questions = [write_question(serial) for serial in range(20_000)]
    assert len({question.national_id for question in questions}) == len(questions)
    assert len({question.mobile for question in questions}) == len(questions)


@given(st.text(alphabet="好〔姓名1〕<>，", max_size=80), st.integers(1, 70))
def test_a_cut_text_is_whole_and_no_stamp_lies_inside_a_placeholder(text: str, chunks: int) -> None:
    pieces = cut(text, chunks)
    assert "".join(piece for piece, _ in pieces) == text
    sent = "".join(f"{'|' * (place == 'before')}{piece}{'|' * (place == 'after')}" for piece, place in pieces)
    inside = False
    for char in sent:
        if char == "|":
            assert not inside
        elif char in "〔<〕>":
            inside = char in "〔<"


async def test_an_answer_belongs_to_its_question_only(upstream: tuple[Upstream, Endpoint]) -> None:
    stub, endpoint = upstream
    mine, other = write_question(1), write_question(2)
    pool = Pool(endpoint.port)
    whole = await pool.exchange(endpoint.request(mine))
    streamed = read_stream(await pool.exchange(endpoint.request(mine, streamed=True)))
    pool.close()
    assert belongs(whole, mine)
    assert not belongs(whole, other)
    assert text_of(whole) == streamed.text
    assert is_right(streamed.text, mine)
    assert not is_right(streamed.text, other)
    assert all(0 <= delay < 60_000 for delay in streamed.relay_ms)
    assert stub.raw == dict.fromkeys(RAW_MARKS, 2)


async def test_concealed_questions_are_not_counted_as_raw(upstream: tuple[Upstream, Endpoint]) -> None:
    stub, endpoint = upstream
    concealed = Question("您好，我是〔姓名1〕，身分證字號〔身分證號1〕，手機〔手機1〕，請問？", "", "", "")
    pool = Pool(endpoint.port)
    reading = read_stream(await pool.exchange(endpoint.request(concealed, streamed=True)))
    pool.close()
    assert reading.text.endswith(concealed.text)
    assert stub.counts["finished"] == 1
    assert stub.raw == dict.fromkeys(RAW_MARKS, 0)


async def test_an_abandoned_stream_is_seen_by_the_stub(upstream: tuple[Upstream, Endpoint]) -> None:
    stub, endpoint = upstream
    stub.delay_s = 3600
    await Pool(endpoint.port).abandon(endpoint.request(write_question(1), streamed=True))
    async with asyncio.timeout(30):
        while not stub.counts["aborted"]:  # noqa: ASYNC110 - the stub has no event to wait for
            await asyncio.sleep(0)
    assert stub.counts["finished"] == 0


def test_a_broken_stream_is_not_read_as_a_good_one() -> None:
    with pytest.raises(ValueError, match="did not end well"):
        read_stream(Answer(0, status=200, pieces=[(1, b'data: {"choices":[{"delta":{"content":"x"}}]}\n\n')]))


def test_percentiles_are_nearest_ranks() -> None:
    assert percentiles(range(1, 101)) == {"p50": 50, "p99": 99, "max": 100}
    assert percentiles([]) == {}
