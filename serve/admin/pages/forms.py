"""What a browser posts: a small form, from our own page, with the session's own token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from serve.admin.sessions import Session
from serve.errors import Forbidden, InvalidRequest

_FORM = "application/x-www-form-urlencoded"
_MOST_BYTES = 64 * 1024
_MOST_FIELDS = 16


class FormExpired(Forbidden):
    """The form has no valid token: its session is over, or another site made it."""

    code: ClassVar[str] = "form_expired"
    message = "The form is too old or was not made by this page."


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form that this page sent. Raises FormExpired, InvalidRequest."""
    _require_own_origin(request)
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        raise InvalidRequest
    body = await request.body()
    try:
        if len(body) > _MOST_BYTES:
            raise ValueError
        text = body.decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS))
    except ValueError:  # also what isn't ASCII or, unescaped, isn't UTF-8
        raise InvalidRequest from None


def require_token(session: Session | None, form: Mapping[str, str]) -> None:
    """Raises FormExpired unless the form carries the session's token."""
    if session is None or not session.allows(form.get("csrf", "")):
        raise FormExpired


def _require_own_origin(request: Request) -> None:
    """Browsers say where a form comes from; another site's is refused, whatever cookies came along."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise FormExpired
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise FormExpired
