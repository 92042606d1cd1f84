"""One place that turns a template into an answer: everything escaped, nothing cached, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from serve.admin.pages import texts
from serve.errors import InvalidRequest, ServeError

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    # Not no-referrer: browsers would then call the origin of our own forms null.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
_TAIPEI = ZoneInfo("Asia/Taipei")


def render(request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> Response:
    """The page with the person and the form token of its session, if there is one."""
    state = request.scope.get("state", {})
    known = {"person": state.get("person"), "session": state.get("session")}
    content = _environment().get_template(template).render(**known, **context)
    return HTMLResponse(content, status, headers=HEADERS)


def style() -> Response:
    """The page's only other resource."""
    content = resources.files("serve.admin.pages").joinpath("page.css").read_bytes()
    headers = {"cache-control": "max-age=300", "x-content-type-options": "nosniff"}
    return Response(content, media_type="text/css; charset=utf-8", headers=headers)


def error_text(error: ServeError) -> str:
    """A sentence for people; a conflict without a code of its own is told in general words."""
    return texts.ERRORS.get(error.code, texts.OTHER_ERROR)


class PageRoute(APIRoute):
    """A route whose refusals are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, with errors rendered for people."""
        handle = super().get_route_handler()

        async def handle_as_page(request: Request) -> Response:
            try:
                return await handle(request)
            except ServeError as exc:
                return _error_page(request, exc)
            except RequestValidationError:
                return _error_page(request, InvalidRequest())

        return handle_as_page


def _error_page(request: Request, error: ServeError) -> Response:
    request_id = request.scope.get("state", {}).get("request_id", "")
    told = {"text": error_text(error), "code": error.code, "request_id": request_id}
    return render(request, "error.html", told, error.status)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("serve.admin.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    environment.filters["iso"] = datetime.isoformat
    environment.filters["figure"] = _figure
    environment.globals["texts"] = texts
    return environment


def _moment(value: datetime) -> str:
    return value.astimezone(_TAIPEI).strftime("%Y-%m-%d %H:%M")


def _figure(value: float | None) -> str:
    return "未量測" if value is None else f"{value:.4g}"
