"""/login, /logout and /adapters: look at versions, and take a step after reading what it does."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from serve.admin.access import LOGIN_PATH, LOGOUT_PATH, STYLE_PATH, LockedOut, address_of
from serve.admin.adapter_views import allowed_steps, look_at, look_at_all
from serve.admin.adapters_routes import REPORT_PAGE_HEADERS
from serve.admin.adapters_wire import Version
from serve.admin.pages import texts
from serve.admin.pages.forms import read_form, require_token
from serve.admin.pages.listing import arrange
from serve.admin.pages.rendering import PageRoute, error_text, render, style
from serve.admin.pages.stepping import asked_step, step_context, take_step
from serve.admin.services import Parts, User
from serve.errors import Conflict, Forbidden, InvalidRequest, Unauthenticated
from serve.records.audit import AdminEvent, record_admin
from serve.records.history import history
from serve.records.reports import find_report, get_report

HOME = "/adapters"
_SHOWN_EVENTS = 50

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get(STYLE_PATH)
def page_style() -> Response:
    """The style sheet."""
    return style()


@router.get(LOGIN_PATH)
def login_page(request: Request) -> Response:
    """The form for a token."""
    return render(request, "login.html", {"error": None})


@router.post(LOGIN_PATH)
async def log_in(request: Request, parts: Parts) -> Response:
    """A session for whoever knows a token; wrong ones count towards the lock of the address."""
    form = await read_form(request)
    try:
        token = form.get("token", "").strip().encode()
        person = await parts.people.authenticate(token, address_of(request.scope))
    except (Unauthenticated, LockedOut) as exc:
        return render(request, "login.html", {"error": error_text(exc)}, exc.status)
    await asyncio.to_thread(record_admin, parts.db, AdminEvent(person.name, "access.login", "page"))
    response = RedirectResponse(HOME, 303)
    parts.sessions.start(person.name, response)
    return response


@router.post(LOGOUT_PATH)
async def log_out(request: Request, parts: Parts) -> Response:
    """End the session."""
    require_token(request.scope["state"].get("session"), await read_form(request))
    response = RedirectResponse(LOGIN_PATH, 303)
    parts.sessions.end(request.scope, response)
    return response


@router.get(HOME)
def list_page(
    request: Request,
    parts: Parts,
    user: User,
    public: Annotated[str, Query(max_length=64)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Every version that the person may see, by public name."""
    listing = arrange(look_at_all(parts.steps.desk, user.role), public.strip().lower(), page)
    return render(request, "adapters.html", {"listing": listing})


@router.get(HOME + "/{version}")
def version_page(
    request: Request, version: Version, parts: Parts, user: User, done: str | None = None
) -> Response:
    """One version: where it stands, what can be done, and what was."""
    look = look_at(parts.steps.desk, user.role, version)
    context = {
        "look": look,
        "steps": allowed_steps(look, user),
        "report": find_report(parts.db, version),
        "events": history(parts.db, version)[:_SHOWN_EVENTS],
        "done": texts.DONE.get(done or ""),
    }
    return render(request, "adapter.html", context)


@router.get(HOME + "/{version}/report")
def report_page(version: Version, parts: Parts, user: User) -> Response:
    """The evaluation report, by itself and without rights."""
    look_at(parts.steps.desk, user.role, version)
    return HTMLResponse(get_report(parts.db, version).judgement.page, headers=REPORT_PAGE_HEADERS)


@router.get(HOME + "/{version}/{step}")
def step_page(request: Request, version: Version, step: str, parts: Parts, user: User) -> Response:
    """What the step would do, and the form that takes it."""
    look = look_at(parts.steps.desk, user.role, version)
    return render(request, "step.html", step_context(parts, asked_step(look, step, user)))


@router.post(HOME + "/{version}/{step}")
async def post_step(request: Request, version: Version, step: str, parts: Parts, user: User) -> Response:
    """Take the step, or show the form again with what was wrong."""
    form = await read_form(request)
    require_token(request.scope["state"].get("session"), form)
    look = await asyncio.to_thread(look_at, parts.steps.desk, user.role, version)
    asked = asked_step(look, step, user)
    try:
        done = await take_step(parts, asked, form)
    except (InvalidRequest, Conflict, Forbidden) as exc:
        wrong = (exc.param or "", texts.FIELDS.get(exc.param or "") or error_text(exc))
        return render(request, "step.html", step_context(parts, asked, form, wrong), exc.status)
    return RedirectResponse(f"{HOME}/{version}?done={done}", 303)
