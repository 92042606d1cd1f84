"""An answer that can't be finished ends with an error event: never with [DONE], never with a guess."""

from __future__ import annotations

from typing import Any

import pytest

from deid import ConcealmentError, Session
from serve.errors import JournalUnavailable
from serve.journal.spool import Spool
from tests.gateway.conftest import Gateway, content, events

NATIONAL_ID = "A123456789"
QUESTION = f"身分證字號{NATIONAL_ID}"
PIECES = ["您的", "〔身", "分證", "號1", "〕收", "到〔身分", "證號1〕"]
SHOWN = ["", "您的", "您的", "您的", "您的", f"您的{NATIONAL_ID}收", f"您的{NATIONAL_ID}收到"]
"""What may be shown when the engine breaks off before each piece: held-back text stays held back."""
HUGE = b"data: " + b"x" * (5 * 2**20) + b"\n\n"
GARBAGE = [
    b"data: {not json}\n\n", b"data: 5\n\n", b"data: null\n\n", b'data: ["choices"]\n\n', b"data: {}\n\n",
    b'data: {"choices": 5}\n\n', b'data: {"choices": [5]}\n\n',
    b'data: {"choices": [{"index": 0, "delta": "text"}]}\n\n',
    b'data: {"choices": [{"index": 0, "delta": {"content": 5}}]}\n\n',
    b'data: {"choices": [], "usage": "many"}\n\n', b"data: \xff\xfe\n\n", HUGE,
]  # fmt: skip


async def broken(gateway: Gateway) -> str:
    """Ask for a stream; check that it ends with an error of OpenAI's shape. Answers what was shown before."""
    response = await gateway.chat(QUESTION, stream=True)
    text = await response.text()
    assert response.status == 200
    assert "[DONE]" not in text
    error = events(text)[-1]["error"]
    assert (error["code"], error["type"], error["param"]) == ("engine_unavailable", "server_error", None)
    assert sum("error" in event for event in events(text)) == 1
    assert gateway.spooled()[-1]["outcome"] == "broken"
    return content(text)


@pytest.mark.parametrize("failure", ["break_after", "error_after"])
async def test_the_engine_breaks_off_at_every_place(gateway: Gateway, failure: str) -> None:
    gateway.engine.answer = lambda body: PIECES
    setattr(gateway.engine, failure, 0)
    response = await gateway.chat(QUESTION, stream=True)
    assert (response.status, (await response.json())["error"]["code"]) == (503, "engine_unavailable")
    for place in range(1, len(PIECES)):
        setattr(gateway.engine, failure, place)
        assert await broken(gateway) == SHOWN[place]
        said = "".join(PIECES[:place])
        assert gateway.spooled()[-1]["answer"] == [{"index": 0, "content": said}]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda data: data[6:40].decode("ascii", "replace").strip())
async def test_the_engine_sends_what_cannot_be_understood(gateway: Gateway, garbage: bytes) -> None:
    gateway.engine.answer = lambda body: PIECES
    gateway.engine.raw_after = (4, garbage)
    assert await broken(gateway) == "您的"
    gateway.engine.raw_after = (0, garbage)
    assert (await gateway.chat(QUESTION, stream=True)).status == 503


@pytest.mark.parametrize(
    "body", ["", "5", "null", "[]", "{}", '{"choices": 5}', '{"choices": [{"index": 0, "message": "x"}]}']
)
async def test_a_whole_answer_that_cannot_be_understood(gateway: Gateway, body: str) -> None:
    gateway.engine.fail_status = 200
    gateway.engine.fail_body = body
    response = await gateway.chat(QUESTION)
    assert (response.status, (await response.json())["error"]["code"]) == (503, "engine_unavailable")


async def test_a_stream_without_an_end_is_broken(gateway: Gateway) -> None:
    gateway.engine.answer = lambda body: PIECES
    gateway.engine.ending = False
    assert await broken(gateway) == f"您的{NATIONAL_ID}收到{NATIONAL_ID}"


def fail_appends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk refuse records from now on, though it looked usable before."""

    async def refuse(self: Spool, record: Any) -> None:
        raise JournalUnavailable

    monkeypatch.setattr(Spool, "append", refuse)


async def test_no_end_of_a_stream_without_a_record(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_appends(monkeypatch)
    text = await (await gateway.chat(QUESTION, stream=True)).text()
    assert "[DONE]" not in text
    assert events(text)[-1]["error"]["code"] == "journal_unavailable"


async def test_no_answer_without_a_record(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_appends(monkeypatch)
    response = await gateway.chat(QUESTION)
    assert (response.status, (await response.json())["error"]["code"]) == (503, "journal_unavailable")
    assert NATIONAL_ID not in await response.text()


async def test_nothing_is_begun_while_the_journal_is_known_to_be_down(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Spool) -> None:
        raise JournalUnavailable

    monkeypatch.setattr(Spool, "check", refuse)
    for stream in (False, True):
        response = await gateway.chat(QUESTION, stream=stream)
        assert (response.status, (await response.json())["error"]["code"]) == (503, "journal_unavailable")
    assert gateway.engine.raw == []


async def test_an_answer_that_cannot_be_concealed_for_the_journal(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is kept without the answer, and the stream doesn't end as if all were well."""

    def refuse(self: Session, text: str) -> str:
        raise ConcealmentError

    monkeypatch.setattr(Session, "conceal_answer", refuse)
    gateway.engine.answer = lambda body: PIECES
    text = await (await gateway.chat(QUESTION, stream=True)).text()
    assert events(text)[-1]["error"]["code"] == "concealment_failed"
    assert "[DONE]" not in text
    assert (await gateway.chat(QUESTION)).status == 503
    assert [record["answer"] for record in gateway.spooled()] == [[], []]
