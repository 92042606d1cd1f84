"""A fast stand-in for vLLM's OpenAI server: `python -m tests.bench.stub PORT MODEL...`.

An answer is a fixed text of about 170 characters and the last user message's text, so it holds whatever
placeholders the gateway put in. Streamed, it is cut in CHUNKS pieces without regard for placeholders. A piece
carries the monotonic time at which it was sent (`~` and 12 letters a to p, microseconds), unless it lies inside a
placeholder: what holds such a stamp back holds back text that it need not.

`/pace?delay_ms=N` sets the time between chunks; `/stats` tells what arrived and how often an identifier came raw.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import re
import time
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httptools
import orjson
import uvloop

from tests.bench.questions import RAW_MARKS

CHUNKS = 60
STAMP = re.compile(r"~([a-p]{12})~")
OPENERS, CLOSERS = "〔<", "〕>"
TEXT = (
    "好的，已收到您的問題。以下為您整理重點：第一，請先確認申請資料是否齊全，包含申請書、身分證明文件與相關附件；"
    "第二，承辦單位將於七個工作日內完成初審，並以書面通知結果；第三，若需補件，請於通知後十日內完成，逾期視同放棄。"
    "如對審查結果有疑義，可於收到通知後三十日內提出申覆。建議您保留往來紀錄，以利後續查詢。您原本的訊息是："
)

_USAGE = b'{"prompt_tokens":64,"total_tokens":184,"completion_tokens":120,"prompt_tokens_details":null}'
_HEAD = b'"created":1700000000,"model":"stub","choices":['
_ANSWER = (
    b'{"id":"chatcmpl-stub","object":"chat.completion",'
    + _HEAD
    + b'{"index":0,"message":{"role":"assistant",'
    b'"content":%s,"refusal":null,"tool_calls":[]},"logprobs":null,"finish_reason":"stop","stop_reason":null}],'
    b'"usage":' + _USAGE + b"}"
)
_EVENT = b'data: {"id":"chatcmpl-stub","object":"chat.completion.chunk",' + _HEAD + b"%s]%s}\n\n"
_PIECE = b'{"index":0,"delta":{"content":%s},"logprobs":null,"finish_reason":null}'
_ROLE = _EVENT % (
    b'{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}',
    b"",
)
_FINISH = _EVENT % (
    b'{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop","stop_reason":null}',
    b"",
)
_LETTERS = bytes.maketrans(b"0123456789abcdef", b"abcdefghijklmnop")
_DIGITS = str.maketrans("abcdefghijklmnop", "0123456789abcdef")


def read_stamp(letters: str) -> int:
    """The monotonic time in nanoseconds that a stamp's letters tell."""
    return int(letters.translate(_DIGITS), 16) * 1000


