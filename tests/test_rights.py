"""Who may what, as far as the commands' own tests do not say."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest

from bot.rights import Rights
from tests.desk_kit import MODERATORS, DeskLibrary, at_the_desk
from tests.discord_payloads import LISTED, MANAGE_GUILD, MEMBER, NOT_JOINED, OWNER, TEAM_MEMBER, UNLISTED, Guild, User
from tests.wire import Wire


@pytest.mark.parametrize(
    ("guild", "permissions", "user", "team", "owns", "moderates", "manages"),
    [
        (LISTED, MEMBER, OWNER, False, True, True, False),
        (None, MANAGE_GUILD, OWNER, False, True, True, False),
        (None, MANAGE_GUILD, None, False, False, False, False),
        (None, 0, TEAM_MEMBER, True, True, True, False),
        (LISTED, MEMBER | MANAGE_GUILD, None, False, False, True, True),
        (UNLISTED, MEMBER | MANAGE_GUILD, None, False, False, False, True),
        (NOT_JOINED, MEMBER | MANAGE_GUILD, None, False, False, False, True),
        (LISTED, MEMBER, None, False, False, False, False),
    ],
)
async def test_rights_are_by_person_server_and_permissions(
    tmp_path: Path,
    guild: Guild | None,
    permissions: int,
    user: User | None,
    team: bool,
    owns: bool,
    moderates: bool,
    manages: bool,
) -> None:
    async with at_the_desk(DeskLibrary(tmp_path), tmp_path, wire=Wire(team=team)) as wire:
        seen: list[discord.Interaction] = []
        wire.bot.add_listener(keep(seen), "on_interaction")
        await wire.command("privacy", guild=guild, permissions=permissions, user=user).answer()
        rights = Rights(wire.bot, MODERATORS)
        found = await rights.owns(seen[0]), await rights.moderates(seen[0]), rights.manages(seen[0])
        assert found == (owns, moderates, manages)
        assert await rights.oversees(seen[0]) == (moderates or manages)


def keep(seen: list[discord.Interaction]):  # type: ignore[no-untyped-def]
    async def on_interaction(interaction: discord.Interaction) -> None:
        seen.append(interaction)

    return on_interaction
