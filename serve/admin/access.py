"""Who may use the admin plane: one token and one role per person, all else refused by default (CR-07, CR-08)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr
from sqlalchemy import Engine
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from serve.admin.sessions import Sessions
from serve.errors import Forbidden, ServeError, Unauthenticated
from serve.records.accounts import SECRET_PREFIX
from serve.records.audit import AdminEvent, record_admin
from serve.records.roles import OPERATOR, Role, RoleKind, parse_role
from serve.settings import Settings, SettingsError

log = logging.getLogger("bianmin.admin")

LOGIN_PATH, LOGOUT_PATH, STYLE_PATH = "/login", "/logout", "/page.css"
_PAGES = ("/adapters", LOGOUT_PATH)
_FOR_MINISTRIES = ("/admin/adapters", *_PAGES)
_FOR_VIEWERS = (*_FOR_MINISTRIES, "/admin/usage", "/metrics")
_DOCS_FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon.png")
OPEN_PATHS = frozenset(
    {"/health/live", "/health/ready", "/docs", "/openapi.json", LOGIN_PATH, STYLE_PATH}
    | {f"/static-offline-docs/{name}" for name in _DOCS_FILES}
)
MOST_FAILURES = 5
LOCK_S = 15 * 60
_MOST_ADDRESSES = 10_000
_PERSON_NAME = r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}"


class LockedOut(ServeError):
    """Too many wrong tokens came from this address."""

    status, kind = 429, "rate_limit_error"
    code: ClassVar[str] = "locked_out"
    message = "Too many failed attempts from this address."


class Lockout:
    """Counts wrong tokens by address: the fifth within 15 minutes locks the address for 15 minutes.

    It lives in this process: the admin plane is one process.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._failures: dict[str, list[float]] = {}
        self._locked_until: dict[str, float] = {}

    def check(self, address: str) -> None:
        """Raises LockedOut, with the seconds left."""
        left_s = self._locked_until.get(address, 0.0) - self._clock_s()
        if left_s > 0:
            raise LockedOut(retry_after_s=int(left_s) + 1)
        self._locked_until.pop(address, None)

    def fail(self, address: str) -> bool:
        """Count a wrong token; whether the address is locked by it."""
        now = self._clock_s()
        recent = [at for at in self._failures.pop(address, []) if now - at < LOCK_S]
        recent.append(now)
        if len(recent) >= MOST_FAILURES:
            self._locked_until[address] = now + LOCK_S
            self._shed(self._locked_until)
            return True
        self._failures[address] = recent
        self._shed(self._failures)
        return False

    def succeed(self, address: str) -> None:
        """Forget the address's failures."""
        self._failures.pop(address, None)

    @staticmethod
    def _shed(table: dict[str, float] | dict[str, list[float]]) -> None:
        if len(table) > _MOST_ADDRESSES:
            del table[next(iter(table))]  # the oldest


@dataclass(frozen=True, slots=True)
class Person:
    """Who uses the admin plane, and in which role."""

    name: str
    role: Role


class People:
    """Knows everybody's token and role, and locks out an address that guesses."""

    def __init__(self, tokens: Mapping[str, SecretStr], roles: Mapping[str, Role], db: Engine) -> None:
        self._db = db
        self._digests = {name: _digest(token.get_secret_value()) for name, token in tokens.items()}
        self._roles = roles
        self._lockout = Lockout()

    async def authenticate(self, token: bytes | None, address: str) -> Person:
        """Raises Unauthenticated and LockedOut."""
        self._lockout.check(address)
        if token is None:
            raise Unauthenticated("The admin token is missing.")
        name = self._name(token)
        if name is not None:
            self._lockout.succeed(address)
            return self.person(name)
        if self._lockout.fail(address):
            log.warning("admin access locked for %s", address)
            with suppress(ServeError):  # the refusal stands, whether or not it can be recorded
                event = AdminEvent("unknown", "access.lock", address, LockedOut.code)
                await asyncio.to_thread(record_admin, self._db, event)
        raise Unauthenticated("The admin token is not valid.")

    def person(self, name: str) -> Person:
        """A known name with its role; a name without one is an operator."""
        return Person(name, self._roles.get(name, OPERATOR))

    def _name(self, token: bytes) -> str | None:
        digest, found = _digest(token), None
        for name, known in self._digests.items():  # no early end: the time says nothing
            if hmac.compare_digest(digest, known):
                found = name
        return found


