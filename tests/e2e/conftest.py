"""Fixtures of suites that talk with a bot process: each has a `world` of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.world import World
from tests.support.discord.driver import Discord


@pytest.fixture
def discord(world: World) -> Discord:
    """Discord as the bot of the module's world sees it."""
    return world.discord


@pytest.fixture
def bots_log(world: World) -> Iterator[None]:
    """Print what the bots logged during a test, which pytest shows if it fails."""
    before = len(world.log)
    yield
    print(world.log[before:])  # noqa: T201 - pytest shows it
