"""/settings at payload level, over a real journal; what may be chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.guild_settings import MAX_CHANNELS, MAX_COOLDOWN, GuildSettings, InvalidSetting
from bot.views.guild_settings import guild_settings_message
from tests.support.discord.openapi_check import OpenApi
from tests.support.discord.payloads import (
    LISTED,
    MANAGE_GUILD,
    MEMBER,
    MODERATOR_ROLE,
    OWNER,
    UNLISTED,
    Channel,
    Json,
    snowflake,
)
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import Wire
from tests.support.harmless import blocks
from tests.support.journal_library import JournalLibrary, connected_with_moderators

MANAGER = MEMBER | MANAGE_GUILD
ADMINISTRATOR = 1 << 3
GUILD = int(LISTED.id)
HERE = int(LISTED.channel_id)


@pytest.fixture
async def wire(library: JournalLibrary, tmp_path: Path) -> AsyncIterator[Wire]:
    async with connected_with_moderators(library, tmp_path) as wire:
        yield wire


async def chosen(wire: Wire, name: str, options: dict[str, Any] | None = None, **who: Any) -> str:
    """What /settings with a subcommand says."""
    message: Json = await wire.command(f"settings {name}", options, **({"permissions": MANAGER} | who)).answer()
    assert message["flags"] & EPHEMERAL
    return text_of(message)


def kept(library: JournalLibrary) -> GuildSettings:
    return GuildSettings.from_rows(library.journal.settings(GUILD))


async def test_a_server_that_chose_nothing_is_shown_how_it_is_everywhere(library: JournalLibrary, wire: Wire) -> None:
    assert (await chosen(wire, "show")).splitlines() == [
        "**My settings in this server**",
        "Channels: I answer in every channel.",
        "Private: off. An answer to /ask is for everyone, unless private:True is said.",
        "Threads: on. An answer can be gone on from in a thread.",
        "Cool-down: 3 s between two questions of a member, as everywhere.",
        "Weekly digest: off.",
        "-# To change them: /settings channels, private, threads, cooldown, digest.",
    ]
    assert library.journal.settings(GUILD) == {}


async def test_what_is_chosen_is_kept_and_shown(library: JournalLibrary, wire: Wire) -> None:
    await chosen(wire, "channels", {"add": LISTED.channel})
    await chosen(wire, "private", {"on": True})
    await chosen(wire, "threads", {"on": False})
    reply = await chosen(wire, "cooldown", {"seconds": 60})
    assert reply.splitlines()[:6] == [
        "**Changed.**",
        "**My settings in this server**",
        f"Channels: I answer only in <#{HERE}>, and in threads there.",
        "Private: on. An answer to /ask is for the asker alone, unless private:False is said.",
        "Threads: off. Answers offer no thread.",
        "Cool-down: 60 seconds between two questions of a member.",
    ]
    assert kept(library) == GuildSettings(frozenset({HERE}), private=True, threads=False, cooldown=60)
    assert await chosen(wire, "show") == reply.removeprefix("**Changed.**\n")


async def test_what_is_chosen_can_be_taken_back(library: JournalLibrary, wire: Wire) -> None:
    for name, value in GuildSettings(frozenset({1, 2}), private=True, threads=False, cooldown=5).to_rows().items():
        library.journal.set_setting(GUILD, name, value)
    await chosen(wire, "channels", {"clear": True})
    await chosen(wire, "private", {"on": False})
    await chosen(wire, "threads", {"on": True})
    await chosen(wire, "cooldown")
    assert library.journal.settings(GUILD) == {}


async def test_a_change_counts_at_once_and_in_its_server_alone(library: JournalLibrary, wire: Wire) -> None:
    assert (await wire.bot.services.guild_settings.get(GUILD)).cooldown is None
    await chosen(wire, "cooldown", {"seconds": 0})
    assert (await wire.bot.services.guild_settings.get(GUILD)).cooldown == 0
    assert (await wire.bot.services.guild_settings.get(int(UNLISTED.id))).cooldown is None


@pytest.mark.parametrize(
    ("guild", "permissions", "roles", "user", "may"),
    [
        (LISTED, MANAGER, (), None, True),
        (LISTED, MEMBER | ADMINISTRATOR, (), None, True),
        (UNLISTED, MANAGER, (), None, True),
        (LISTED, MEMBER, (), None, False),
        (LISTED, MEMBER, (MODERATOR_ROLE,), None, False),
        (UNLISTED, MEMBER, (), OWNER, False),
        (None, MANAGER, (), OWNER, False),
    ],
)
async def test_only_who_manages_the_server_sees_or_changes_its_settings(
    library: JournalLibrary, wire: Wire, guild: Any, permissions: int, roles: tuple[str, ...], user: Any, may: bool
) -> None:
    who = {"guild": guild, "permissions": permissions, "roles": roles, "user": user}
    replies = [await chosen(wire, "show", **who), await chosen(wire, "private", {"on": True}, **who)]
    assert ["Only members with Manage Server" in reply for reply in replies] == [not may] * 2
    assert library.journal.settings(int(guild.id) if guild else 0) == ({"private": "yes"} if may else {})


async def test_a_channel_is_added_and_removed(library: JournalLibrary, wire: Wire) -> None:
    thread = wire.state.add(Channel(snowflake(), guild=LISTED, parent=LISTED.channel, name="a thread"))
    for channel in (LISTED.channel, thread):
        await chosen(wire, "channels", {"add": channel})
    assert kept(library).channels == {HERE, int(thread.id)}
    await chosen(wire, "channels", {"remove": LISTED.channel})
    assert kept(library).channels == {int(thread.id)}
    await chosen(wire, "channels", {"clear": True, "add": LISTED.channel})
    assert kept(library).channels == {HERE}


@pytest.mark.parametrize(
    ("name", "options", "refusal"),
    [
        ("channels", {}, "Say what to change"),
        ("channels", {"remove": LISTED.channel}, "That channel was not chosen"),
        ("channels", {"clear": True, "add": LISTED.channel, "remove": LISTED.channel}, "That is the last channel"),
        ("cooldown", {"seconds": -1}, "A cool-down is from 0 to 3,600 seconds."),
        ("cooldown", {"seconds": 3601}, "A cool-down is from 0 to 3,600 seconds."),
    ],
)
async def test_a_choice_that_cannot_be_made_says_why_and_changes_nothing(
    library: JournalLibrary, wire: Wire, name: str, options: dict[str, Any], refusal: str
) -> None:
    library.journal.set_setting(GUILD, "channels", "1 2")
    before = library.journal.settings(GUILD)
    assert refusal in await chosen(wire, name, options)
    assert library.journal.settings(GUILD) == before


async def test_changes_at_the_same_time_are_all_kept(library: JournalLibrary, wire: Wire) -> None:
    channels = [wire.state.add(Channel(snowflake(), guild=LISTED)) for _ in range(10)]
    for exchange in [wire.command("settings channels", {"add": channel}, permissions=MANAGER) for channel in channels]:
        await exchange.answer()
    assert kept(library).channels == {int(channel.id) for channel in channels}


async def test_the_commands_are_such_as_discord_takes(wire: Wire) -> None:
    definitions = [command.to_dict(wire.bot.tree) for command in wire.bot.tree.get_commands()]
    assert OpenApi().wrong("PUT", "/applications/1/commands", definitions) == ""
    settings_ = next(definition for definition in definitions if definition["name"] == "settings")
    assert settings_["contexts"] == [0]  # servers
    assert settings_["integration_types"] == [0]  # that it was added to
    assert settings_["default_member_permissions"] == MANAGE_GUILD


preferences = st.builds(
    GuildSettings,
    channels=st.frozensets(st.integers(1, 2**63), max_size=MAX_CHANNELS),
    private=st.booleans(),
    threads=st.booleans(),
    cooldown=st.none() | st.integers(0, MAX_COOLDOWN),
)


@given(preferences, st.floats(0, 3600))
def test_any_choice_is_shown_whole(some: GuildSettings, usual: float) -> None:
    text = "\n".join(blocks(guild_settings_message(some, default_cooldown=usual, note="**Changed.**")))
    assert all(f"<#{channel}>" in text for channel in some.channels)


@given(preferences)
def test_what_is_kept_reads_the_same_again(some: GuildSettings) -> None:
    rows = {name: value for name, value in some.to_rows().items() if value is not None}
    assert GuildSettings.from_rows(rows) == some


def test_no_more_channels_are_chosen_than_can_be_shown() -> None:
    full = GuildSettings(frozenset(range(1, MAX_CHANNELS + 1)))
    with pytest.raises(InvalidSetting, match="At most 25 channels"):
        full.with_channel(99)
    assert full.with_channel(MAX_CHANNELS) == full


def test_the_last_channel_is_not_removed_since_that_would_open_all() -> None:
    two = GuildSettings(frozenset({1, 2}))
    fewer = two.without_channel(1)
    assert fewer == replace(two, channels=frozenset({2}))
    with pytest.raises(InvalidSetting, match="last channel"):
        fewer.without_channel(2)
