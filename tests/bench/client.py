"""An HTTP/1.1 client that costs little: it keeps what arrived and when, and reads it only after the phase."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import cast

import httptools
import orjson

from tests.bench.questions import Question

HOST = "127.0.0.1"
TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go, as whom, for which model. Loopback only."""

    port: int
    model: str
    key: str = field(default="none", repr=False)

    def request(self, question: Question, *, streamed: bool = False) -> bytes:
        """The bytes of one chat request."""
        body = orjson.dumps(
            {
                "model": self.model,
                "messages": [{"role": "user", "content": question.text}],
                "max_tokens": 256,
                "stream": streamed,
            }
        )
        return (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nAuthorization: Bearer {self.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


@dataclass(slots=True)
class Answer:
    """What came back for one request; times are monotonic nanoseconds."""

    sent_ns: int
    status: int = 0
    ended_ns: int = 0
    pieces: list[tuple[int, bytes]] = field(default_factory=list, repr=False)

    @property
    def body(self) -> bytes:
        """The body, free of its transfer coding."""
        return b"".join(data for _, data in self.pieces)

    @property
    def elapsed_ms(self) -> float:
        """From the request's first byte to the answer's last."""
        return (self.ended_ns - self.sent_ns) / 1e6


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request on it."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._answer = Answer(0)
        self._done: asyncio.Future[Answer] | None = None
        self._begun: asyncio.Future[None] | None = None
        self._now_ns = 0
        self.reusable = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.reusable = False
        for future in (self._done, self._begun):
            if future and not future.done():
                future.set_exception(ConnectionError("closed before the answer's end"))

    def send(self, request: bytes) -> asyncio.Future[Answer]:
        """Send a request; the future holds its whole answer or raises ConnectionError."""
        self._done = asyncio.get_running_loop().create_future()
        self._answer = Answer(time.monotonic_ns())
        self._transport.write(request)
        return self._done

    def begun(self) -> asyncio.Future[None]:
        """Resolves when the first byte of the body is here."""
        self._begun = asyncio.get_running_loop().create_future()
        return self._begun

    def abort(self) -> None:
        """Close at once, without a farewell."""
        self.reusable = False
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._now_ns = time.monotonic_ns()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.abort()

    def on_body(self, body: bytes) -> None:
        self._answer.pieces.append((self._now_ns, body))
        if self._begun and not self._begun.done():
            self._begun.set_result(None)

    def on_message_complete(self) -> None:
        self._answer.ended_ns = self._now_ns
        self._answer.status = self._parser.get_status_code()
        self.reusable = self.reusable and self._parser.should_keep_alive()
        if self._done and not self._done.done():
            self._done.set_result(self._answer)


class Pool:
    """Keep-alive connections to one endpoint."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Connection] = []

    async def exchange(self, request: bytes) -> Answer:
        """Send one request and wait for its whole answer. Raises ConnectionError or TimeoutError."""
        connection = await self._take()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await connection.send(request)
        except BaseException:
            connection.abort()
            raise
        if connection.reusable:
            self._idle.append(connection)
        return answer

    async def abandon(self, request: bytes) -> None:
        """Send one request and leave as soon as the answer has begun. Raises ConnectionError or TimeoutError."""
        connection = await self._take()
        done, begun = connection.send(request), connection.begun()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await begun
        finally:
            done.cancel()
            connection.abort()

    async def warm(self, connections: int) -> None:
        """Open that many connections now."""
        self._idle += [await self._open() for _ in range(connections - len(self._idle))]

    def close(self) -> None:
        """Close the idle connections."""
        for connection in self._idle:
            connection.abort()
        self._idle.clear()

    async def _take(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable:
                return connection
        return await self._open()

    async def _open(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, HOST, self._port)
        return connection
