"""Servers that the bot leaves and comes back to, also while it was down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.policy.moderators import Moderators
from index import Corpora
from tests.support.corpora_fakes import add, corpora, secret_text
from tests.support.discord.payloads import LISTED, MANAGE_GUILD, MEMBER, UNLISTED, User
from tests.support.discord.rules import text_of
from tests.support.discord.wire import Wire, connected
from tests.support.waiting import eventually

HERE, GONE = int(LISTED.id), 999
OTHER_SHARD = GONE + (1 << 22)


@pytest.fixture
def libraries(tmp_path: Path) -> Corpora:
    libraries = corpora(tmp_path)
    add(libraries, HERE, "light.md", secret_text("Quartzblink", "light"))
    return libraries


@pytest.fixture
async def wire(libraries: Corpora, tmp_path: Path) -> AsyncIterator[Wire]:
    async with connected(libraries, tmp_path, moderators=Moderators(everywhere=True)) as wire:
        yield wire


async def test_a_server_that_removes_the_bot_is_marked_and_kept_if_it_returns(wire: Wire, libraries: Corpora) -> None:
    wire.receive("GUILD_DELETE", {"id": LISTED.id})
    await eventually(lambda: libraries.folders.has_left(HERE))
    assert not libraries.has_own(HERE)
    joined = wire.state.guild_create(LISTED)
    del joined["unavailable"]
    wire.receive("GUILD_CREATE", joined)
    await eventually(lambda: libraries.has_own(HERE))


async def test_an_outage_is_no_departure(wire: Wire, libraries: Corpora) -> None:
    wire.receive("GUILD_DELETE", {"id": LISTED.id, "unavailable": True})
    wire.receive("GUILD_DELETE", {"id": UNLISTED.id})
    assert not libraries.folders.has_left(HERE)


async def test_a_departure_while_the_bot_was_down_is_found_at_its_start(wire: Wire, libraries: Corpora) -> None:
    add(libraries, GONE, "bell.md", secret_text("Velvetgong", "bell"))
    libraries.mark_left(HERE)
    wire.bot.dispatch("shard_ready", 0)
    await eventually(lambda: libraries.folders.has_left(GONE) and not libraries.folders.has_left(HERE))


async def test_a_departure_is_found_when_its_own_shard_is_ready(wire: Wire, libraries: Corpora) -> None:
    """A process may take a shard over long after it was ready with another, and while a third connects."""
    wire.bot.shard_count = 2
    for server in (GONE, OTHER_SHARD):
        add(libraries, server, "bell.md", secret_text("Velvetgong", "bell"))
    wire.bot.dispatch("shard_ready", 0)
    await eventually(lambda: libraries.folders.has_left(GONE))
    assert not libraries.folders.has_left(OTHER_SHARD)
    wire.bot.dispatch("shard_ready", 1)
    await eventually(lambda: libraries.folders.has_left(OTHER_SHARD))


async def test_all_that_a_server_has_is_deleted_once_that_is_confirmed(wire: Wire, libraries: Corpora) -> None:
    moderator = {"user": User.new(), "permissions": MEMBER | MANAGE_GUILD}
    message = await wire.command("source delete-all", **moderator).answer()
    assert "1 of 5 files" in text_of(message)
    assert libraries.has_own(HERE)
    done = await wire.press(message, "Delete all", **moderator).answer(lambda said: "**Deleted:**" in text_of(said))
    assert done
    assert not libraries.has_own(HERE)
    assert libraries.folders.servers() == ()
    (line,) = libraries.journal.audit_entries(1)
    assert (line.origin, str(line.action), str(line.outcome)) == (LISTED.id, "source delete-all", "removed")


async def test_a_member_deletes_and_exports_nothing(wire: Wire, libraries: Corpora) -> None:
    for command in ("source delete-all", "source export", "source list", "reindex"):
        assert "Only a moderator of this server" in text_of(await wire.command(command).answer())
    assert libraries.has_own(HERE)


async def test_moderators_list_what_is_used_and_what_is_shared(wire: Wire) -> None:
    text = text_of(await wire.command("source list", permissions=MEMBER | MANAGE_GUILD).answer())
    assert "shared by all servers" in text
    assert "This server's own: 1 of 5 files, 0 of 0.1 MB, 1 of 200 passages." in text
