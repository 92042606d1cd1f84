"""/health and /metrics: is everything there, and how much of it."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from serve.admin.services import Parts
from serve.admin.wire import HealthOut

router = APIRouter(tags=["state"])


@router.get("/health/live")
async def live() -> dict[str, bool]:
    """This process answers."""
    return {"live": True}


@router.get("/health/ready")
async def ready(parts: Parts, response: Response) -> HealthOut:
    """Database and Redis answer, and an engine holds each public name's version; 503 when one doesn't."""
    database, redis, engine = await asyncio.gather(
        parts.database_answers(), parts.redis_answers(), parts.engines_answer()
    )
    is_ready = database and redis and engine
    response.status_code = 200 if is_ready else 503
    return HealthOut(ready=is_ready, database=database, redis=redis, engine=engine)


@router.get("/metrics")
def get_metrics(parts: Parts) -> Response:
    """Every process's metrics, from the shared folder. Needs an operator's or viewer's token, also for Prometheus."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(parts.settings.metrics_path))  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
