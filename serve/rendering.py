"""The one place where an error becomes an answer: OpenAI's shape, a stable code, never what the caller sent."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from serve.errors import InvalidRequest, NotFound, ServeError

log = logging.getLogger("bianmin.rendering")

_HTTP_CODES = {
    400: "invalid_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
}


def where_raised(exc: BaseException) -> str:
    """An exception's type and place. Its text is left out: it may quote what a citizen wrote."""
    frames = traceback.extract_tb(exc.__traceback__)
    places = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[:-4:-1])
    return f"{type(exc).__name__} at {places}"


def error_object(error: ServeError) -> dict[str, Any]:
    """The body of an error answer, or of an error event in a stream."""
    return {"error": {"message": error.text, "type": error.kind, "code": error.code, "param": error.param}}


def error_response(error: ServeError) -> Response:
    """The error as an HTTP answer, with Retry-After where waiting helps."""
    headers = {"cache-control": "no-store"}
    if error.retry_after_s is not None:
        headers["retry-after"] = str(max(1, error.retry_after_s))
    return Response(
        orjson.dumps(error_object(error)), error.status, headers=headers, media_type="application/json"
    )


async def _render_serve_error(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, ServeError)
    return error_response(exc)


async def _render_validation_error(_: Request, exc: Exception) -> Response:
    return error_response(InvalidRequest())


async def _render_http_error(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    error = NotFound() if exc.status_code == 404 else InvalidRequest("The request can't be handled.")
    body = error_object(error)
    body["error"]["code"] = _HTTP_CODES.get(exc.status_code, "invalid_request")
    headers = {name: value for name, value in (exc.headers or {}).items() if name.lower() == "allow"}
    return Response(orjson.dumps(body), exc.status_code, headers=headers, media_type="application/json")


async def _render_unexpected(_: Request, exc: Exception) -> Response:
    log.error("unexpected error: %s", where_raised(exc))
    return error_response(ServeError())


def install_error_handlers(app: FastAPI) -> None:
    """Give an app the product's only error shape. FastAPI's own 422 body echoes the input, so it is replaced."""
    app.add_exception_handler(ServeError, _render_serve_error)
    app.add_exception_handler(RequestValidationError, _render_validation_error)
    app.add_exception_handler(HTTPException, _render_http_error)
    app.add_exception_handler(Exception, _render_unexpected)
