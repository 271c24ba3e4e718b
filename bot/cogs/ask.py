"""Questions: by /ask, from a message's menu, by a direct message, or by a message that mentions the bot."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.services.errors import explain
from bot.services.questions import LONGEST_QUESTION, QuestionRefused, QuestionService, question_in
from bot.text.i18n import gettext, gettext_noop
from bot.views.custom_id import answer_id_in
from bot.views.message import notice_message

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot

__all__ = ["AskCog"]

Interaction = discord.Interaction[Any]

MY_OWN = gettext_noop("I wrote that message myself. To go on from an answer, press Ask a follow-up below it.")


class AskCog(commands.Cog):
    """Checks a question, has it answered and sends the answer to where it was asked."""

    def __init__(self, bot: FootnoteBot, *, asking: QuestionService) -> None:
        self.bot = bot
        self._asking = asking
        self._menu = app_commands.ContextMenu(name="Answer this", callback=self.answer_this)

    async def cog_load(self) -> None:
        """A menu's command cannot be a part of a cog's class."""
        self.bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """As it was before."""
        self.bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(description="Ask the sources a question: the answer is quoted from them, or there is none.")
    @app_commands.describe(question="What do you want to know?", private="Show the answer to you alone.")
    async def ask(
        self,
        interaction: discord.Interaction[FootnoteBot],
        question: app_commands.Range[str, 1, LONGEST_QUESTION],
        private: bool | None = None,
    ) -> None:
        """Answer a slash command. A refusal needs no thought, so it comes at once, and to the asker alone."""
        await self._asking.answer(interaction, question.strip(), private=private)

    @ask.autocomplete("question")
    async def suggest(
        self, interaction: discord.Interaction[FootnoteBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Tells Discord that there are choices; they are offered before this, by `bot.client.command_tree`."""
        return []

    async def answer_this(self, interaction: Interaction, message: discord.Message) -> None:
        """Answer what a message asks."""
        me = self.bot.user
        if me is not None and message.author.id == me.id:
            raise QuestionRefused(notice_message(gettext(MY_OWN)))
        await self._asking.answer(interaction, question_in(_without_mention(message.content, me)[0]))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a direct message, or a message that mentions the bot, by a reply."""
        question = self._question_in(message)
        if question is None:
            return
        self.bot.hear(message)
        with self.bot.owing_a_reply():
            try:
                view = await self._answer(question_in(question), message)
                if view is None:
                    return
                await message.channel.send(view=view, reference=message.to_reference(fail_if_not_exists=False))
            except (discord.HTTPException, aiohttp.ClientError) as error:
                self.bot.count_unsent(error)

    async def _answer(self, question: str, message: discord.Message) -> discord.ui.LayoutView | None:
        """What to reply: the answer, a refusal, or what went wrong. A reply to an answer follows that one. None where
        all were told just now in which channels questions are answered."""
        try:
            place = await self._asking.place(message)
            with self._asking.admitted(question, place):
                async with _typing(message.channel):
                    after = self._replied_to(message)
                    return await self._asking.view(question, place, after=after, alone=not (after or place.converses))
        except QuestionRefused as refused:
            if refused.elsewhere and not self._asking.tells(message.channel.id):
                return None
            return refused.view
        except Exception as error:  # whatever it was, who asked gets a reply
            return notice_message(explain(error, "answering a message"))

    def _replied_to(self, message: discord.Message) -> str:
        """The id of the answer of the bot that a message replies to; empty if it does not."""
        before = message.reference.resolved if message.reference else None
        if not isinstance(before, discord.Message) or self.bot.user is None or before.author.id != self.bot.user.id:
            return ""
        return answer_id_in(before)

    def _question_in(self, message: discord.Message) -> str | None:
        """The question, without the mention of the bot; None for a message that is not for the bot."""
        me = self.bot.user
        from_a_person = not message.author.bot and message.webhook_id is None
        written = message.type in (discord.MessageType.default, discord.MessageType.reply)
        if me is None or not (from_a_person and written):
            return None
        if message.guild is not None and me not in message.mentions:
            return None
        question, named = _without_mention(message.content, me)
        # Replying to the bot mentions it too: without words, such as with a sticker, that is no question.
        return question if question or named or message.guild is None else None


def _without_mention(content: str, me: discord.ClientUser | None) -> tuple[str, int]:
    """A text without mentions of the bot, and how many there were."""
    question, named = re.subn(rf"<@!?{me.id}>", " ", content) if me else (content, 0)
    return question.strip(), named


@contextlib.asynccontextmanager
async def _typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Shows typing. It is a courtesy: that it fails costs nobody the answer."""
    async with contextlib.AsyncExitStack() as stack:
        with contextlib.suppress(discord.HTTPException, aiohttp.ClientError):
            await stack.enter_async_context(channel.typing())
        yield
