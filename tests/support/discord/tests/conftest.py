"""Fixtures of the stand-in's suites: a bare client of it, with a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.discord.client import Client, Clock, bare_client


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def client(clock: Clock) -> AsyncIterator[Client]:
    async with bare_client(clock) as client:
        yield client
