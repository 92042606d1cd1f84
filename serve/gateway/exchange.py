"""One request on its way: what the steps learn about it, its timings, and the record it leaves behind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adapters.auto import Emergency
from deid import Session
from serve import metrics
from serve.callers import Caller
from serve.catalog import Catalog, Route
from serve.dispatch import Errand
from serve.dispatch.conversations import Conversation
from serve.dispatch.engine import Ask
from serve.errors import ServeError
from serve.gateway.answers import AnswerRestorer
from serve.gateway.auto import AUTO_HEADER, AUTO_MODEL, AutoChoice
from serve.gateway.clean import Cleaned
from serve.gateway.dialects import Dialect, estimate_tokens
from serve.gateway.wire import Sampling
from serve.journal.record import JournalRecord
from serve.quota import Reservation

NO_MODEL = "none"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A checked caller's parsed request. Its text is never printed."""

    caller: Caller
    dialect: Dialect
    request: Sampling = field(repr=False)
    body_bytes: int
    request_id: str
    started: float
    conversation: str = field(default="", repr=False)


@dataclass(slots=True)
class Exchange:
    """An inquiry and all that happens to it. Lives in memory only, and so do its values."""

    inquiry: Inquiry
    session: Session = field(repr=False)
    answers: AnswerRestorer = field(repr=False)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    outcome: str = "internal_error"
    error: ServeError | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)
    reservation: Reservation | None = None
    routed_by: Catalog = field(default_factory=Catalog, repr=False)
    conversation: Conversation | None = field(default=None, repr=False)
    route: Route | None = None
    auto: AutoChoice | None = field(default=None, repr=False)
    cleaned: Cleaned | None = field(default=None, repr=False)
    sent: bool = False
    usage: tuple[int, int] | None = None
    recorded: bool = False
    settled: bool = False

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step of the path."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            taken = time.perf_counter() - begun
            self.timings_ms[name] = round(taken * 1000, 3)
            metrics.STEP_SECONDS.labels(name).observe(taken)

    def errand(self) -> Errand:
        """What is to be brought to an engine. The route must be known."""
        assert self.route is not None and self.cleaned is not None
        inquiry = self.inquiry
        ask = Ask(inquiry.dialect.path, inquiry.caller.priority, inquiry.request_id, self.cleaned.body)
        return Errand(self.route, ask, estimate_tokens(inquiry.request, inquiry.body_bytes), self._mark_sent)

    def _mark_sent(self) -> None:
        """An engine is being asked; from now on a caller that leaves is charged."""
        self.sent = True

    def first_token(self) -> None:
        """The first piece of the answer is here."""
        taken = time.perf_counter() - self.inquiry.started
        self.timings_ms["first_token"] = round(taken * 1000, 3)
        metrics.FIRST_TOKEN_SECONDS.labels(self.model).observe(taken)

    @property
    def answering(self) -> bool:
        """Whether a piece of the answer has come."""
        return "first_token" in self.timings_ms

    @property
    def charged(self) -> bool:
        """Whether the quota is charged: something was answered, or the caller left while the engine worked."""
        return self.usage is not None or self.answers.pieces > 0 or (self.sent and self.outcome == "aborted")

    @property
    def model(self) -> str:
        """The public model name; `none` before it was found in the catalogue, `auto` where no model was asked."""
        if self.route:
            return self.route.public
        return AUTO_MODEL if self.emergency else NO_MODEL

    @property
    def emergency(self) -> Emergency | None:
        """The emergency that the citizen told of, where `auto` was asked."""
        return self.auto.emergency if self.auto else None

    @property
    def tokens(self) -> tuple[int, int]:
        """Prompt and completion tokens: the engine's own count, else a lower bound from what was sent."""
        if self.usage is not None:
            return self.usage
        if not self.sent or self.cleaned is None:
            return 0, 0
        return self.cleaned.characters, self.answers.pieces

    def headers(self) -> dict[str, str]:
        """What the answer's headers tell: that a machine wrote it, who, and what is left of the quota."""
        headers = {"x-ai-generated": "true"}
        if self.route:
            headers["x-bianmin-adapter"] = self.route.version
        if self.auto:
            headers[AUTO_HEADER] = self.auto.header()
        if (left := self.reservation) is not None:
            headers |= {
                "x-ratelimit-limit-requests": str(left.limit),
                "x-ratelimit-remaining-requests": str(left.remaining),
                "x-ratelimit-reset-requests": f"{left.reset_s}s",
                "x-ratelimit-limit-tokens": str(left.tokens_limit),
                "x-ratelimit-remaining-tokens": str(left.tokens_remaining),
                "x-ratelimit-reset-tokens": f"{left.tokens_reset_s}s",
            }
            if left.degraded:
                headers["x-bianmin-quota"] = "degraded"
        return headers

    def record(self, answers: list[dict[str, Any]]) -> JournalRecord:
        """The journal's record: placeholders, counts and numbers only."""
        caller, route = self.inquiry.caller, self.route
        prompt_tokens, completion_tokens = self.tokens
        flags = [
            name
            for name, present in (
                ("special_category", self.session.special_category),
                ("quota_degraded", self.reservation is not None and self.reservation.degraded),
                ("streamed", bool(self.inquiry.request.stream)),
                ("auto", self.auto is not None),
                ("emergency", self.emergency is not None),
            )
            if present
        ]
        return JournalRecord(
            request_id=self.inquiry.request_id,
            at=self.at,
            tenant=caller.tenant,
            kind=caller.kind,
            key_id=caller.key_id,
            model=self.model,
            adapter_version=route.version if route else None,
            adapter_digest=route.digest if route else None,
            outcome=self.outcome,
            prompt=self.cleaned.prompt if self.cleaned else [],
            answer=answers,
            entities=dict(self.session.counts),
            flags=flags,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            timings_ms=dict(self.timings_ms),
        )

    def count(self) -> None:
        """Count the finished request in the metrics."""
        kind = self.inquiry.caller.kind
        failed = self.error is not None and self.outcome == self.error.code
        outcome = metrics.outcome_label(self.error) if failed and self.error else self.outcome
        metrics.REQUESTS.labels(kind, self.model, outcome).inc()
        metrics.REQUEST_SECONDS.labels(kind).observe(time.perf_counter() - self.inquiry.started)
        for direction, tokens in zip(("prompt", "completion"), self.tokens, strict=True):
            if tokens:
                metrics.TOKENS.labels(self.model, direction).inc(tokens)
        for entity, values in self.session.counts.items():
            metrics.ENTITIES.labels(entity).inc(values)
        if self.session.special_category:
            metrics.SPECIAL_CATEGORY.inc()
