"""Fixtures of the bot's suites: a client on a wire that never leaves the process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.discord.wire import NO_LIMITS, Wire
from tests.support.journal_library import JournalLibrary, connected_with_moderators


@pytest.fixture
def library(tmp_path: Path) -> JournalLibrary:
    """A fake library with a real journal."""
    return JournalLibrary(tmp_path)


@pytest.fixture
async def wire(library: JournalLibrary, tmp_path: Path) -> AsyncIterator[Wire]:
    """A bot in two servers, one of them listed for moderators, that takes any number of questions."""
    async with connected_with_moderators(library, tmp_path, limits=NO_LIMITS) as wire:
        yield wire
