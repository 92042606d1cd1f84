"""`auto` on the path: the newest router, and the choice for one exchange."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from adapters.auto import Router, RouterError, emergency, load_router
from serve import metrics
from serve.background import Background
from serve.callers import Caller
from serve.catalog import BASE_MODEL, Catalog
from serve.errors import ModelNotFound, ServeError, UnsupportedParameter
from serve.gateway.auto import AUTO_MODEL, AutoChoice, choose_model
from serve.gateway.clean import Cleaned

log = logging.getLogger("bianmin.auto")


class OneDoor:
    """Chooses for `auto`. Its router is the shipped one until a promotion trained another."""

    def __init__(self, load: Callable[[int], bytes]) -> None:
        """`load` answers the weights of a revision; it may block and raise ServeError."""
        self._load = load
        self._router: Router = load_router()
        emergency("")  # its words are read at the first call
        self._revision = 0
        self._loading = False
        self._background = Background()

    def is_open_to(self, caller: Caller, catalog: Catalog) -> bool:
        """Whether this caller may call `auto` and there is something behind it."""
        return caller.may_call(AUTO_MODEL) and BASE_MODEL in catalog.publics

    def choose(self, caller: Caller, cleaned: Cleaned, catalog: Catalog) -> AutoChoice:
        """The public name for this conversation, or the emergency it tells of.

        Raises ModelNotFound when `auto` is not for this caller, UnsupportedParameter outside of chats.
        """
        if not self.is_open_to(caller, catalog):
            raise ModelNotFound(param="model")
        if "messages" not in cleaned.body:
            raise UnsupportedParameter("The model auto answers chats only.", param="model")
        self._follow(catalog)
        allowed = {public for public in catalog.publics if caller.may_call(public)}
        choice = choose_model(cleaned.body["messages"], allowed, self._router)
        if choice.emergency is not None:
            metrics.EMERGENCIES.labels(choice.emergency.kind).inc()
        else:
            metrics.AUTO_CHOICES.labels(choice.model).inc()
        return choice

    async def close(self) -> None:
        """Wait for a router that is being loaded."""
        await self._background.close()

    def _follow(self, catalog: Catalog) -> None:
        if catalog.router != self._revision and not self._loading:
            self._loading = True
            self._background.spawn(self._take(catalog.router))

    async def _take(self, revision: int) -> None:
        try:
            self._router = await asyncio.to_thread(lambda: Router.from_bytes(self._load(revision)))
            self._revision = revision
        except ServeError:
            log.warning("the router of revision %d can't be read yet; the one before stays", revision)
        except RouterError:
            log.error("the router of revision %d is damaged; the one before stays", revision)
            self._revision = revision
        finally:
            self._loading = False
