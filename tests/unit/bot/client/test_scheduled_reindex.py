"""Reindexes that nobody asks for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.client.scheduled_reindex import ReindexSchedule
from bot.settings import BotSettings
from index import LibraryError
from tests.support.discord.payloads import OWNER
from tests.support.discord.wire import Wire, connected
from tests.support.fakes import FakeLibrary
from tests.support.makers import make_report, make_status
from tests.support.waiting import eventually

STALE = make_status(stale="changed: scout.md")


@asynccontextmanager
async def running(library: FakeLibrary, folder: Path, **schedule: object) -> AsyncIterator[Wire]:
    async with connected(library, folder, reindex_schedule=ReindexSchedule(**schedule)) as wire:  # type: ignore[arg-type]
        yield wire


def audited(library: FakeLibrary) -> list[tuple[str, str]]:
    return [(entry.origin, entry.outcome) for entry in library.journal.audit_entries(50)]


async def test_nothing_is_reindexed_unasked_unless_that_is_wanted(library: FakeLibrary, tmp_path: Path) -> None:
    library.current = STALE
    async with running(library, tmp_path):
        await asyncio.sleep(0.1)
        assert library.watchers == []
    assert library.reindexes == 0


async def test_the_bot_reindexes_by_the_clock_and_logs_what_came_of_it(
    library: FakeLibrary, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.client.scheduled_reindex")
    library.report = make_report(skipped=())
    async with running(library, tmp_path, interval_seconds=0.05):
        await eventually(lambda: len(audited(library)) >= 3)
    outcome = (
        "snapshot 20250405T120000000000Z-1a2b3c4d is live; sources added: 1; sources changed: 1; sources removed: 1"
    )
    assert f"Reindexed by the schedule: {outcome}" in caplog.text
    assert set(audited(library)) == {("schedule", outcome)}
    assert set(library.reported_to) == {(None, False)}


async def test_the_clock_goes_on_whatever_fails(
    library: FakeLibrary, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[Exception] = [LibraryError("Not one source could be read."), RuntimeError("secret")]
    async with running(library, tmp_path, interval_seconds=0.05):
        for failure in failures:
            library.report = failure
            before = library.reindexes
            await eventually(lambda before=before: library.reindexes > before + 1)  # type: ignore[misc]
    assert "The reindex by the schedule failed: Not one source could be read." in caplog.text
    assert "secret" not in caplog.text
    assert {outcome for _, outcome in audited(library)} >= {"failed: Not one source could be read."}


async def test_the_bot_reindexes_when_files_changed(library: FakeLibrary, tmp_path: Path) -> None:
    library.current = STALE
    async with running(library, tmp_path, on_change=True):
        await eventually(lambda: bool(library.watchers))
        library.watchers[0]()
        await eventually(lambda: len(audited(library)) == 1)
    assert library.reindexes == 1
    assert audited(library)[0][0] == "watcher"
    assert library.watchers == []


async def test_the_watcher_reindexes_nothing_where_no_source_is_otherwise(library: FakeLibrary, tmp_path: Path) -> None:
    async with running(library, tmp_path, on_change=True):
        await eventually(lambda: bool(library.watchers))
        library.threads.clear()
        library.watchers[0]()
        await eventually(lambda: bool(library.threads))  # the status was asked for
        await asyncio.sleep(0.1)
    assert library.reindexes == 0


async def test_there_are_never_two_at_once_and_changes_meanwhile_make_one_more(
    library: FakeLibrary, tmp_path: Path
) -> None:
    library.current = STALE
    library.reindex_gate.clear()
    async with running(library, tmp_path, on_change=True, interval_seconds=0.05):
        await eventually(lambda: library.reindexes == 1)
        for _ in range(20):
            library.watchers[0]()
            await asyncio.sleep(0.01)
        assert library.reindexes == 1
        library.reindex_gate.set()
        await eventually(lambda: "watcher" in {origin for origin, _ in audited(library)})
    assert not [outcome for _, outcome in audited(library) if outcome.startswith("failed")]


async def test_a_question_and_a_command_are_answered_while_one_runs(library: FakeLibrary, tmp_path: Path) -> None:
    library.reindex_gate.clear()
    async with running(library, tmp_path, interval_seconds=0.01) as wire:
        await eventually(lambda: library.reindexes == 1)
        wire.command("ask", {"question": "What is the context window of Scout?"}, user=OWNER)
        answer = await wire.sent.wait_for(lambda sent: "10 million tokens" in sent.text)
        assert (answer.status, library.reindexes) == (200, 1)
        library.reindex_gate.set()


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("0", 0), ("90", 90), ("90s", 90), ("30m", 1800), ("6h", 21_600), ("1.5 H", 5400), ("1d", 86_400), ("", 0)],
)
def test_how_often_may_be_written_in_seconds_minutes_hours_or_days(
    written: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REINDEX_EVERY", written)
    assert BotSettings(_env_file=None).reindex_every == seconds


@pytest.mark.parametrize("written", ["-1", "5", "5s", "often", "6 hours", "nan", "inf", "9999d"])
def test_how_often_is_refused_where_it_is_no_time_or_too_short(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REINDEX_EVERY", written)
    with pytest.raises(ValidationError, match="reindex_every"):
        BotSettings(_env_file=None)
