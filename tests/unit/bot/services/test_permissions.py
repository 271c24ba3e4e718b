"""Who may what, as far as the commands' own tests do not say."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest

from bot.policy.moderators import Moderators
from bot.services.permissions import Permissions
from tests.support.discord.exchange import Exchange
from tests.support.discord.payloads import (
    LISTED,
    MANAGE_GUILD,
    MEMBER,
    NOT_JOINED,
    OWNER,
    TEAM_MEMBER,
    UNLISTED,
    Guild,
    Json,
    User,
)
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.shards import GUILDS
from tests.support.discord.wire import Wire
from tests.support.journal_library import MODERATORS, JournalLibrary, connected_with_moderators


@pytest.mark.parametrize(
    ("guild", "permissions", "user", "team", "moderates", "manages"),
    [
        (LISTED, MEMBER, OWNER, False, True, False),
        (None, MANAGE_GUILD, OWNER, False, True, False),
        (None, MANAGE_GUILD, None, False, False, False),
        (None, 0, TEAM_MEMBER, True, True, False),
        (LISTED, MEMBER | MANAGE_GUILD, None, False, True, True),
        (UNLISTED, MEMBER | MANAGE_GUILD, None, False, False, True),
        (NOT_JOINED, MEMBER | MANAGE_GUILD, None, False, False, True),
        (LISTED, MEMBER, None, False, False, False),
    ],
)
async def test_rights_are_by_person_server_and_permissions(
    tmp_path: Path,
    guild: Guild | None,
    permissions: int,
    user: User | None,
    team: bool,
    moderates: bool,
    manages: bool,
) -> None:
    async with connected_with_moderators(JournalLibrary(tmp_path), tmp_path, wire=Wire(team=team)) as wire:
        interactions: list[discord.Interaction] = []
        wire.bot.add_listener(keep(interactions), "on_interaction")
        await wire.command("privacy", guild=guild, permissions=permissions, user=user).answer()
        rights = Permissions(wire.bot, MODERATORS)
        granted = await rights.is_moderator(interactions[0]), rights.can_manage_guild(interactions[0])
        assert granted == (moderates, manages)
        assert await rights.can_review(interactions[0]) == (moderates or manages)


def keep(interactions: list[discord.Interaction]):  # type: ignore[no-untyped-def]
    async def on_interaction(interaction: discord.Interaction) -> None:
        interactions.append(interaction)

    return on_interaction


TEXT = {"type": 10, "content": "An answer."}
BUTTONS = [
    *("stop", "golive", "discard", "snapshots", "snapdiff", "rollask", "rollback", "rollnot", "audit", "gaps"),
    *("gapsolve", "gapscsv", "stats", "srcreplace", "srcremove", "srckeep", "srcreindex"),
]


async def test_a_member_who_presses_a_moderators_button_is_refused_beside_what_all_see(tmp_path: Path) -> None:
    async with connected_with_moderators(JournalLibrary(tmp_path), tmp_path) as wire:
        for action in BUTTONS:
            exchange, seen_by_all = forged(wire, f"{action}:20250404T120000000000Z-0badcafe")
            refusal = await exchange.answer(lambda message: "Only" in text_of(message))
            assert refusal["flags"] & EPHEMERAL, action
            assert text_of(wire.people.current(seen_by_all)) == "An answer.", action


def forged(wire: Wire, button: str, **who: int) -> tuple[Exchange, Json]:
    """The press of a button that is not on the message, and the message."""
    seen_by_all = wire.state.by_bot(LISTED.channel, {"flags": 1 << 15, "components": [TEXT]})
    scene = wire.state.scene(User.new(), guild=LISTED, **who)
    exchange = wire.people.forged(scene, f"footnote:{button}:0:1", seen_by_all)
    wire.receive("INTERACTION_CREATE", exchange.payload)
    return exchange, seen_by_all


async def test_nobody_lets_somebody_elses_file_go(tmp_path: Path) -> None:
    async with connected_with_moderators(JournalLibrary(tmp_path), tmp_path) as wire:
        waiting = wire.bot.get_cog("SourceFilesCog")._uploads
        key = waiting.add(int(OWNER.id), "a.md", b"A.")
        exchange, _ = forged(wire, f"srckeep:{key}", permissions=MEMBER | MANAGE_GUILD)
        assert "Nothing changed" in text_of(await exchange.answer())
        assert waiting.take(key, int(OWNER.id)) is not None


async def test_listed_servers_on_shards_of_other_processes_are_looked_up(tmp_path: Path) -> None:
    there = GUILDS[1]
    listed = Moderators(guilds=frozenset({int(LISTED.id), int(there.id), int(NOT_JOINED.id)}))
    async with connected_with_moderators(JournalLibrary(tmp_path), tmp_path) as wire:
        wire.state.guilds += (there,)  # which no event told of
        alone, shared = Permissions(wire.bot, listed), Permissions(wire.bot, listed, shared=True)
        for rights in (alone, shared):
            await rights.look_elsewhere()
        assert alone.moderated_guilds == {int(LISTED.id)}
        assert shared.moderated_guilds == {int(LISTED.id), int(there.id)}
        assert shared.guild_name(int(there.id)) == there.name
        assert shared.moderates(int(there.owner.id), int(there.id), frozenset())
        assert not shared.moderates(int(OWNER.id), int(there.id), frozenset())
