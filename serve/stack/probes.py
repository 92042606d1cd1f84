"""Is it ready? Small questions over HTTP, asked from a synchronous process without any client library."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_S = 5.0


class NoAnswer(Exception):
    """Nobody answers there, or not with what was asked for."""


def get(url: str, token: str = "") -> tuple[int, bytes]:
    """Status and body of a GET. Raises NoAnswer."""
    parts = urlsplit(url)
    headers: Mapping[str, str] = {"authorization": f"Bearer {token}"} if token else {}
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", parts.path or "/", headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as exc:
        raise NoAnswer(str(exc)) from None
    finally:
        connection.close()


def get_json(url: str, token: str = "") -> Any:
    """The JSON of a 200. Raises NoAnswer."""
    status, body = get(url, token)
    if status != 200:
        raise NoAnswer(f"status {status}")
    try:
        return json.loads(body)
    except ValueError:
        raise NoAnswer("not JSON") from None


def is_ok(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        return get(url)[0] == 200
    except NoAnswer:
        return False


def holds_models(base_url: str, api_key: str, names: Iterable[str]) -> bool:
    """Whether vLLM is healthy and lists every one of these models."""
    if not is_ok(f"{base_url}/health"):
        return False
    try:
        listing = get_json(f"{base_url}/v1/models", api_key)
        return set(names) <= {model["id"] for model in listing["data"]}
    except (NoAnswer, KeyError, TypeError):
        return False
