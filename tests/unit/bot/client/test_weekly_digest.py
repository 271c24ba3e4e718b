"""The weekly digest on the local Discord, over a real journal and a clock of the test's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.policy.guild_settings import DIGEST_SENT, MAX_CHANNELS, GuildSettings
from bot.text.i18n import language_codes, using_language
from bot.views.weekly_digest import weekly_digest_message
from index.domain.activity import Gap, GapReason, PeriodCounts, Theme
from index.domain.snapshots import Diff
from tests.support.discord.payloads import LISTED, MANAGE_GUILD, MEMBER, SEND_MESSAGES
from tests.support.discord.rules import pings, text_of
from tests.support.discord.wire import Sent, Wire
from tests.support.harmless import EVIL, check_harmless
from tests.support.journal_library import JournalLibrary, connected_with_moderators
from tests.support.makers import make_info
from tests.support.waiting import eventually

GUILD = int(LISTED.id)
MONDAY = datetime(2025, 4, 7, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
SUPPRESS_NOTIFICATIONS = 1 << 12


class Clock:
    def __init__(self) -> None:
        self.now = MONDAY - timedelta(days=3)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def wire(library: JournalLibrary, tmp_path: Path, clock: Clock) -> AsyncIterator[Wire]:
    library.now = MONDAY - timedelta(days=3)
    async with connected_with_moderators(library, tmp_path, clock=clock) as wire:
        yield wire


async def settings(wire: Wire, name: str, options: dict[str, Any] | None = None) -> str:
    return text_of(await wire.command(f"settings {name}", options, permissions=MEMBER | MANAGE_GUILD).answer())


async def choose(wire: Wire, **options: Any) -> str:
    """Choose the digest, which the bot notices at its next look."""
    reply = await settings(wire, "digest", {"channel": LISTED.channel, **options})
    await look(wire)
    return reply


async def look(wire: Wire) -> None:
    await wire.bot.background.weekly_digest.send_due()


def posts(wire: Wire) -> list[Sent]:
    return [sent for sent in wire.sent if sent.is_post and sent.path.endswith("/messages")]


def digest(wire: Wire) -> str:
    (sent,) = posts(wire)
    assert sent.path.split("/")[-2] == LISTED.channel_id
    assert sent.body["flags"] & SUPPRESS_NOTIFICATIONS
    assert pings(sent.body, replied_to=None) == set()
    assert sent.message is not None
    return text_of(sent.message)


async def test_no_digest_is_sent_unless_it_was_chosen(library: JournalLibrary, wire: Wire, clock: Clock) -> None:
    library.silent("Is it free?")
    for days in range(20):
        clock.now = MONDAY + timedelta(days=days)
        await look(wire)
    assert posts(wire) == []
    assert "Weekly digest: off." in await settings(wire, "show")


async def test_a_digest_tells_what_was_asked_and_what_changed(
    library: JournalLibrary, wire: Wire, clock: Clock
) -> None:
    shown = await choose(wire)
    assert f"Weekly digest: Monday, 9:00 UTC, in <#{LISTED.channel_id}>." in shown
    for _ in range(2):
        voted = library.answered("What is Scout?")
    library.journal.vote(voted, user=1, helpful=True)
    library.silent("Is it free?")
    library.kept = (
        make_info("20250406T120000000000Z-00000002", created=MONDAY - timedelta(days=1), live=True),
        make_info("20250301T120000000000Z-00000001", created=MONDAY - timedelta(days=30)),
    )
    library.changes = Diff("", "", added=("new.md",), changed=("scout.md",))
    clock.now = MONDAY
    await look(wire)
    assert digest(wire).splitlines() == [
        "**The week from 31 Mar to 7 Apr**",
        "Questions: 3, of which 2 answered and 1 not.",
        "Votes: 1 helpful, 0 not helpful.",
        "**Asked most**",
        "- What is Scout? (2 ×)",
        "- Is it free?",
        "**Without a good answer**",
        "- Is it free?",
        "**The sources**",
        "Added: new.md",
        "Changed: scout.md",
        "-# More: /gaps, /stats. Another day or channel, or none: /settings digest.",
    ]
    assert library.compared == [("20250301T120000000000Z-00000001", "20250406T120000000000Z-00000002")]


async def test_a_digest_is_sent_once_a_week_also_over_restarts(
    library: JournalLibrary, wire: Wire, clock: Clock, tmp_path: Path
) -> None:
    await choose(wire)
    library.answered("What is Scout?")
    clock.now = MONDAY
    for _ in range(3):
        await look(wire)
        clock.now += timedelta(hours=1)
    assert len(posts(wire)) == 1
    async with connected_with_moderators(library, tmp_path, clock=clock) as again:
        await look(again)
        assert posts(again) == []
        library.now = MONDAY + timedelta(days=2)
        library.answered("What is Maverick?")
        clock.now = MONDAY + WEEK
        await look(again)
        assert "What is Maverick?" in digest(again)
        assert "What is Scout?" not in digest(again)


@pytest.mark.parametrize(("late", "count"), [(timedelta(days=1, hours=23), 1), (timedelta(days=2), 0)])
async def test_a_missed_digest_is_sent_at_the_start_unless_two_days_late(
    library: JournalLibrary, tmp_path: Path, late: timedelta, count: int
) -> None:
    clock = Clock()
    library.now = MONDAY - timedelta(days=3)
    library.answered("What is Scout?")
    for name, value in {"digest_channel": LISTED.channel_id, DIGEST_SENT: (MONDAY - WEEK).isoformat()}.items():
        library.journal.set_setting(GUILD, name, value)
    clock.now = MONDAY + late
    async with connected_with_moderators(library, tmp_path, clock=clock) as wire:
        wire.ready()
        wire.receive("GUILD_CREATE", wire.state.guild_create(LISTED))
        if count:
            await eventually(lambda: len(posts(wire)) == count)
        else:
            await look(wire)
    assert len(posts(wire)) == count


async def test_a_week_without_questions_is_silent(library: JournalLibrary, wire: Wire, clock: Clock) -> None:
    await choose(wire)
    clock.now = MONDAY
    await look(wire)
    assert posts(wire) == []


async def test_questions_of_other_servers_are_not_in_it(library: JournalLibrary, wire: Wire, clock: Clock) -> None:
    await choose(wire)
    library.answered("Ours?")
    library.answered("A secret?", guild=None)
    clock.now = MONDAY
    await look(wire)
    assert "secret" not in digest(wire)
    assert "Questions: 1," in digest(wire)


async def test_a_channel_that_is_gone_stops_it_with_a_note(library: JournalLibrary, wire: Wire, clock: Clock) -> None:
    await choose(wire)
    library.answered("What is Scout?")
    wire.receive("CHANNEL_DELETE", wire.state.payload(LISTED.channel))
    clock.now = MONDAY
    await look(wire)
    assert posts(wire) == []
    kept = GuildSettings.from_rows(library.journal.settings(GUILD))
    assert kept.digest_problem == "gone"
    assert "Weekly digest: stopped" in await settings(wire, "show")


async def test_a_channel_without_the_right_to_write_stops_it_until_chosen_anew(
    library: JournalLibrary, wire: Wire, clock: Clock
) -> None:
    await choose(wire)
    library.answered("What is Scout?")
    wire.deny(LISTED, SEND_MESSAGES)
    clock.now = MONDAY
    await look(wire)
    await look(wire)
    assert posts(wire) == []
    assert "since I may not write" in await settings(wire, "show")
    assert "stopped" not in await choose(wire)


async def test_a_fault_of_discord_is_tried_again(library: JournalLibrary, wire: Wire, clock: Clock) -> None:
    await choose(wire)
    library.answered("What is Scout?")
    wire.fail(r"/messages$", 400)
    clock.now = MONDAY
    await look(wire)
    wire._failures.clear()
    await look(wire)
    assert [sent.status for sent in posts(wire)] == [400, 200]


async def test_a_digest_can_be_turned_off(library: JournalLibrary, wire: Wire, clock: Clock) -> None:
    await choose(wire, day=2)
    assert "Weekly digest: off." in await settings(wire, "digest")
    assert library.journal.settings(GUILD) == {}


@pytest.mark.parametrize("code", language_codes())
def test_a_digest_is_one_harmless_message_in_every_language(code: str) -> None:
    many = 10**6
    counts = PeriodCounts(many, many - 1, many, many, tuple((EVIL * 9, many) for _ in range(5)))
    gap = Gap(EVIL * 9, many, MONDAY, ("a",), GapReason.UNANSWERED)
    names = tuple(f"{EVIL}{number}" for number in range(MAX_CHANNELS))
    changes = Diff("", "", names, names, names, tuple(zip(names, names, strict=True)))
    with using_language(code):
        check_harmless(weekly_digest_message(counts, [Theme((gap,))] * 9, changes, since=MONDAY - WEEK, until=MONDAY))
