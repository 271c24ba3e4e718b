"""The services of a client."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest
from discord.ext import commands

from bot.services.context import services_of
from tests.support.discord.wire import connected
from tests.support.fakes import FakeLibrary


async def test_the_client_has_services_of_its_own_library(tmp_path: Path) -> None:
    library = FakeLibrary()
    async with connected(library, tmp_path) as wire:
        assert services_of(wire.bot).libraries.shared is library


async def test_a_cog_cannot_be_loaded_into_a_client_without_services() -> None:
    bot = commands.Bot("!", intents=discord.Intents.none())
    with pytest.raises(commands.ExtensionFailed, match="Bot has no services"):
        await bot.load_extension("bot.cogs.status")
    assert bot.cogs == {}
