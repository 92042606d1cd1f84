"""The choice of a route for one exchange: the catalogue, the conversation's earlier version, the weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from serve.catalog import Catalog, Route, choose_route, require_public
from serve.dispatch import CanaryCounts, Conversations, conversation_of
from serve.gateway.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Routing:
    """What the path needs to choose a version, and to remember and count the choice."""

    catalog: Callable[[], Catalog]
    conversations: Conversations
    canaries: CanaryCounts

    async def choose(self, exchange: Exchange, model: str) -> Route:
        """Give the exchange its route, and answer it. Raises ModelNotFound or AdapterLoading."""
        catalog, inquiry = self.catalog(), exchange.inquiry
        require_public(inquiry.caller, model, catalog)
        assert exchange.cleaned is not None
        prompt = exchange.cleaned.prompt
        conversation = conversation_of(inquiry.caller.tenant, model, prompt, inquiry.conversation)
        pinned = await self.conversations.version_of(conversation)
        exchange.conversation, exchange.routed_by = conversation, catalog
        exchange.route = choose_route(inquiry.caller, model, catalog, point=conversation.point, pinned=pinned)
        return exchange.route

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
