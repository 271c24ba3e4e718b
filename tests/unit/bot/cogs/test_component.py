"""Handlers of buttons and modals, declared in the cogs."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from discord.ext import commands

from bot.cogs._component import component, handlers_of
from bot.services.interactions import Interaction
from bot.views.custom_id import ComponentId
from tests.support.discord.payloads import LISTED, User
from tests.support.discord.rules import text_of
from tests.support.discord.wire import connected
from tests.support.fakes import FakeLibrary
from tests.support.paths import ROOT

SHOWN = re.compile(r'ComponentId\(\s*"([a-z]+)"')


class LateCog(commands.Cog):
    @component("late")
    async def reply(self, interaction: Interaction, component_id: ComponentId) -> None:
        await interaction.response.send_message(f"late {component_id.answer}")


async def test_every_action_of_a_component_has_exactly_one_handler(tmp_path: Path) -> None:
    async with connected(FakeLibrary(), tmp_path) as wire:
        handled = Counter(action for cog in wire.bot.cogs.values() for action in handlers_of(cog))
    actions = {
        action for path in (ROOT / "bot/views").glob("*.py") for action in SHOWN.findall(path.read_text("utf-8"))
    }
    assert len(actions) > 10
    assert actions <= set(handled)
    assert set(handled.values()) == {1}


async def test_a_handler_is_found_in_a_cog_that_is_added_last(tmp_path: Path) -> None:
    async with connected(FakeLibrary(), tmp_path) as wire:
        await wire.bot.add_cog(LateCog())
        scene = wire.state.scene(User.new(), guild=LISTED)
        press = wire.people.forged(scene, "footnote:late:abc:0:0", wire.state.by_bot(LISTED.channel, {"content": "x"}))
        wire.receive("INTERACTION_CREATE", press.payload)
        assert text_of(await press.answer()) == "late abc"
