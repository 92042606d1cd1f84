"""The path of a request, and nothing else: the whole policy of the product on one screen.

authenticate → reserve quota → conceal personal data → choose the adapter → stream from vLLM → restore for this
citizen only → record. (Authentication is done before: `serve.gateway.auth`.)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from serve import metrics
from serve.background import Background
from serve.dispatch import Dispatch
from serve.errors import ConcealmentFailed, EngineUnavailable, JournalUnavailable, ServeError
from serve.gateway.answers import AnswerRestorer
from serve.gateway.auto import emergency_answer, emergency_chunks
from serve.gateway.concealment import Concealment
from serve.gateway.dialects import estimate_tokens
from serve.gateway.envelope import DONE_EVENT, error_event, restored_answer, restored_event
from serve.gateway.exchange import Exchange, Inquiry
from serve.gateway.routing import Routing
from serve.journal.spool import Spool
from serve.quota import Quota
from serve.rendering import where_raised

log = logging.getLogger("bianmin.path")


@dataclass(frozen=True, slots=True)
class Collaborators:
    """The steps of the path."""

    quota: Quota
    concealment: Concealment
    routing: Routing
    dispatch: Dispatch
    spool: Spool


class Path:
    """Leads inquiries through the steps. Each leaves one journal record, whatever happens to it."""

    def __init__(self, steps: Collaborators) -> None:
        self._steps = steps
        self._background = Background()

    async def answer(self, inquiry: Inquiry) -> tuple[dict[str, str], bytes]:
        """The whole answer: headers and body. Raises a ServeError that tells why there is none."""
        exchange = self._begin(inquiry)
        async with self._tracked(exchange):
            await self._prepare(exchange)
            with exchange.step("engine"):
                whole = await self._whole(exchange)
            with exchange.step("restore"):
                body = restored_answer(exchange, whole)
            await self._conclude(exchange, "ok")
            return exchange.headers(), body

    async def open_stream(self, inquiry: Inquiry) -> tuple[dict[str, str], AsyncGenerator[bytes]]:
        """Headers and server-sent events. The first piece of the answer is here before this returns, so
        whatever fails until then is raised as a ServeError; later failures end the stream with an error event.
        """
        exchange = self._begin(inquiry)
        events = self._events(exchange)
        first = await anext(events)
        return exchange.headers(), _rest_of_stream(first, events)

    async def close(self) -> None:
        """Wait until every request's clean-up is done."""
        await self._background.close()

    async def _events(self, exchange: Exchange) -> AsyncGenerator[bytes]:
        async with self._tracked(exchange):
            await self._prepare(exchange)
            held: list[bytes] = []
            with exchange.step("engine"):
                async with aclosing(self._chunks(exchange)) as chunks:
                    async for chunk in chunks:
                        if event := restored_event(exchange, chunk):
                            held.append(event)
                            if exchange.answering:
                                yield b"".join(held)
                                held.clear()
            if not exchange.answering:
                raise EngineUnavailable
            await self._conclude(exchange, "ok")
            yield DONE_EVENT

    async def _whole(self, exchange: Exchange) -> dict[str, Any]:
        if (emergency := exchange.emergency) is not None:
            return emergency_answer(emergency, exchange.inquiry.request.n or 1)
        return await self._steps.dispatch.complete(exchange.errand(), exchange.routed_by)

    async def _chunks(self, exchange: Exchange) -> AsyncGenerator[dict[str, Any]]:
        if (emergency := exchange.emergency) is not None:
            for chunk in emergency_chunks(emergency, exchange.inquiry.request.n or 1):
                yield chunk
            return
        async with aclosing(self._steps.dispatch.stream(exchange.errand(), exchange.routed_by)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def _prepare(self, exchange: Exchange) -> None:
        inquiry, steps = exchange.inquiry, self._steps
        steps.spool.check()
        with exchange.step("reserve"):
            exchange.reservation = await steps.quota.reserve(
                inquiry.caller, inquiry.request_id, estimate_tokens(inquiry.request, inquiry.body_bytes)
            )
        with exchange.step("conceal"):
            exchange.cleaned = await steps.concealment.run(
                inquiry.dialect.conceal, exchange.session, inquiry.request
            )
        with exchange.step("route"):
            await steps.routing.choose(exchange)

    def _begin(self, inquiry: Inquiry) -> Exchange:
        session = self._steps.concealment.session(inquiry.caller.policy)
        return Exchange(inquiry, session, AnswerRestorer(session, inquiry.caller.answer_prefix))

    @asynccontextmanager
    async def _tracked(self, exchange: Exchange) -> AsyncIterator[None]:
        """Whatever ends the exchange, its reservation is ended and one record is left."""
        metrics.IN_FLIGHT.inc()
        try:
            yield
        except ServeError as error:
            exchange.error = error
            exchange.outcome = "broken" if exchange.answering else error.code
            raise
        except (asyncio.CancelledError, GeneratorExit):
            exchange.outcome = "aborted"
            raise
        finally:
            metrics.IN_FLIGHT.dec()
            if not exchange.recorded:
                await asyncio.shield(self._background.spawn(self._conclude_unanswered(exchange)))
            exchange.count()
            self._steps.routing.count(exchange)

    async def _conclude(self, exchange: Exchange, outcome: str) -> None:
        """End the reservation and make the record durable.

        Raises JournalUnavailable or, when the answer can't be concealed for the journal, ConcealmentFailed.
        """
        exchange.outcome = outcome
        settling = asyncio.ensure_future(self._settle(exchange))
        try:
            with exchange.step("journal"):
                answers = await self._answers(exchange)
                await self._append(exchange, answers)
            if outcome == "ok" and answers:
                self._steps.routing.answered(exchange, answers[0]["content"])
        finally:
            await settling

    async def _answers(self, exchange: Exchange) -> list[dict[str, Any]]:
        """What was answered, as the journal keeps it. An emergency's words are our own, with nothing to conceal."""
        if exchange.emergency is not None:
            return [{"index": 0, "content": exchange.emergency.text}]
        if not exchange.answers.pieces:
            return []
        return await self._steps.concealment.run(exchange.answers.for_journal, exchange.session)

    async def _conclude_unanswered(self, exchange: Exchange) -> None:
        try:
            await self._conclude(exchange, exchange.outcome)
        except ConcealmentFailed:
            await self._append_without_answer(exchange)
        except ServeError as error:
            log.error("request %s left no record: %s", exchange.inquiry.request_id, error.code)

    async def _append_without_answer(self, exchange: Exchange) -> None:
        try:
            await self._append(exchange, [])
        except ServeError as error:
            log.error("request %s left no record: %s", exchange.inquiry.request_id, error.code)

    async def _append(self, exchange: Exchange, answers: list[dict[str, Any]]) -> None:
        """Write the record. Once begun it goes on, also when the caller leaves: never two for one request."""
        writing = self._background.spawn(self._steps.spool.append(exchange.record(answers)))
        exchange.recorded = True
        try:
            await asyncio.shield(writing)
        except JournalUnavailable:
            exchange.recorded = False
            raise

    async def _settle(self, exchange: Exchange) -> None:
        reservation = exchange.reservation
        if reservation is None or exchange.settled:
            return
        exchange.settled = True
        if exchange.charged:
            await self._steps.quota.settle(reservation, sum(exchange.tokens))
        else:
            await self._steps.quota.release(reservation)


async def _rest_of_stream(first: bytes, events: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The stream from its first event on. A failure becomes an error event; nothing held back is let out."""
    async with aclosing(events):
        try:
            yield first
            async for event in events:
                yield event
        except ServeError as error:
            yield error_event(error)
        except Exception as exc:  # noqa: BLE001 - the status is sent; an error event is all that is left
            log.error("stream failed: %s", where_raised(exc))
            yield error_event(ServeError())
