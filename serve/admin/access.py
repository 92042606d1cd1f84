"""Who may use the admin plane: one token per person, everything else is refused by default (CR-07, CR-08)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import ClassVar

from pydantic import SecretStr
from sqlalchemy import Engine
from starlette.types import ASGIApp, Receive, Scope, Send

from serve.errors import ServeError, Unauthenticated
from serve.records.accounts import SECRET_PREFIX
from serve.records.audit import AdminEvent, record_admin
from serve.settings import SettingsError

log = logging.getLogger("bianmin.admin")

_DOCS_FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon.png")
OPEN_PATHS = frozenset(
    {"/health/live", "/health/ready", "/docs", "/openapi.json"}
    | {f"/static-offline-docs/{name}" for name in _DOCS_FILES}
)
MOST_FAILURES = 5
LOCK_S = 15 * 60
_MOST_ADDRESSES = 10_000
_OPERATOR_NAME = r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}"


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


class RequireOperator:
    """ASGI: every path but the open ones needs an operator's token; the operator's name becomes the actor.

    The actor is in `scope["state"]["actor"]`. A gateway key never works here: start-up refuses a token that looks
    like one.
    """

    def __init__(self, app: ASGIApp, tokens: Mapping[str, SecretStr], db: Engine) -> None:
        self._app = app
        self._db = db
        self._digests = {name: _digest(token.get_secret_value()) for name, token in tokens.items()}
        self._lockout = Lockout()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises Unauthenticated and LockedOut, which `serve.middleware.RequestScope` renders."""
        if scope["type"] != "lifespan" and scope["path"] not in OPEN_PATHS:
            scope.setdefault("state", {})["actor"] = await self._authenticate(scope)
        await self._app(scope, receive, send)

    async def _authenticate(self, scope: Scope) -> str:
        address = scope["client"][0] if scope.get("client") else "unknown"
        self._lockout.check(address)
        token = _bearer(scope)
        if token is None:
            raise Unauthenticated("The admin token is missing.")
        actor = self._actor(token)
        if actor is not None:
            self._lockout.succeed(address)
            return actor
        if self._lockout.fail(address):
            log.warning("admin access locked for %s", address)
            with suppress(ServeError):  # the refusal stands, whether or not it can be recorded
                event = AdminEvent("unknown", "access.lock", address, LockedOut.code)
                await asyncio.to_thread(record_admin, self._db, event)
        raise Unauthenticated("The admin token is not valid.")

    def _actor(self, token: bytes) -> str | None:
        digest, actor = _digest(token), None
        for name, known in self._digests.items():  # no early end: the time says nothing
            if hmac.compare_digest(digest, known):
                actor = name
        return actor


def check_tokens(tokens: Mapping[str, SecretStr]) -> None:
    """Raises SettingsError when nobody could log in, or a token is a gateway key or is shared by two names."""
    if not tokens:
        raise SettingsError("BIANMIN_ADMIN_TOKENS is missing: the admin plane has no default token.")
    if not all(re.fullmatch(_OPERATOR_NAME, name) for name in tokens):
        raise SettingsError("BIANMIN_ADMIN_TOKENS holds a name that is not a plain user name.")
    values = [token.get_secret_value() for token in tokens.values()]
    if any(not value or value.startswith(SECRET_PREFIX) for value in values):
        raise SettingsError("BIANMIN_ADMIN_TOKENS holds an empty token or a gateway key.")
    if len(set(values)) < len(values):
        raise SettingsError("BIANMIN_ADMIN_TOKENS gives one token to two people.")


def _bearer(scope: Scope) -> bytes | None:
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(found) != 1:
        return None
    scheme, _, token = found[0].partition(b" ")
    return bytes(token.strip()) if scheme.lower() == b"bearer" else None


def _digest(token: str | bytes) -> bytes:
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).digest()