class RequirePerson:
    """ASGI: every path but the open ones needs a person's token; their name becomes the actor.

    The person is in `scope["state"]`, as `person` and, the name alone, as `actor`. On the page's paths, and there
    alone, a session of the page stands in for the token. A gateway key never works here: start-up refuses a token
    that looks like one.
    """

    def __init__(self, app: ASGIApp, people: People, sessions: Sessions) -> None:
        self._app = app
        self._people = people
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises Unauthenticated, LockedOut and Forbidden, which `serve.middleware.RequestScope` renders."""
        if scope["type"] == "lifespan" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        try:
            person = await self._person(scope)
        except Unauthenticated:
            if not _wants_login(scope):
                raise
            await RedirectResponse(LOGIN_PATH, 303, headers={"cache-control": "no-store"})(
                scope, receive, send
            )
            return
        if not may_enter(person.role, scope["method"], scope["path"]):
            raise Forbidden
        scope.setdefault("state", {}).update(person=person, actor=person.name)
        await self._app(scope, receive, send)

    async def _person(self, scope: Scope) -> Person:
        if is_page(scope["path"]):
            session = self._sessions.find(scope)
            if session is not None:
                scope.setdefault("state", {})["session"] = session
                return self._people.person(session.name)
        return await self._people.authenticate(_bearer(scope), address_of(scope))


def may_enter(role: Role, method: str, path: str) -> bool:
    """Whether the role may use this path at all; what it may do with a version is checked at the step."""
    if role.kind is RoleKind.OPERATOR:
        return True
    if role.kind is RoleKind.VIEWER:
        return (method in ("GET", "HEAD") and _is_below(path, _FOR_VIEWERS)) or path == LOGOUT_PATH
    return _is_below(path, _FOR_MINISTRIES)


def is_page(path: str) -> bool:
    """Whether the path belongs to the web page: a session works here and nowhere else."""
    return _is_below(path, _PAGES)


def address_of(scope: Scope) -> str:
    """The connection's own address."""
    return scope["client"][0] if scope.get("client") else "unknown"


def read_roles(settings: Settings) -> Mapping[str, Role]:
    """The roles by name. Raises SettingsError for an unknown role and for a name without a token."""
    promote = settings.adapters.ministries_promote
    try:
        roles = {
            name: parse_role(text, ministries_promote=promote) for name, text in settings.admin_roles.items()
        }
    except ValueError as exc:
        raise SettingsError(f"BIANMIN_ADMIN_ROLES is not usable. {exc}") from None
    if roles.keys() - settings.admin_tokens.keys():
        raise SettingsError("BIANMIN_ADMIN_ROLES names somebody who has no token.")
    return roles


def check_tokens(tokens: Mapping[str, SecretStr]) -> None:
    """Raises SettingsError when nobody could log in, or a token is a gateway key or is shared by two names."""
    if not tokens:
        raise SettingsError("BIANMIN_ADMIN_TOKENS is missing: the admin plane has no default token.")
    if not all(re.fullmatch(_PERSON_NAME, name) for name in tokens):
        raise SettingsError("BIANMIN_ADMIN_TOKENS holds a name that is not a plain user name.")
    values = [token.get_secret_value() for token in tokens.values()]
    if any(not value or value.startswith(SECRET_PREFIX) for value in values):
        raise SettingsError("BIANMIN_ADMIN_TOKENS holds an empty token or a gateway key.")
    if len(set(values)) < len(values):
        raise SettingsError("BIANMIN_ADMIN_TOKENS gives one token to two people.")


def _is_below(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(root + "/") for root in roots)


def _wants_login(scope: Scope) -> bool:
    """A browser that asks for the page is led to the login; programs get the error."""
    accepts = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return is_page(scope["path"]) and b"text/html" in accepts


def _bearer(scope: Scope) -> bytes | None:
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(found) != 1:
        return None
    scheme, _, token = found[0].partition(b" ")
    return bytes(token.strip()) if scheme.lower() == b"bearer" else None


def _digest(token: str | bytes) -> bytes:
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).digest()
