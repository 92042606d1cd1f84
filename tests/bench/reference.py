"""The least a FastAPI gateway can do: pass a chat on through aiohttp, changing nothing.

It shows what the gateway's libraries cost by themselves. `BENCH_UPSTREAM` tells where to; run by uvicorn.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(os.environ["BENCH_UPSTREAM"], connector=connector) as session:
        app.state.session = session
        yield


app = FastAPI(lifespan=_lifespan)


@app.get("/health")
async def health() -> dict[str, str]:
    """Ready."""
    return {}


@app.post("/v1/chat/completions")
async def chat(request: Request) -> Response:
    """Parse the request, pass it on, pass the answer back."""
    body = await request.json()
    upstream = await request.app.state.session.post("/v1/chat/completions", json=body)
    if body.get("stream"):
        return StreamingResponse(_pieces(upstream), upstream.status, media_type="text/event-stream")
    async with upstream:
        return Response(await upstream.read(), upstream.status, media_type="application/json")


async def _pieces(upstream: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async with upstream:
        async for piece in upstream.content.iter_any():
            yield piece
