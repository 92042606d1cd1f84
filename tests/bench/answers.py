"""Reading answers after a phase: what they say, and when each piece of a stream was there."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field

import orjson

from tests.bench.client import Answer
from tests.bench.questions import RAW_MARKS, Question
from tests.bench.stub import STAMP, read_stamp

_NATIONAL_ID = re.compile(RAW_MARKS["national_id"].pattern.encode())


@dataclass(frozen=True, slots=True)
class StreamReading:
    """A stream's text without its stamps, and its timing in milliseconds."""

    text: str = field(repr=False)
    first_token_ms: float
    relay_ms: list[float]


def belongs(answer: Answer, question: Question) -> bool:
    """Whether a whole answer holds this question's national ID and nobody else's."""
    return answer.status == 200 and set(_NATIONAL_ID.findall(answer.body)) == {question.national_id.encode()}


def text_of(answer: Answer) -> str:
    """The text of a whole answer."""
    text: str = orjson.loads(answer.body)["choices"][0]["message"]["content"]
    return text


def is_right(text: str, question: Question) -> bool:
    """Whether the text holds all three values of this question, no other national ID and no placeholder."""
    return (
        set(RAW_MARKS["national_id"].findall(text)) == {question.national_id}
        and question.mobile in text
        and question.name in text
        and not any(char in text for char in "〔〕<>")
    )


def read_stream(answer: Answer) -> StreamReading:
    """Put a streamed answer together. Raises ValueError when it isn't one that ended well."""
    if answer.status != 200 or not answer.body.rstrip().endswith(b"data: [DONE]"):
        raise ValueError("the stream did not end well")
    ends: list[int] = []
    times_ns: list[int] = []
    text = ""
    for at_ns, data in _whole_events(answer):
        for piece in _contents(data):
            text += piece
            ends.append(len(text))
            times_ns.append(at_ns)
    if not times_ns:
        raise ValueError("the stream held no text")
    relay_ms = [
        (times_ns[bisect.bisect_left(ends, stamp.end())] - read_stamp(stamp[1])) / 1e6
        for stamp in STAMP.finditer(text)
    ]
    return StreamReading(STAMP.sub("", text), (times_ns[0] - answer.sent_ns) / 1e6, relay_ms)


def _whole_events(answer: Answer) -> list[tuple[int, bytes]]:
    events: list[tuple[int, bytes]] = []
    pending = b""
    for at_ns, data in answer.pieces:
        *whole, pending = (pending + data).replace(b"\r\n", b"\n").split(b"\n\n")
        events += [(at_ns, event) for event in whole]
    return events


def _contents(event: bytes) -> list[str]:
    data = event.removeprefix(b"data:").strip()
    if not event.startswith(b"data:") or data == b"[DONE]":
        return []
    choices = orjson.loads(data).get("choices") or []
    return [content for choice in choices if (content := choice["delta"].get("content"))]
