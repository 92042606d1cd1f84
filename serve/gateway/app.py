"""The public plane: `/v1/*` in OpenAI's shape, and health."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypedDict

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from serve import metrics
from serve.callers import Caller
from serve.catalog import require_public
from serve.errors import ServeError
from serve.gateway.auto import AUTO_MODEL
from serve.gateway.dialects import CHAT, COMPLETION, Dialect
from serve.gateway.disconnect import ClientGone, EventStream, run_while_connected
from serve.gateway.exchange import NO_MODEL, Inquiry
from serve.gateway.openapi import document_body
from serve.gateway.parsing import parse
from serve.gateway.services import Services, open_services
from serve.gateway.wire import ChatRequest, CompletionRequest, Sampling
from serve.middleware import RequestScope
from serve.rendering import install_error_handlers
from serve.settings import Settings

_CLIENT_CLOSED_REQUEST = 499
_CONVERSATION, _LONGEST_NAME = "x-bianmin-conversation", 128
router = APIRouter()


class State(TypedDict):
    """What the lifespan hands to every request."""

    services: Services


@router.post("/v1/chat/completions", tags=["inference"], **document_body(ChatRequest))
async def chat_completions(request: Request) -> Response:
    """Answer a conversation; with `stream` as server-sent events."""
    return await _serve(request, CHAT, ChatRequest)


@router.post("/v1/completions", tags=["inference"], **document_body(CompletionRequest))
async def completions(request: Request) -> Response:
    """Complete a text; with `stream` as server-sent events."""
    return await _serve(request, COMPLETION, CompletionRequest)


@router.get("/v1/models", tags=["inference"])
async def list_models(request: Request) -> Response:
    """The models that this key may call."""
    caller = await _authenticate(request)
    catalog = _services(request).catalog.current()
    publics = {
        *catalog.publics,
        *([AUTO_MODEL] if _services(request).one_door.is_open_to(caller, catalog) else ()),
    }
    listed = [_model_body(name) for name in sorted(publics) if caller.may_call(name)]
    return JSONResponse({"object": "list", "data": listed})


@router.get("/v1/models/{model}", tags=["inference"])
async def show_model(request: Request, model: str) -> Response:
    """One model, if this key may call it."""
    caller = await _authenticate(request)
    catalog = _services(request).catalog.current()
    if model != AUTO_MODEL or not _services(request).one_door.is_open_to(caller, catalog):
        require_public(caller, model, catalog)
    return JSONResponse(_model_body(model))


@router.get("/health/live", tags=["health"])
async def live() -> Response:
    """The process answers."""
    return JSONResponse({"status": "live"})


@router.get("/health/ready", tags=["health"])
async def ready(request: Request) -> Response:
    """The engine holds every adapter of the catalogue, the journal can be written and concealment works."""
    parts = await _services(request).readiness()
    good = all(parts.values())
    return JSONResponse({"status": "ready" if good else "not_ready", "parts": parts}, 200 if good else 503)


def create_app(settings: Settings) -> FastAPI:
    """The gateway's application. Everything it needs is opened by its lifespan and closed with it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with open_services(settings) as services:
            yield {"services": services}

    # The pages of /docs come from this server: a government network reaches no CDN.
    app = FastAPIOffline(
        title="Bianmin",
        description="OpenAI-compatible. Personal data is concealed before a model sees it and restored for you only.",
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
    )
    install_error_handlers(app)
    app.add_middleware(RequestScope, max_body_bytes=settings.max_body_bytes)
    app.include_router(router)
    return app


def _services(request: Request) -> Services:
    services: Services = request.state.services
    return services


async def _authenticate(request: Request) -> Caller:
    return await _services(request).keys.caller(request.headers.get("authorization", ""))


async def _serve(request: Request, dialect: Dialect, model: type[Sampling]) -> Response:
    started = time.perf_counter()
    kind = NO_MODEL
    try:
        caller = await _authenticate(request)
        metrics.STEP_SECONDS.labels("auth").observe(time.perf_counter() - started)
        kind = caller.kind
        body = await request.body()
        inquiry = Inquiry(
            caller, dialect, parse(model, body), len(body), request.state.request_id, started,
            request.headers.get(_CONVERSATION, "")[:_LONGEST_NAME],
        )  # fmt: skip
    except ServeError as error:
        metrics.REQUESTS.labels(kind, NO_MODEL, metrics.outcome_label(error)).inc()
        raise
    except ClientDisconnect:
        return Response(status_code=_CLIENT_CLOSED_REQUEST)
    return await _answer(request, inquiry)


async def _answer(request: Request, inquiry: Inquiry) -> Response:
    path = _services(request).path
    try:
        if inquiry.request.stream:
            headers, events = await run_while_connected(request.receive, path.open_stream(inquiry))
            return EventStream(events, headers)
        headers, body = await run_while_connected(request.receive, path.answer(inquiry))
    except ClientGone:
        return Response(status_code=_CLIENT_CLOSED_REQUEST)
    return Response(body, headers=headers, media_type="application/json")


def _model_body(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "bianmin"}
