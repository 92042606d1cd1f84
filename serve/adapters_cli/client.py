"""The admin plane over HTTP: JSON questions, and one streamed upload. Refusals are told in the plane's own words."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import click

from serve.commands import settings_or_exit
from serve.stack.home import read_endpoints

_TIMEOUT_S = 120.0
_CHECK_TIMEOUT_S = 600.0


class Refused(click.ClickException):
    """The admin plane said no, or nobody answered; shown as one line that ends with the stable code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code


@dataclass(frozen=True, slots=True)
class Upload:
    """A body of a known size, and whom to tell how much of it is sent."""

    size: int
    chunks: Iterable[bytes]
    sent: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class AdminClient:
    """One admin plane, as one person."""

    url: str
    token: str = field(repr=False)

    def get(self, path: str, **query: str) -> Any:
        """Raises Refused."""
        return self._ask("GET", path + ("?" + urlencode(query) if query else ""), None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Raises Refused."""
        return self.send(path, json.dumps(body).encode())

    def send(self, path: str, body: bytes) -> Any:
        """Post what is JSON already. Raises Refused."""
        return self._ask("POST", path, body)

    def upload(self, path: str, upload: Upload, **query: str) -> Any:
        """Send the body as it is read. Raises Refused, also when the plane refuses before the end."""
        connection = self._connect(_CHECK_TIMEOUT_S)
        try:
            connection.putrequest("POST", f"{self._base()}{path}?{urlencode(query)}")
            for name, value in self._headers("application/octet-stream").items():
                connection.putheader(name, value)
            connection.putheader("content-length", str(upload.size))
            connection.endheaders()
            self._send(connection, upload)
            return _read(connection.getresponse())
        except (OSError, http.client.HTTPException) as exc:
            raise self._silent(exc) from None
        finally:
            connection.close()

    @staticmethod
    def _send(connection: http.client.HTTPConnection, upload: Upload) -> None:
        try:
            for chunk in upload.chunks:
                connection.send(chunk)
                upload.sent(len(chunk))
        except (BrokenPipeError, ConnectionResetError):
            return  # refused before the end: the answer says why

    def _ask(self, method: str, path: str, body: bytes | None) -> Any:
        connection = self._connect(_TIMEOUT_S)
        try:
            connection.request(method, self._base() + path, body, self._headers("application/json"))
            return _read(connection.getresponse())
        except (OSError, http.client.HTTPException) as exc:
            raise self._silent(exc) from None
        finally:
            connection.close()

    def _connect(self, timeout_s: float) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.hostname or "", parts.port, timeout=timeout_s)

    def _base(self) -> str:
        return urlsplit(self.url).path.rstrip("/")

    def _headers(self, kind: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "content-type": kind}

    def _silent(self, exc: Exception) -> Refused:
        return Refused("no_answer", f"The admin plane at {self.url} does not answer: {type(exc).__name__}.")


def path_of(name: str, *steps: str) -> str:
    """The path of a version or public name; whatever was typed stays one segment."""
    return "/".join(["/admin/adapters", quote(name, safe="@"), *steps])


def find_admin() -> AdminClient:
    """The admin plane of the settings, else of the stack that runs in this home. Raises ClickException."""
    settings = settings_or_exit()
    running = read_endpoints(settings.home)
    url = settings.admin_url or running.get("admin", "")
    token = settings.admin_token.get_secret_value() or (
        "" if settings.admin_url else running.get("admin_token", "")
    )
    if urlsplit(url).scheme not in ("http", "https") or not token:
        raise click.ClickException(
            "No admin plane: set BIANMIN_ADMIN_URL and BIANMIN_ADMIN_TOKEN, or start the demonstration with `make up`."
        )
    return AdminClient(url, token)


def _read(response: http.client.HTTPResponse) -> Any:
    content = response.read()
    try:
        answer = json.loads(content)
        if response.status < 300:
            return answer
        raise Refused(str(answer["error"]["code"]), str(answer["error"]["message"]))
    except (ValueError, KeyError, TypeError):
        raise Refused("unreadable_answer", f"An answer of status {response.status} can't be read.") from None
