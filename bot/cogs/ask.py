"""Questions: by /ask, by a direct message, or by a message that mentions the bot."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot import render
from bot.errors import explain
from bot.escape import fold

if TYPE_CHECKING:
    from bot.client import Footnote
    from bot.cooldown import Cooldown

__all__ = ["LONGEST_QUESTION", "Ask"]

LONGEST_QUESTION = 500

HOW_TO = "Ask me something, for example: What is the context window of Scout? I answer from the sources, or not at all."


class Ask(commands.Cog):
    """Checks a question, has it answered and sends the answer to where it was asked."""

    def __init__(self, bot: Footnote, *, cooldown: Cooldown) -> None:
        self.bot = bot
        self._cooldown = cooldown

    @app_commands.command(description="Ask the sources a question: the answer is quoted from them, or there is none.")
    @app_commands.describe(question="What do you want to know?", private="Show the answer to you alone.")
    async def ask(
        self,
        interaction: discord.Interaction[Footnote],
        question: app_commands.Range[str, 1, LONGEST_QUESTION],
        private: bool = False,
    ) -> None:
        """Answer a slash command. A refusal needs no thought, so it comes at once, and to the asker alone."""
        question = question.strip()
        with self.bot.owing_a_reply():
            if refusal := self._refusal(question, interaction.user.id):
                await interaction.response.send_message(view=render.notice(refusal), ephemeral=True)
                return
            await interaction.response.defer(ephemeral=private, thinking=True)
            answer = await self.bot.ask(question)
            await interaction.edit_original_response(view=render.answer(answer, asked=question))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a direct message, or a message that mentions the bot, by a reply."""
        question = self._question_in(message)
        if question is None:
            return
        with self.bot.owing_a_reply():
            try:
                view = await self._answer(question, message)
                await message.channel.send(view=view, reference=message.to_reference(fail_if_not_exists=False))
            except (discord.HTTPException, aiohttp.ClientError) as error:
                self.bot.count_unsent(error)

    async def _answer(self, question: str, message: discord.Message) -> discord.ui.LayoutView:
        """What to reply: the answer, a refusal, or what went wrong."""
        if refusal := self._refusal(question, message.author.id):
            return render.notice(refusal)
        async with _typing(message.channel):
            try:
                return render.answer(await self.bot.ask(question))
            except Exception as error:  # whatever it was, who asked gets a reply
                return render.notice(explain(error, "answering a message"))

    def _question_in(self, message: discord.Message) -> str | None:
        """The question, without the mention of the bot; None for a message that is not for the bot."""
        me = self.bot.user
        from_a_person = not message.author.bot and message.webhook_id is None
        written = message.type in (discord.MessageType.default, discord.MessageType.reply)
        if me is None or not (from_a_person and written):
            return None
        if message.guild is not None and me not in message.mentions:
            return None
        question, named = re.subn(rf"<@!?{me.id}>", " ", message.content)
        question = question.strip()
        # Replying to the bot mentions it too: without words, such as with a sticker, that is no question.
        return question if question or named or message.guild is None else None

    def _refusal(self, question: str, user: int) -> str:
        """Why the question is not taken, and what to do; empty if it is, which starts the user's cool-down."""
        if not fold(question):
            return HOW_TO
        if len(question) > LONGEST_QUESTION:
            return (
                f"That is {len(question):,} characters long, and I read at most {LONGEST_QUESTION}. "
                "Please ask it in a sentence or two."
            )
        if seconds := self._cooldown.take(user):
            return f"One question at a time, please: try again in {seconds} s."
        return ""


@contextlib.asynccontextmanager
async def _typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Shows typing. It is a courtesy: that it fails costs nobody the answer."""
    async with contextlib.AsyncExitStack() as stack:
        with contextlib.suppress(discord.HTTPException, aiohttp.ClientError):
            await stack.enter_async_context(channel.typing())
        yield
