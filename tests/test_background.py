"""Work that nobody waits for: it is done before the end, and when it fails a log says what and where."""

from __future__ import annotations

import asyncio

import pytest

from serve.background import Background

TEXT = "background-canary"


async def test_work_that_fails_is_logged_by_type_and_place_without_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise ValueError(TEXT)

    background = Background()
    background.spawn(fail())
    await background.close()
    (record,) = caplog.records
    assert record.levelname == "ERROR" and "ValueError at test_background.py:" in record.getMessage()
    assert TEXT not in caplog.text


async def test_work_that_fails_before_the_end_is_logged_as_well(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError(TEXT)

    background = Background()
    await asyncio.wait([background.spawn(fail())])
    assert len(caplog.records) == 1 and TEXT not in caplog.text
    await background.close()
    assert len(caplog.records) == 1


async def test_closing_waits_for_the_work_and_a_cancelled_one_is_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = []

    async def work() -> None:
        await asyncio.sleep(0)
        done.append(1)

    background = Background()
    background.spawn(asyncio.Event().wait()).cancel()
    background.spawn(work())
    await background.close()
    assert done == [1] and caplog.records == []
