"""The web page's doors: sessions, forms, and who may come in. What people see is in tests/browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.responses import Response

from adapters.stages import Stage
from serve.admin.access import MOST_FAILURES
from serve.admin.app import create_admin_app
from serve.admin.sessions import IDLE_S, LONGEST_S, MOST_SESSIONS, Sessions
from serve.records.audit import list_audit
from serve.records.versions import AdapterSpec, get_adapter, register_adapter
from serve.settings import Settings
from tests.adapter_rows import digest_of
from tests.admin.conftest import TOKENS, connect
from tests.clock import Clock

HTML = {"accept": "text/html,*/*"}
PROMOTE = "/adapters/mof@1/promote"


@pytest.fixture
async def page(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's client, not logged in."""
    async with connect(app, None) as client:
        client.headers["accept"] = HTML["accept"]
        yield client


@pytest.fixture
def version(db: Engine) -> str:
    spec = AdapterSpec("mof", "mof@1", digest_of("mof@1"), "mof")
    register_adapter(db, spec, "test", Stage.EVALUATED)
    return "mof@1"


async def log_in(page: httpx.AsyncClient, token: str = TOKENS["wang"]) -> httpx.Response:
    return await page.post("/login", data={"token": token})


async def csrf(page: httpx.AsyncClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await page.get(PROMOTE)).text)
    assert found
    return found[1]


async def test_without_a_session_a_browser_is_led_to_the_login_and_a_program_is_told(
    page: httpx.AsyncClient, version: str
) -> None:
    for path in ("/adapters", "/adapters/mof@1", PROMOTE, "/adapters/mof@1/report"):
        answer = await page.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        answer = await page.get(path, headers={"accept": "application/json"})
        assert answer.json()["error"]["code"] == "invalid_api_key"
    answer = await page.post(PROMOTE, data={"reason": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


async def test_a_log_in_makes_a_session_that_works_on_the_page_alone(
    page: httpx.AsyncClient, version: str, db: Engine
) -> None:
    answer = await log_in(page)
    assert (answer.status_code, answer.headers["location"]) == (303, "/adapters")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie
    assert TOKENS["wang"] not in cookie
    listed = await page.get("/adapters")
    assert listed.status_code == 200 and "mof@1" in listed.text and TOKENS["wang"] not in listed.text
    for path in (
        "/admin/adapters",
        "/admin/tenants",
        "/metrics",
        "/adaptersx",
        "/admin/adapters/../adapters",
    ):
        assert (await page.get(path)).status_code == 401, path
    assert (await page.post("/admin/adapters/mof@1/promote", json={"reason": "x"})).status_code == 401
    assert list_audit(db)[0].event.action == "access.login"


async def test_production_asks_for_a_secure_cookie(settings: Settings, app: FastAPI) -> None:
    app = create_admin_app(settings.model_copy(update={"stage": "production"}))
    async with connect(app, None) as page:
        cookie = (await log_in(page)).headers["set-cookie"]
    assert cookie.startswith("__Host-") and "Secure" in cookie


async def test_every_page_says_what_a_browser_may_do_with_it(page: httpx.AsyncClient, version: str) -> None:
    await log_in(page)
    for path in ("/login", "/adapters", "/adapters/mof@1", PROMOTE, "/adapters/mof@9"):
        answer = await page.get(path)
        policy = answer.headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        )
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "<script" not in answer.text and "style=" not in answer.text


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, None),
        ({}, "wrong"),
        ({}, "é"),
        ({"origin": "http://elsewhere.example"}, "right"),
        ({"origin": "null"}, "right"),
        ({"sec-fetch-site": "cross-site"}, "right"),
        ({"sec-fetch-site": "same-site"}, "right"),
    ],
)
async def test_a_form_of_another_site_does_nothing(
    page: httpx.AsyncClient, version: str, db: Engine, headers: dict[str, str], token: str | None
) -> None:
    await log_in(page)
    right = await csrf(page)
    form = {"reason": "because"} | ({} if token is None else {"csrf": right if token == "right" else token})
    answer = await page.post(PROMOTE, data=form, headers=headers)
    assert answer.status_code == 403 and "form_expired" in answer.text
    assert get_adapter(db, "mof@1").stage is Stage.EVALUATED
    own = {"origin": "http://admin", "sec-fetch-site": "same-origin"}
    done = await page.post(PROMOTE, data={"reason": "because", "csrf": right}, headers=own)
    assert (done.status_code, done.headers["location"]) == (303, "/adapters/mof@1?done=promote")


