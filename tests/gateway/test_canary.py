"""The canary: marked personal data in every field of a request leaves no mark anywhere but in the citizen's answer."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from serve.settings import Settings
from tests.gateway import marked_bodies
from tests.gateway.conftest import Gateway, content, running_gateway
from tests.gateway.marks import SURE, Marks
from tests.gateway.recognizers import Blind, Indiscreet, use_recognizer
from tests.gateway.traces import leaks, log_everything
from tests.gateway.upstream import ScriptedEngine


@pytest.fixture
def marks() -> Marks:
    """The marks of one test."""
    return Marks()


@pytest.fixture(autouse=True)
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Every log at debug level, temporary files where they are searched. Before the gateway starts."""
    log_everything(caplog)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Many fields take a while on a busy machine."""
    return settings.model_copy(update={"deid": settings.deid.model_copy(update={"deadline_s": 30})})


def assert_clean(
    gateway: Gateway, marks: Marks, tmp_path: Path, caplog: pytest.LogCaptureFixture, *errors: str
) -> None:
    """No mark in anything that was left behind, nor in the errors told."""
    records = caplog.get_records("setup") + caplog.get_records("call")
    assert leaks(gateway, marks, tmp_path, records) == {}
    assert [marks.found_in(error) for error in errors if marks.found_in(error)] == []


async def told(response: aiohttp.ClientResponse) -> str:
    """All that an answer told: status, headers, body."""
    return f"{response.status} {dict(response.headers)} {await response.text()}"


async def test_an_answer_leaves_no_mark(
    gateway: Gateway, marks: Marks, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body = marked_bodies.chat(marks)
    response = await gateway.post(body)

    assert response.status == 200
    answer = (await response.json())["choices"][0]["message"]["content"]
    assert answer == "您說：" + body["messages"][-1]["content"]
    assert len(marks.issued) > 250
    assert_clean(gateway, marks, tmp_path, caplog)


@pytest.mark.parametrize("make", [marked_bodies.chat, marked_bodies.completion])
async def test_a_stream_leaves_no_mark(
    gateway: Gateway, marks: Marks, tmp_path: Path, caplog: pytest.LogCaptureFixture, make: Callable[..., Any]
) -> None:
    path = "/v1/completions" if make is marked_bodies.completion else "/v1/chat/completions"
    response = await gateway.post(make(marks, stream=True), path=path)

    text = await response.text()
    assert text.endswith("data: [DONE]\n\n")
    assert marks.found_in(text)
    assert_clean(gateway, marks, tmp_path, caplog)


async def test_json_inside_json_leaves_no_mark(
    gateway: Gateway, marks: Marks, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nested = json.dumps({"body": json.dumps(marked_bodies.values(marks, "arguments in arguments"))})
    calls = [marked_bodies.call("call_1", nested)]
    messages = [
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "call_1", "content": nested},
    ]
    assert (await gateway.post({"model": "moi", "messages": messages})).status == 200
    assert_clean(gateway, marks, tmp_path, caplog)


async def test_what_a_model_makes_up_is_not_kept(
    gateway: Gateway, marks: Marks, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A model can remember or invent personal data; the journal conceals the answer again."""
    invented = marks.sentence("the model's answer")
    gateway.engine.answer = lambda body: [invented[i : i + 3] for i in range(0, len(invented), 3)]
    assert (await (await gateway.chat("你好")).json())["choices"][0]["message"]["content"] == invented
    assert content(await (await gateway.chat("你好", stream=True)).text()) == invented
    gateway.engine.tool_arguments = ['{"phone": "', marks.one("phone", "the model's call"), '"}']
    assert (await gateway.chat("你好")).status == 200
    assert_clean(gateway, marks, tmp_path, caplog)


def _unknown_field(marks: Marks) -> Any:
    return marked_bodies.chat(marks, **{marks.one("phone", "unknown field"): marks.sentence("unknown field")})


def _unknown_field_within(marks: Marks) -> Any:
    body = marked_bodies.chat(marks)
    body["messages"][0][marks.one("email", "unknown field")] = marks.sentence("unknown field")
    return body


def _wrong_types(marks: Marks) -> Any:
    return marked_bodies.chat(marks, temperature=marks.sentence("temperature"), n=marks.one("phone", "n"))


def _unknown_role(marks: Marks) -> Any:
    return {
        "model": "moi",
        "messages": [{"role": marks.sentence("role"), "content": marks.sentence("content")}],
    }


def _torn(marks: Marks) -> Any:
    return json.dumps(marked_bodies.chat(marks), ensure_ascii=False).encode()[:-2]


def _mark_in_key(marks: Marks) -> Any:
    body = marked_bodies.chat(marks)
    body["tools"][0]["function"]["parameters"]["properties"][marks.one("phone", "schema key")] = {
        "type": "string"
    }
    return body


