"""Requests made from our own OpenAPI description, good and bad: never a 5xx, errors of one shape, never an echo."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from schemathesis import Case, GenerationMode

from serve.gateway.app import create_app
from serve.settings import Settings
from tests.gateway.conftest import Gateway
from tests.gateway.test_hostile import codes

DESCRIPTION = create_app(Settings()).openapi()
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]
# Words of the description itself may stand in an error; what a caller makes up may not.
OUR_WORDS = json.dumps(DESCRIPTION, ensure_ascii=False)
SHORTEST_ECHO = 4


def strings(value: Any) -> Iterator[str]:
    """Every string in a body, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def assert_error(response: requests.Response, body: Any) -> None:
    """OpenAI's shape, a stable code, and no string of the body."""
    assert 400 <= response.status_code < 500
    error = response.json()["error"]
    assert error.keys() == {"message", "type", "code", "param"}
    assert error["code"] in codes()
    for sent in strings(body):
        if len(sent) >= SHORTEST_ECHO and sent not in OUR_WORDS:
            assert sent not in error["message"] and sent not in str(error["param"])


def try_out(operation: Any, mode: GenerationMode, gateway: Gateway) -> set[int]:
    """Send generated requests, the same ones each time. Answers the statuses that came back."""
    statuses = set()

    @bounded(
        max_examples=30,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case) -> None:
        if isinstance(case.body, dict) and case.body.get("model"):
            case.body["model"] = "moi"
        response = requests.request(
            case.method,
            gateway.url + case.formatted_path,
            data=json.dumps(case.body).encode()
            if isinstance(case.body, dict | list | str | int | float)
            else b"",
            headers=gateway.headers(),
            allow_redirects=False,
            timeout=30,
        )
        statuses.add(response.status_code)
        if response.status_code != 200:
            assert_error(response, case.body)

    send()
    return statuses


GOOD = [pytest.param(one, GenerationMode.POSITIVE, id=f"{one.label}, good") for one in OPERATIONS]
BAD = [
    pytest.param(one, GenerationMode.NEGATIVE, id=f"{one.label}, bad")
    for one in OPERATIONS
    if one.method == "post"
]


@pytest.mark.parametrize(("operation", "mode"), GOOD + BAD)
async def test_requests_made_from_the_description(
    gateway: Gateway, operation: Any, mode: GenerationMode
) -> None:
    gateway.engine.answer = lambda body: ["好的"]
    statuses = await asyncio.to_thread(try_out, operation, mode, gateway)
    if operation.method == "post":
        assert (200 if mode is GenerationMode.POSITIVE else 400) in statuses


async def test_every_endpoint_is_described(gateway: Gateway) -> None:
    async with gateway.http.get(gateway.url + "/openapi.json") as response:
        assert set((await response.json())["paths"]) == {
            "/v1/chat/completions",
            "/v1/completions",
            "/v1/models",
            "/v1/models/{model}",
            "/health/live",
            "/health/ready",
        }
