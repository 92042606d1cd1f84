"""Malformed and hostile requests: always a 4xx with a stable code in OpenAI's shape, and never an echo."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest

from serve.errors import ServeError
from tests.gateway.conftest import Gateway
from tests.gateway.hostile_bodies import (
    COMPLETIONS,
    MARKS,
    NOT_JSON,
    REFUSED,
    UNKNOWN_FIELDS,
    UNUSABLE,
    WRONG_TYPES,
    body,
)


def codes() -> set[str]:
    """Every code that an error of the gateway may have."""
    found, classes = {"method_not_allowed"}, [ServeError]
    while classes:
        one = classes.pop()
        found.add(one.code)
        classes += one.__subclasses__()
    return found


async def assert_refused(response: aiohttp.ClientResponse, *statuses: int) -> str:
    """A 4xx of OpenAI's shape with a stable code and nothing of what was sent. Answers the code."""
    text = await response.text()
    assert response.status in (statuses or (400,)), response.status
    error = json.loads(text)["error"]
    assert error.keys() == {"message", "type", "code", "param"}
    assert error["code"] in codes()
    assert error["type"] in ("invalid_request_error", "authentication_error")
    assert re.fullmatch(r"[a-z_]+(\.[a-z_]+|\.[0-9]+)*", error["param"] or "model")
    for part in (text, str(dict(response.headers))):
        assert "MARKED" not in part
        assert MARKS.found_in(part) == []
    return str(error["code"])


@pytest.fixture
async def quiet(gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway whose engine must hear nothing."""
    yield gateway
    assert gateway.engine.raw == []


async def each(gateway: Gateway, bodies: Mapping[str, Any], path: str = "/v1/chat/completions") -> None:
    """Every body is refused; a failure names it."""
    wrong = {}
    for name, one in bodies.items():
        try:
            await assert_refused(await gateway.post(one, path=path))
        except AssertionError as exc:
            wrong[name] = str(exc).splitlines()[0]
    assert wrong == {}


async def test_what_is_not_json(quiet: Gateway) -> None:
    await each(quiet, NOT_JSON)
    await each(quiet, NOT_JSON, "/v1/completions")


async def test_wrong_types(quiet: Gateway) -> None:
    await each(quiet, WRONG_TYPES)


async def test_bodies_that_cannot_be_used(quiet: Gateway) -> None:
    await each(quiet, UNUSABLE)


async def test_parameters_that_are_refused(quiet: Gateway) -> None:
    await each(quiet, {name: body(**{name: value}) for name, value in REFUSED.items()})
    named = await (await quiet.post(body(logprobs=True))).json()
    assert named["error"]["param"] == "logprobs"
    assert named["error"]["code"] == "unsupported_parameter"


async def test_completions_that_are_refused(quiet: Gateway) -> None:
    await each(quiet, {name: {"model": "moi", **one} for name, one in COMPLETIONS.items()}, "/v1/completions")


async def test_unknown_fields_whose_name_is_personal_data(quiet: Gateway) -> None:
    for make in UNKNOWN_FIELDS.values():
        await assert_refused(await quiet.post(make()))


async def test_models_that_cannot_be_called(quiet: Gateway) -> None:
    for model in (
        "MARKED",
        "mof",
        "moi-1",
        "moi@1",
        "",
        "../moi",
        "moi\x00",
        "MOI",
        "'; DROP TABLE keys; --",
    ):
        code = await assert_refused(await quiet.post(body(model=model), tenant="moi"), 404)
        assert code == "model_not_found"
        async with quiet.http.get(f"{quiet.url}/v1/models/MARKED", headers=quiet.headers("moi")) as shown:
            assert await assert_refused(shown, 404) == "model_not_found"


async def test_a_body_over_the_limit(quiet: Gateway) -> None:
    big = json.dumps(body(user="MARKED" * (10 * 2**20 // 6))).encode()

    async def chunked() -> AsyncIterator[bytes]:
        for start in range(0, len(big), 2**16):
            yield big[start : start + 2**16]

    for data in (big, chunked()):
        async with aiohttp.ClientSession() as fresh:
            try:
                async with fresh.post(
                    quiet.url + "/v1/chat/completions", data=data, headers=quiet.headers()
                ) as response:
                    assert await assert_refused(response, 413) == "body_too_large"
            except aiohttp.ClientOSError:
                pytest.fail("the connection was cut before the answer was there")


async def test_credentials_that_are_not_valid(quiet: Gateway) -> None:
    good = quiet.keys["city"]
    wrong = [
        None, "", "Bearer", "Bearer ", f"Basic {good}", good, f"Bearer {good}x", f"Bearer {good[:-1]}", "Bearer MARKED",
        "Bearer ' OR '1'='1' -- MARKED", "Bearer bm_' UNION SELECT * FROM keys -- MARKED", "Bearer " + "MARKED" * 5000,
        "Bearer bm_ÿþMARKEDMARKEDMARKED", f"Bearer {good},{good}",
    ]  # fmt: skip
    for value in wrong:
        headers = {} if value is None else {"authorization": value}
        for method, path in (
            ("POST", "/v1/chat/completions"),
            ("GET", "/v1/models"),
            ("GET", "/v1/models/moi"),
        ):
            async with quiet.http.request(
                method, quiet.url + path, headers=headers, data=b"MARKED"
            ) as response:
                assert await assert_refused(response, 401) == "invalid_api_key"


async def test_paths_and_methods(quiet: Gateway) -> None:
    asked = [
        ("GET", "/v1/chat/completions", 405), ("PUT", "/v1/completions", 405), ("POST", "/v1/models", 405),
        ("DELETE", "/v1/models/moi", 405), ("GET", "/MARKED", 404), ("POST", "/v1/embeddings/MARKED", 404),
        ("POST", "/v1/chat/completions/", 404), ("GET", "/v1/models/MARKED/", 404), ("GET", "/v1/models/%00", 404),
        ("GET", "/v1/models/MARKED%2F..%2Fmoi", 404), ("GET", "/metrics", 404), ("GET", "/health", 404),
    ]  # fmt: skip
    for method, path, status in asked:
        async with quiet.http.request(
            method, quiet.url + path, headers=quiet.headers(), allow_redirects=False, data=b"MARKED"
        ) as response:
            code = await assert_refused(response, status)
            assert code in ("method_not_allowed", "not_found", "model_not_found")


async def test_of_two_members_with_one_name_only_the_checked_one_is_sent(gateway: Gateway) -> None:
    first = '"messages": [{"role": "user", "content": "first A123456789"}]'
    twice = '{"model": "moi", ' + first + ', "messages": [{"role": "user", "content": "last A123456789"}]}'
    assert (await gateway.post(twice.encode())).status == 200
    (sent,) = gateway.engine.raw
    assert b"A123456789" not in sent and b"first" not in sent


async def test_after_all_this_it_still_answers(gateway: Gateway) -> None:
    bad = [gateway.post(one) for one in (*NOT_JSON.values(), *UNUSABLE.values())]
    assert {response.status for response in await asyncio.gather(*bad)} == {400}
    assert (await gateway.chat("你好")).status == 200