def _mark_in_function_name(marks: Marks) -> Any:
    body = marked_bodies.chat(marks)
    body["tools"][0]["function"]["name"] = marks.one("national_id", "function name")
    return body


def _unknown_model(marks: Marks) -> Any:
    return marked_bodies.chat(marks, model=marks.sentence("model"))


_REFUSED = {
    400: [
        _unknown_field, _unknown_field_within, _wrong_types, _unknown_role, _torn, _mark_in_key, _mark_in_function_name,
    ],
    404: [_unknown_model],
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "make"), [(status, make) for status, makers in _REFUSED.items() for make in makers]
)
async def test_a_refused_request_leaves_no_mark(
    gateway: Gateway,
    marks: Marks,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    status: int,
    make: Callable[[Marks], Any],
) -> None:
    response = await gateway.post(make(marks))

    assert response.status == status
    assert gateway.engine.raw == []
    assert_clean(gateway, marks, tmp_path, caplog, await told(response))


async def test_credentials_and_quota_refusals_leave_no_mark(
    gateway: Gateway, marks: Marks, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.keys["stranger"] = "bm_" + "".join(marks.one(kind, "key") for kind in SURE)
    stranger = await gateway.post(marked_bodies.chat(marks), tenant="stranger")
    for _ in range(3):
        assert (await gateway.chat("你好", tenant="people")).status == 200
    refused = await gateway.post(marked_bodies.chat(marks), tenant="people")

    assert (stranger.status, refused.status) == (401, 429)
    assert_clean(gateway, marks, tmp_path, caplog, await told(stranger), await told(refused))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("engine_status", "status"), [(500, 503), (400, 400), (404, 503)])
async def test_an_engine_error_that_quotes_the_text_leaves_no_mark(
    gateway: Gateway,
    marks: Marks,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    engine_status: int,
    status: int,
    stream: bool,
) -> None:
    gateway.engine.fail_status = engine_status
    gateway.engine.fail_body = json.dumps(
        {"error": {"message": marks.sentence("engine's error")}}, ensure_ascii=False
    )
    response = await gateway.post(marked_bodies.chat(marks, stream=stream))

    assert response.status == status
    assert len(gateway.engine.raw) == 1
    assert_clean(gateway, marks, tmp_path, caplog, await told(response))


@pytest.mark.parametrize("failure", ["break_after", "error_after"])
async def test_a_stream_that_breaks_leaves_no_mark(
    gateway: Gateway, marks: Marks, tmp_path: Path, caplog: pytest.LogCaptureFixture, failure: str
) -> None:
    setattr(gateway.engine, failure, 12)
    response = await gateway.post(marked_bodies.chat(marks, stream=True))

    last = (await response.text()).strip().split("\n\n")[-1]
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == "engine_unavailable"
    assert_clean(gateway, marks, tmp_path, caplog, last)


@pytest.fixture
async def indiscreet(
    settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Gateway]:
    """A gateway whose recogniser raises an error that holds the text."""
    use_recognizer(monkeypatch, Indiscreet())
    async with running_gateway(settings, engine, await_ready=False) as running:
        yield running


@pytest.fixture
async def blind(
    settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Gateway]:
    """A gateway that recognises nothing."""
    use_recognizer(monkeypatch, Blind())
    async with running_gateway(settings, engine, await_ready=False) as running:
        yield running


@pytest.mark.parametrize("stream", [False, True])
async def test_a_recogniser_whose_error_quotes_the_text_leaves_no_mark(
    indiscreet: Gateway, marks: Marks, tmp_path: Path, caplog: pytest.LogCaptureFixture, stream: bool
) -> None:
    response = await indiscreet.post(marked_bodies.chat(marks, stream=stream))

    assert response.status == 503
    assert indiscreet.engine.raw == []
    assert_clean(indiscreet, marks, tmp_path, caplog, await told(response))


async def test_the_canary_sings(
    blind: Gateway, marks: Marks, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The same search finds the marks of every field where nothing is concealed, so it can find a leak."""
    response = await blind.post(marked_bodies.chat(marks))

    assert response.status == 200
    found = leaks(blind, marks, tmp_path, caplog.get_records("call"))
    assert {"engine bodies", "table journal", "file records.sqlite3-wal"} <= found.keys()
    assert any(place.startswith("spooled") for place in found)
    dropped = {
        f"{mark.kind} of {mark.place}" for mark in marks.issued if mark.place.startswith(("user", "metadata"))
    }
    names = {f"{mark.kind} of {mark.place}" for mark in marks.issued if mark.place == "user name"}
    assert (
        set(found["engine bodies"])
        == {f"{mark.kind} of {mark.place}" for mark in marks.issued} - dropped | names
    )
