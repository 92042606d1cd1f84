"""The admin plane as an application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from fastapi_offline import FastAPIOffline

from serve.admin import accounts_routes, adapters_routes, records_routes, state_routes
from serve.admin.access import RequirePerson, check_tokens
from serve.admin.pages import routes as page_routes
from serve.admin.services import make_services
from serve.middleware import RequestScope
from serve.rendering import install_error_handlers
from serve.settings import Settings


def create_admin_app(settings: Settings) -> FastAPI:
    """The admin plane for these settings; PROMETHEUS_MULTIPROC_DIR must be set before this module is imported.

    Raises SettingsError when no usable admin token is set, at any stage, and RecordsUnavailable for an unusable
    database URL.
    """
    check_tokens(settings.admin_tokens)
    settings.metrics_path.mkdir(parents=True, exist_ok=True)
    services = make_services(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with services.running():
            yield

    app = FastAPIOffline(title="Bianmin admin plane", lifespan=lifespan, redoc_url=None)
    app.state.services = services
    described = [Depends(HTTPBearer(auto_error=False, description="A person's token."))]
    app.include_router(accounts_routes.router, dependencies=described)
    app.include_router(adapters_routes.router, dependencies=described)
    app.include_router(records_routes.router, dependencies=described)
    app.include_router(state_routes.router)
    app.include_router(page_routes.router)
    install_error_handlers(app)
    app.add_middleware(RequirePerson, people=services.people, sessions=services.sessions)
    uploads = {("POST", adapters_routes.UPLOAD_PATH): settings.adapters.max_upload_bytes}
    app.add_middleware(RequestScope, max_body_bytes=settings.max_body_bytes, larger=uploads)
    return app
