"""Concealment off the event loop: a bounded pool of threads, an admission limit and a deadline. It fails closed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from deid import Concealer, KeyHoldsPersonalData, PersonalDataBlocked, Session
from serve.errors import ConcealmentFailed, InvalidRequest
from serve.gateway.clean import PersonalDataInName
from serve.metrics import CONCEAL_WAITING
from serve.rendering import where_raised
from serve.settings import DeidSettings

log = logging.getLogger("bianmin.concealment")
T = TypeVar("T")
P = ParamSpec("P")


class BlockedByPolicy(InvalidRequest):
    """The tenant's policy refuses texts with this kind of personal data."""

    code = "personal_data_blocked"
    message = "The text holds personal data that this service does not accept."


class Concealment:
    """Runs work on a session in a thread. Whatever goes wrong there, the answer is ConcealmentFailed."""

    def __init__(self, concealers: Mapping[str, Concealer], settings: DeidSettings) -> None:
        """`concealers` stand under their policies' names; the settings' policy is one of them."""
        self._concealers = concealers
        self._default = concealers[settings.policy]
        self._deadline_s = settings.deadline_s
        self._limit = settings.threads + settings.queue_limit
        self._pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="conceal")
        self._busy = 0

    def session(self, policy: str = "") -> Session:
        """A fresh session: one request's values, dropped with it. Empty is the default policy.

        Under a policy that this process did not find when it started, every text is refused.
        """
        concealer = self._concealers.get(policy) if policy else self._default
        if concealer is None:
            log.error("a tenant's policy is not loaded; restart the gateway when its file is in place")
            return self._default.refusing_session()
        return concealer.session()

    async def run(
        self, work: Callable[Concatenate[Session, P], T], session: Session, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(session, …)` in the pool within the deadline.

        Raises ConcealmentFailed when it raises, takes too long or too many wait; InvalidRequest when the
        client sent something that can't be concealed faithfully.
        """
        if self._busy >= self._limit:
            raise ConcealmentFailed("Too many texts wait to be protected.", retry_after_s=1)
        session.deadline = time.monotonic() + self._deadline_s
        self._busy += 1
        CONCEAL_WAITING.set(self._busy)
        future = self._pool.submit(work, session, *args, **kwargs)
        try:
            async with asyncio.timeout(self._deadline_s):
                return await asyncio.wrap_future(future)
        except KeyHoldsPersonalData:
            raise PersonalDataInName from None
        except PersonalDataBlocked as blocked:
            raise BlockedByPolicy(f"This service accepts no {blocked.entity}; leave it out.") from None
        except InvalidRequest:
            raise
        except TimeoutError:
            log.error("concealment passed its deadline of %s s", self._deadline_s)
        except Exception as exc:  # noqa: BLE001 - fail closed: any failure means not sent
            log.error("concealment failed: %s", where_raised(exc))
        finally:
            self._leave(future)
        raise ConcealmentFailed

    def _leave(self, future: Future[T]) -> None:
        """Free the place once its thread is free, which may be long after the deadline."""
        if future.done():
            self._done()
        else:
            loop = asyncio.get_running_loop()
            future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done))

    def _done(self) -> None:
        self._busy -= 1
        CONCEAL_WAITING.set(self._busy)

    def close(self) -> None:
        """Let the threads go; a hung one isn't waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
