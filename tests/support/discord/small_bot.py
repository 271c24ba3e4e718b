"""A bot of a few lines that uses every kind of interaction, to try the local Discord with the real discord.py."""

from __future__ import annotations

import io
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.client.bot import INTENTS
from bot.client.discord_patches import use_gateway

__all__ = ["PNG", "SmallBot"]

PNG = b"\x89PNG\r\n\x1a\n, so to speak"

Interaction = discord.Interaction[Any]


class SmallBot(commands.Bot):
    """A bot that repeats what reached it, so that a test can see it."""

    def __init__(self) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        allowed = discord.AllowedMentions.none()
        super().__init__("!", intents=INTENTS, allowed_mentions=allowed, help_command=None)
        self._connection.guild_ready_timeout = 0.01  # both servers come at once

    async def setup_hook(self) -> None:
        await use_gateway(self.http)
        offered: tuple[Any, ...] = (show, fruit, quote, settings)
        for command in offered:
            self.tree.add_command(command)
        await self.tree.sync()

    async def on_message(self, message: discord.Message, /) -> None:
        """Repeat the message, and the one that it replies to."""
        if message.author.bot or (message.guild and self.user not in message.mentions):
            return
        before = message.reference.resolved if message.reference else None
        description = f"{type(message.channel).__name__}: {message.content}"
        if isinstance(before, discord.Message):
            description += f" (to {len(before.components)} components)"
        await message.channel.send(description, reference=message.to_reference())

    async def on_interaction(self, interaction: Interaction) -> None:
        """Buttons, menus and forms."""
        data: Any = interaction.data
        if interaction.type is discord.InteractionType.component:
            await PRESSES[data["custom_id"]](interaction)
        elif interaction.type is discord.InteractionType.modal_submit:
            written = data["components"][1]["component"]["value"]
            about = f"on {interaction.message.id}" if interaction.message else "on nothing"
            await interaction.response.send_message(f"{data['custom_id']}: {written} {about}", ephemeral=True)


def _view(text: str) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    row: ui.ActionRow[Any] = ui.ActionRow(
        ui.Button(label="Count", custom_id="count"),
        ui.Button(label="Write", custom_id="write"),
        ui.Button(label="Chart", custom_id="chart"),
        ui.Button(label="Thread", custom_id="thread"),
        ui.Button(label="Later", custom_id="later", disabled=True),
    )
    second: ui.ActionRow[Any] = ui.ActionRow(
        ui.Button(label="Two", custom_id="two:1"),
        ui.Button(label="Two", custom_id="two:2"),
        ui.Button(label="Read", url="https://example.org/"),
    )
    choice: ui.Select[Any] = ui.Select(custom_id="choice", placeholder="Which?")
    choice.add_option(label="One", value="1")
    choice.add_option(label="Two", value="2")
    box: ui.Container[Any] = ui.Container(ui.TextDisplay(text), row, second, ui.ActionRow(choice))
    view.add_item(box)
    view.stop()
    return view


@app_commands.command(description="Show buttons")
async def show(interaction: Interaction, private: bool = False) -> None:
    await interaction.response.defer(ephemeral=private, thinking=True)
    where = f"{interaction.locale} {interaction.context.to_array()[0]}"
    await interaction.edit_original_response(view=_view(f"0 {where}"))


@app_commands.command(description="Name a fruit")
async def fruit(interaction: Interaction, name: str, ripe: bool = True) -> None:
    await interaction.response.send_message(f"{name} {ripe}")


@fruit.autocomplete("name")
async def _fruits(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    known = ["apple", "apricot", "banana"]
    return [app_commands.Choice(name=word.title(), value=word) for word in known if word.startswith(typed)]


@app_commands.context_menu(name="Quote this")
async def quote(interaction: Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"“{message.content}” by {message.author.name}", ephemeral=True)


settings = app_commands.Group(name="settings", description="Settings")


@settings.command(name="channel", description="Where")
async def _channel(interaction: Interaction, where: discord.TextChannel) -> None:
    await interaction.response.send_message(f"{where.id} {where.name}")


async def _count(interaction: Interaction) -> None:
    """Update by the first response itself."""
    assert interaction.message is not None
    first: Any = interaction.message.components[0]
    number = int(first.children[0].content.split()[0]) + 1
    await interaction.response.edit_message(view=_view(f"{number} pressed"))


async def _write(interaction: Interaction) -> None:
    form = ui.Modal(title="Write", custom_id="written")
    form.add_item(ui.TextDisplay("Please write."))
    field: ui.TextInput[Any] = ui.TextInput(custom_id="text", min_length=3, max_length=10)
    form.add_item(ui.Label(text="Your text", component=field))
    form.stop()
    await interaction.response.send_modal(form)


async def _chart(interaction: Interaction) -> None:
    """Deferred update, then the message changed with files on it."""
    await interaction.response.defer()
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.MediaGallery(discord.MediaGalleryItem("attachment://chart.png", description="Days")))
    view.add_item(ui.File("attachment://days.csv"))
    view.add_item(ui.ActionRow(ui.Button(label="Count", custom_id="follow")))
    view.stop()
    files = [discord.File(io.BytesIO(PNG), "chart.png"), discord.File(io.BytesIO(b"day,count\n"), "days.csv")]
    await interaction.edit_original_response(view=view, attachments=files)


async def _follow(interaction: Interaction) -> None:
    """Deferred update, then a further message."""
    assert interaction.message is not None
    component: Any = interaction.message.components[0]
    await interaction.response.defer()
    await interaction.followup.send(f"{component.items[0].media.url.rsplit('/', 1)[-1]}", ephemeral=True)


async def _thread(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    channel: Any = interaction.channel
    assert interaction.message is not None
    try:
        message = channel.get_partial_message(interaction.message.id)
        thread = await message.create_thread(name="Go on", auto_archive_duration=1440)
    except discord.HTTPException as error:
        await interaction.edit_original_response(content=f"{error.status}/{error.code}")
        return
    await thread.send("Go on here.")
    may = interaction.app_permissions.create_public_threads
    await interaction.edit_original_response(content=f"{thread.parent_id} {may}")


async def _two(interaction: Interaction) -> None:
    data: Any = interaction.data
    await interaction.response.send_message(f"{data['custom_id']} by {interaction.user.name}")


async def _choice(interaction: Interaction) -> None:
    data: Any = interaction.data
    await interaction.response.send_message(" ".join(data["values"]))


PRESSES = {
    "count": _count,
    "write": _write,
    "chart": _chart,
    "follow": _follow,
    "thread": _thread,
    "two:1": _two,
    "two:2": _two,
    "choice": _choice,
}