async def test_one_persons_form_token_is_no_use_to_another(
    app: FastAPI, page: httpx.AsyncClient, version: str
) -> None:
    await log_in(page)
    async with connect(app, None) as other:
        await log_in(other, TOKENS["lin"])
        answer = await other.post(PROMOTE, data={"reason": "x", "csrf": await csrf(page)})
    assert answer.status_code == 403


async def test_guessing_tokens_locks_the_address_as_in_the_api(app: FastAPI, page: httpx.AsyncClient) -> None:
    statuses = [(await log_in(page, "wrong-e1-canary")).status_code for _ in range(MOST_FAILURES + 1)]
    assert statuses == [401] * MOST_FAILURES + [429]
    locked = await log_in(page)
    assert locked.status_code == 429 and "set-cookie" not in locked.headers and "canary" not in locked.text
    async with connect(app, TOKENS["wang"]) as api:
        assert (await api.get("/admin/adapters")).status_code == 429


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"token=%ff", "application/x-www-form-urlencoded"),
        (b"\xff", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(100)), "application/x-www-form-urlencoded"),
        (b"token=" + b"x" * 100_000, "application/x-www-form-urlencoded"),
        (b'{"token": "x"}', "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
    ],
)
async def test_what_is_no_form_of_ours_is_refused(page: httpx.AsyncClient, content: bytes, kind: str) -> None:
    answer = await page.post("/login", content=content, headers={"content-type": kind})
    assert answer.status_code == 400 and "invalid_request" in answer.text


async def test_hostile_addresses_are_pages_without_echo(page: httpx.AsyncClient, version: str) -> None:
    await log_in(page)
    for path in (
        "/adapters/%3Cscript%3Ecanary",
        "/adapters/mof@1/canary-e1",
        "/adapters/mof@1?" + urlencode({"done": "<b>canary-e1"}),
        "/adapters?" + urlencode({"page": "canary-e1"}),
    ):
        answer = await page.get(path)
        assert answer.status_code in (200, 400, 404) and "text/html" in answer.headers["content-type"]
        assert "canary-e1" not in answer.text and "script>canary" not in answer.text
    searched = await page.get("/adapters", params={"public": '"><img src=x>'})
    assert "<img" not in searched.text and searched.status_code == 200


async def test_many_names_are_cut_into_pages(page: httpx.AsyncClient, db: Engine) -> None:
    for number in range(65):
        name = f"unit-{number:03}"
        register_adapter(db, AdapterSpec(name, f"{name}@1", digest_of(name), name), "test")
    await log_in(page)
    seen: list[str] = []
    for number in (1, 2, 3):
        seen += re.findall(
            r'<h2 id="name-([^"]+)"', (await page.get("/adapters", params={"page": number})).text
        )
    assert seen == [f"unit-{number:03}" for number in range(65)]
    found = await page.get("/adapters", params={"public": "Unit-06"})
    assert re.findall(r'<h2 id="name-([^"]+)"', found.text) == [f"unit-06{number}" for number in range(5)]


def _cookie(response: Response) -> dict[str, list[tuple[bytes, bytes]]]:
    value = response.headers["set-cookie"].partition(";")[0]
    return {"headers": [(b"cookie", value.encode())]}


def _start(sessions: Sessions, name: str) -> dict[str, list[tuple[bytes, bytes]]]:
    response = Response()
    sessions.start(name, response)
    return _cookie(response)


def test_a_session_ends_when_it_rests_and_in_any_case_after_a_day_of_work() -> None:
    clock = Clock()
    sessions = Sessions(secure=False, clock_s=clock)
    scope = _start(sessions, "wang")
    resting = _start(sessions, "lin")
    for _ in range(int(LONGEST_S / (IDLE_S / 2)) - 1):
        clock.now_s += IDLE_S / 2
        found = sessions.find(scope)
        assert found is not None and found.name == "wang"
    assert sessions.find(resting) is None
    clock.now_s += IDLE_S
    assert sessions.find(scope) is None


def test_sessions_do_not_pile_up_and_garbage_is_no_session() -> None:
    sessions = Sessions(secure=False)
    scopes = [_start(sessions, "wang") for _ in range(MOST_SESSIONS + 1)]
    assert sessions.find(scopes[0]) is None and sessions.find(scopes[-1]) is not None
    for value in (
        b"",
        b"bianmin_session=",
        b"bianmin_session=x",
        b"\xff=\xff",
        b"a b=c; ;;=",
        b'bianmin_session="',
    ):
        assert sessions.find({"headers": [(b"cookie", value)]}) is None
