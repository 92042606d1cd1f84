"""Pure ASGI middleware around every request: its id, the body limit, and the last net for errors."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from types import MappingProxyType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.errors import BodyTooLarge, ServeError
from serve.rendering import error_response, where_raised

log = logging.getLogger("bianmin.http")

REQUEST_ID_HEADER = b"x-request-id"
_NONE_LARGER: Mapping[tuple[str, str], int] = MappingProxyType({})


class RequestScope:
    """Give each request an id of our own (a client's isn't trusted: it could hold anything) and bound its body.

    The id is in `scope["state"]["request_id"]` and in the answer's `x-request-id`. An exception that nobody
    rendered becomes a plain 500; its type is logged, never its text, which may quote the request.
    """

    def __init__(
        self, app: ASGIApp, max_body_bytes: int, larger: Mapping[tuple[str, str], int] = _NONE_LARGER
    ) -> None:
        """`larger` has the limits of the few (method, path) whose bodies may be larger, such as uploads."""
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(12)
        scope.setdefault("state", {})["request_id"] = request_id
        started = False
        most = self._larger.get((scope["method"], scope["path"]), self._max_body_bytes)

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), (REQUEST_ID_HEADER, request_id.encode())]
            await send(message)

        try:
            if self._declared_length(scope) > most:
                raise BodyTooLarge
            await self._app(scope, _bounded(receive, most), send_with_id)
        except Exception as exc:  # noqa: BLE001 - the process edge
            error = exc if isinstance(exc, ServeError) else ServeError()
            if not isinstance(exc, ServeError):
                log.error("unexpected error in request %s: %s", request_id, where_raised(exc))
            if not started:
                await error_response(error)(scope, receive, send_with_id)

    @staticmethod
    def _declared_length(scope: Scope) -> int:
        for name, value in scope["headers"]:
            if name == b"content-length":
                return int(value) if value.isdigit() else 0
        return 0


def _bounded(receive: Receive, most: int) -> Receive:
    seen = 0

    async def bounded_receive() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise BodyTooLarge
        return message

    return bounded_receive
