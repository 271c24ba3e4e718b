"""Autocompletion that never fails; that it is in time is tested with /ask."""

from __future__ import annotations

from typing import Any

import pytest
from discord import app_commands
from discord.ext import commands

from bot.cogs._autocomplete import quiet
from bot.services.interactions import Interaction

SECRET = "my very private question"
INTERACTION: Any = None


class TypedCog(commands.Cog):
    @quiet
    async def echo(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=typed, value=typed)]

    @quiet
    async def fail(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        raise RuntimeError(typed)


async def test_choices_are_passed_on() -> None:
    assert [choice.value for choice in await TypedCog().echo(INTERACTION, "Scout")] == ["Scout"]


async def test_an_error_offers_nothing_and_is_logged_without_what_was_typed(caplog: pytest.LogCaptureFixture) -> None:
    assert await TypedCog().fail(INTERACTION, SECRET) == []
    assert "No suggestions: RuntimeError" in caplog.text
    assert SECRET not in caplog.text
