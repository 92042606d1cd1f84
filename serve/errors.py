"""The errors a caller can meet, as one tree; `serve.rendering` turns them into OpenAI's error shape.

ServeError
├── InvalidRequest          400  unusable body, field or value
│   ├── UnsupportedParameter
│   └── BodyTooLarge        413
├── Unauthenticated         401
├── Forbidden               403  admin plane: the role does not allow it
├── ModelNotFound           404  also for another tenant's adapter: existence isn't revealed
├── NotFound                404  admin plane
├── Conflict                409  admin plane
├── QuotaExceeded           429  requests, tokens or concurrency; carries Retry-After
└── Unavailable             503
    ├── ConcealmentFailed        fail closed: unsure means not sent
    ├── AdapterLoading           known, and no replica holds it yet, or its turn would take too long
    ├── EngineBusy               the queue is full, or the turn didn't come in time
    ├── EngineUnavailable
    ├── JournalUnavailable
    └── RecordsUnavailable

No message ever holds text that a caller sent. `param` only ever names a field of our own schema.
"""

from __future__ import annotations

from typing import ClassVar


class ServeError(Exception):
    """Base: an answer with a status, a stable code and a short text."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    kind: ClassVar[str] = "server_error"
    message: ClassVar[str] = "Internal error."

    def __init__(
        self, message: str | None = None, *, param: str | None = None, retry_after_s: int | None = None
    ) -> None:
        self.text = message or self.message
        self.param = param
        self.retry_after_s = retry_after_s
        super().__init__(self.text)


class InvalidRequest(ServeError):
    """The body, a field or a value can't be used."""

    status, code, kind = 400, "invalid_request", "invalid_request_error"
    message = "The request body is not valid."


class UnsupportedParameter(InvalidRequest):
    """A parameter of OpenAI's API that this gateway refuses, with the reason."""

    code = "unsupported_parameter"
    message = "This parameter is not supported."


class BodyTooLarge(InvalidRequest):
    """The body is over the limit; it was not read to its end."""

    status, code = 413, "body_too_large"
    message = "The request body is too large."


class Unauthenticated(ServeError):
    """No key, an unknown key, or a revoked one."""

    status, code, kind = 401, "invalid_api_key", "authentication_error"
    message = "The API key is missing or not valid."


class Forbidden(ServeError):
    """The caller is known and their role does not allow this."""

    status, code, kind = 403, "forbidden", "permission_error"
    message = "Your role does not allow this."


class NotFound(ServeError):
    """No such thing on the admin plane."""

    status, code, kind = 404, "not_found", "invalid_request_error"
    message = "Not found."


class ModelNotFound(NotFound):
    """The model is unknown, or this key may not call it."""

    code = "model_not_found"
    message = "The model does not exist or this key may not use it."


class Conflict(ServeError):
    """The thing exists already, or its state forbids the step."""

    status, code, kind = 409, "conflict", "invalid_request_error"
    message = "It exists already or its state does not allow this."


class QuotaExceeded(ServeError):
    """Requests per window, tokens per day or concurrent requests are used up."""

    status, code, kind = 429, "quota_exceeded", "rate_limit_error"
    message = "The quota of this key is used up."


class Unavailable(ServeError):
    """A part this request needs is down; trying again later may help."""

    status, code = 503, "unavailable"
    message = "The service is not available right now."


class ConcealmentFailed(Unavailable):
    """The text could not be protected, so it was not sent."""

    code = "concealment_failed"
    message = "The text could not be protected, so it was not sent to the model."


class EngineBusy(Unavailable):
    """Too many requests wait for the engines, or the turn didn't come in time."""

    code = "engine_busy"
    message = "The model server is busy. Try again shortly."

    def __init__(self) -> None:
        super().__init__(retry_after_s=5)


class EngineUnavailable(Unavailable):
    """The engine doesn't answer, or answered with a failure."""

    code = "engine_unavailable"
    message = "The model server is not available right now."


class AdapterLoading(Unavailable):
    """The adapter is known and can't answer yet: no replica holds it, or a free slot would take too long."""

    code = "adapter_loading"
    message = "The adapter is being loaded. Try again shortly."

    def __init__(self, retry_after_s: int = 5) -> None:
        super().__init__(retry_after_s=retry_after_s)


class JournalUnavailable(Unavailable):
    """The journal can't be written, so nothing is answered (compliance: no answer without a record)."""

    code = "journal_unavailable"
    message = "The journal can't be written, so no answer is given."


class RecordsUnavailable(Unavailable):
    """The database doesn't answer and nothing usable is cached."""

    code = "records_unavailable"
    message = "The account records are not available right now."