def write_stamp() -> str:
    """The stamp of this moment."""
    letters = (b"%012x" % (time.monotonic_ns() // 1000)).translate(_LETTERS)
    return f"~{letters.decode()}~"


def cut(text: str, chunks: int = CHUNKS) -> list[tuple[str, str]]:
    """Cut a text evenly; beside each piece, where its stamp goes: `before`, `after` or `` for none."""
    bounds = [len(text) * i // chunks for i in range(chunks + 1)]
    pieces: list[tuple[str, str]] = []
    inside = False
    for start, end in itertools.pairwise(bounds):
        place = "" if inside else "before"
        for char in text[start:end]:
            if char in OPENERS:
                inside = True
            elif char in CLOSERS:
                inside, place = False, place or "after"
        if inside and place == "after":
            place = ""
        pieces.append((text[start:end], place))
    return pieces


class Upstream:
    """What the stub knows: the names it lists, its pace, and what it has seen."""

    def __init__(self, models: Sequence[str]) -> None:
        self.delay_s = 0.0
        self.counts = {"chats": 0, "streams": 0, "finished": 0, "aborted": 0}
        self.raw = dict.fromkeys(RAW_MARKS, 0)
        cards = [
            {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "vllm", "root": name}
            | {"parent": models[0] if name != models[0] else None, "max_model_len": 4096}
            for name in models
        ]
        self._pages = {
            b"/v1/models": orjson.dumps({"object": "list", "data": cards}),
            b"/health": b"",
            b"/version": b'{"version":"stub"}',
            b"/metrics": b"".join(
                b'vllm:%s{engine="0",model_name="stub"} 0.0\n' % name
                for name in (b"num_requests_running", b"num_requests_waiting", b"kv_cache_usage_perc")
            ),
        }

    def page(self, url: bytes) -> bytes | None:
        """What a GET answers; None for an unknown path."""
        parts = urlsplit(url)
        if parts.path == b"/stats":
            return orjson.dumps({**self.counts, "raw": self.raw})
        if parts.path == b"/pace":
            self.delay_s = float(parse_qs(parts.query)[b"delay_ms"][0]) / 1000
            return b"{}"
        return self._pages.get(parts.path)

    def read_chat(self, body: bytes) -> tuple[str, dict[str, Any]]:
        """The answer's text and the request; counts what came raw."""
        request: dict[str, Any] = orjson.loads(body)
        texts = [_text_of(message) for message in request["messages"]]
        self.counts["chats"] += 1
        for mark, pattern in RAW_MARKS.items():
            self.raw[mark] += any(pattern.search(text) for text in texts)
        return TEXT + texts[-1], request


def _text_of(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


class Connection(asyncio.Protocol):
    """One keep-alive connection: one request at a time."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._parser = httptools.HttpRequestParser(self)
        self._loop = asyncio.get_running_loop()
        self._url, self._body = b"", b""
        self._pieces: list[tuple[str, str]] = []
        self._include_usage = False
        self._next_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._pieces:
            self._upstream.counts["aborted"] += 1
            self._pieces = []

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.abort()

    def on_url(self, url: bytes) -> None:
        self._url, self._body = url, b""

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._parser.get_method() == b"GET":
            page = self._upstream.page(self._url)
            self._reply(b"{}" if page is None else page, b"404 Not Found" if page is None else b"200 OK")
            return
        text, request = self._upstream.read_chat(self._body)
        if request.get("stream"):
            self._include_usage = bool((request.get("stream_options") or {}).get("include_usage"))
            self._begin(text)
        else:
            self._reply(_ANSWER % orjson.dumps(text), b"200 OK")

    def _reply(self, body: bytes, status: bytes) -> None:
        self._transport.write(
            b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (status, len(body), body)
        )

    def _begin(self, text: str) -> None:
        self._upstream.counts["streams"] += 1
        self._pieces = cut(text)[::-1]
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + _frame(_ROLE)
        )
        self._next_s = self._loop.time()
        self._step()

    def _step(self) -> None:
        if not self._pieces:
            return  # the client has gone
        text, place = self._pieces.pop()
        if place:
            text = write_stamp() + text if place == "before" else text + write_stamp()
        self._transport.write(_frame(_EVENT % (_PIECE % orjson.dumps(text), b"")))
        if self._pieces:
            self._next_s += self._upstream.delay_s
            self._loop.call_at(self._next_s, self._step)
            return
        self._upstream.counts["finished"] += 1
        end = _FINISH + (_EVENT % (b"", b',"usage":' + _USAGE) if self._include_usage else b"")
        self._transport.write(_frame(end + b"data: [DONE]\n\n") + b"0\r\n\r\n")


def _frame(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def serve(port: int, models: Sequence[str]) -> None:
    """Serve on loopback until the process is ended."""
    upstream = Upstream(models)
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(upstream), "127.0.0.1", port, backlog=1024
    )
    gc.freeze()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("models", nargs="+")
    args = parser.parse_args()
    uvloop.run(serve(args.port, args.models))
