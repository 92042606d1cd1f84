"""Sessions of the web page: opaque, short, in this process alone, and ended at log-out.

The cookie is 256 random bits and says nothing; the person stands here, in the admin plane's one process, under the
hash of it. So a log-out, a restart and the clock end a session for real, which a signed cookie could not promise.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response
from starlette.types import Scope

IDLE_S = 30 * 60.0
LONGEST_S = 8 * 3600.0
MOST_SESSIONS = 1000
_COOKIE = "bianmin_session"
_BYTES = 32


@dataclass(slots=True)
class Session:
    """One person's log-in, and the token that every form of theirs must carry."""

    name: str
    csrf: str = field(repr=False)
    began_s: float
    seen_s: float

    def allows(self, token: str) -> bool:
        """Whether a form carried this session's own token."""
        return hmac.compare_digest(self.csrf.encode(), token.encode("utf-8", "replace"))


class Sessions:
    """All open sessions. `secure` is for pages that people reach over TLS alone."""

    def __init__(self, *, secure: bool, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._cookie = f"__Host-{_COOKIE}" if secure else _COOKIE
        self._secure = secure
        self._clock_s = clock_s
        self._open: dict[bytes, Session] = {}

    def start(self, name: str, response: Response) -> None:
        """Log in: a new session in a new cookie."""
        secret, now = secrets.token_urlsafe(_BYTES), self._clock_s()
        self._forget_old(now)
        self._open[_hash(secret)] = Session(name, secrets.token_urlsafe(_BYTES), now, now)
        response.set_cookie(
            self._cookie, secret, path="/", secure=self._secure, httponly=True, samesite="strict"
        )

    def find(self, scope: Scope) -> Session | None:
        """The session of a request, if it is still open; using it keeps it so."""
        key, now = self._key(scope), self._clock_s()
        session = self._open.get(key) if key else None
        if session is None or key is None:
            return None
        if self._is_over(session, now):
            del self._open[key]
            return None
        session.seen_s = now
        return session

    def end(self, scope: Scope, response: Response) -> None:
        """Log out."""
        key = self._key(scope)
        if key is not None:
            self._open.pop(key, None)
        response.delete_cookie(self._cookie, path="/", secure=self._secure, httponly=True, samesite="strict")

    def _forget_old(self, now: float) -> None:
        for key in [key for key, session in self._open.items() if self._is_over(session, now)]:
            del self._open[key]
        while len(self._open) >= MOST_SESSIONS:
            del self._open[next(iter(self._open))]  # the oldest

    @staticmethod
    def _is_over(session: Session, now: float) -> bool:
        return now - session.seen_s > IDLE_S or now - session.began_s > LONGEST_S

    def _key(self, scope: Scope) -> bytes | None:
        header = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
        try:
            found = SimpleCookie(header.decode("latin-1")).get(self._cookie)
        except CookieError:
            return None
        return _hash(found.value) if found is not None and found.value else None


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("latin-1", "replace")).digest()
