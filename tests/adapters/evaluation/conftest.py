"""An engine that listens, for the tests that ask one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.adapters.evaluation.speaking import Engine


@pytest.fixture
async def engine() -> AsyncIterator[tuple[Engine, str]]:
    speaking = Engine()
    app = web.Application()
    app.router.add_post("/{path:.*}", speaking.handle)
    async with TestServer(app) as server:
        yield speaking, str(server.make_url("/"))
