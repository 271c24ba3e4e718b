"""The settings of servers: read once, and again once they changed."""

from __future__ import annotations

import asyncio

import pytest

from bot.policy.guild_settings import GuildSettings
from bot.services import guild_settings
from bot.services.guild_settings import GuildSettingsCache
from bot.services.notices import Notices
from bot.services.worker import LibraryWorker
from index.domain.errors import JournalUnavailable
from tests.support.coordination_fakes import FakeCoordinator
from tests.support.fakes import FakeLibrary

GUILD = 7


class CountingJournal:
    """Settings of any server: `rows`, or `error` raised; `reads` counts how often they were read."""

    def __init__(self) -> None:
        self.rows = {"private": "yes"}
        self.error: Exception | None = None
        self.reads = 0

    def settings(self, guild: int) -> dict[str, str]:
        self.reads += 1
        if self.error is not None:
            raise self.error
        return self.rows


@pytest.fixture
def journal() -> CountingJournal:
    return CountingJournal()


@pytest.fixture
def cache(journal: CountingJournal) -> GuildSettingsCache:
    library = FakeLibrary()
    library.journal = journal  # type: ignore[assignment]
    return GuildSettingsCache(library, LibraryWorker())


async def test_settings_are_read_once(cache: GuildSettingsCache, journal: CountingJournal) -> None:
    assert [await cache.get(GUILD) for _ in range(3)] == [GuildSettings(private=True)] * 3
    assert journal.reads == 1


async def test_settings_that_changed_are_read_again(cache: GuildSettingsCache, journal: CountingJournal) -> None:
    await cache.get(GUILD)
    journal.rows = {}
    cache.invalidate(GUILD)
    assert await cache.get(GUILD) == GuildSettings()


async def test_direct_messages_have_the_defaults_without_a_look(
    cache: GuildSettingsCache, journal: CountingJournal
) -> None:
    assert await cache.get(None) == GuildSettings()
    assert journal.reads == 0


async def test_defaults_that_stand_in_for_unreadable_settings_are_not_kept(
    cache: GuildSettingsCache, journal: CountingJournal
) -> None:
    journal.error = JournalUnavailable("The disk is full.")
    assert await cache.get(GUILD) == GuildSettings()
    journal.error = None
    assert await cache.get(GUILD) == GuildSettings(private=True)


async def test_last_known_settings_hold_while_the_journal_is_away(
    journal: CountingJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an answer that is for one reader alone is shown to all."""
    monkeypatch.setattr(guild_settings, "STALE_SECONDS", 0.0)
    library = FakeLibrary()
    library.journal = journal  # type: ignore[assignment]
    cache = GuildSettingsCache(library, LibraryWorker(), Notices(FakeCoordinator()))
    assert (await cache.get(GUILD)).private
    journal.error = JournalUnavailable("The database is away.")
    assert (await cache.get(GUILD)).private
    assert journal.reads == 2


async def test_settings_that_another_process_changed_are_read_again(journal: CountingJournal) -> None:
    coordinator, worker, library = FakeCoordinator(), LibraryWorker(), FakeLibrary()
    library.journal = journal  # type: ignore[assignment]
    here, there = (Notices(coordinator, worker, "bot") for _ in range(2))
    cache, changed = GuildSettingsCache(library, worker, here), GuildSettingsCache(library, worker, there)
    here.begin()
    await cache.get(GUILD)
    journal.rows = {}
    changed.invalidate(GUILD)
    await asyncio.wait({*there._tasks})
    await asyncio.sleep(0)
    assert await cache.get(GUILD) == GuildSettings()
