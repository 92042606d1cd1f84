"""The choice of a route for one exchange: the catalogue, `auto`, the conversation's earlier version, the weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from serve.catalog import Catalog, choose_route, require_public
from serve.dispatch import CanaryCounts, Conversations, conversation_of
from serve.gateway.auto import AUTO_MODEL
from serve.gateway.exchange import Exchange
from serve.gateway.one_door import OneDoor


@dataclass(frozen=True, slots=True)
class Routing:
    """What the path needs to choose a version, and to remember and count the choice."""

    catalog: Callable[[], Catalog]
    one_door: OneDoor
    conversations: Conversations
    canaries: CanaryCounts

    async def choose(self, exchange: Exchange) -> None:
        """Give the exchange its route, or none in an emergency. Raises ModelNotFound, UnsupportedParameter or
        AdapterLoading."""
        catalog, inquiry, cleaned = self.catalog(), exchange.inquiry, exchange.cleaned
        assert cleaned is not None
        exchange.routed_by, model = catalog, inquiry.request.model
        if model == AUTO_MODEL:
            exchange.auto = self.one_door.choose(inquiry.caller, cleaned, catalog)
            if exchange.auto.emergency is not None:
                return
            model = exchange.auto.model
        else:
            require_public(inquiry.caller, model, catalog)
        conversation = conversation_of(inquiry.caller.tenant, model, cleaned.prompt, inquiry.conversation)
        pinned = await self.conversations.version_of(conversation)
        exchange.route = choose_route(model, catalog, point=conversation.point, pinned=pinned)
        exchange.conversation = conversation

    def answered(self, exchange: Exchange, answer: str) -> None:
        """Remember which version answered this conversation; `answer` is the first, with placeholders."""
        if exchange.conversation is not None and exchange.route is not None:
            said = exchange.inquiry.caller.answer_prefix + answer
            self.conversations.remember(exchange.conversation, exchange.route.version, said)

    def count(self, exchange: Exchange) -> None:
        """Count how the version did, where a canary is being watched."""
        if exchange.route is None or not exchange.sent:
            return
        failed = exchange.error is not None and exchange.error.status >= 500
        first_ms = exchange.timings_ms.get("first_token", exchange.timings_ms.get("engine"))
        outcome = failed, None if first_ms is None else first_ms / 1000
        self.canaries.count(exchange.routed_by, exchange.route.public, exchange.route.version, outcome)
