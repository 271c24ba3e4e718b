"""Questions: by /ask, from a message's menu, by a direct message, or by a message that mentions the bot."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs._autocomplete import quiet
from bot.cogs._component import component
from bot.policy.questions import LONGEST_QUESTION, question_in
from bot.request_ids import begin_request
from bot.services.context import Services, services_of
from bot.services.errors import Refused, explain
from bot.services.interactions import Interaction
from bot.services.message_reply import MessageReply
from bot.services.metrics import Stage
from bot.services.pictures import pictures_in
from bot.services.questions import QuestionRefused
from bot.services.wait_notices import notify_of_wait
from bot.text.i18n import gettext, gettext_noop
from bot.views.custom_id import STOP_WRITING, ComponentId, answer_id_in
from bot.views.message import notice_message

__all__ = ["AskCog"]

OWN_MESSAGE = gettext_noop("I wrote that message myself. To go on from an answer, press Ask a follow-up below it.")
NOT_WRITING = gettext_noop("This answer is no longer being written. If it is not complete, please ask again.")
NOT_YOURS = gettext_noop("Only who asked, and moderators, can stop this answer.")


class AskCog(commands.Cog):
    """Answers questions where they are asked."""

    def __init__(self, bot: commands.Bot, services: Services) -> None:
        self._bot = bot
        self._services = services
        self._menu = app_commands.ContextMenu(name="Answer this", callback=self.answer_this)

    async def cog_load(self) -> None:
        """Add the menu's command, which discord.py does not collect from a cog's class."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(description="Ask the sources a question: the answer is quoted from them, or there is none.")
    @app_commands.describe(
        question="What do you want to know?",
        private="Show the answer to you alone.",
        picture="A picture that the question is about.",
    )
    async def ask(
        self,
        interaction: Interaction,
        question: app_commands.Range[str, 1, LONGEST_QUESTION],
        private: bool | None = None,
        picture: discord.Attachment | None = None,
    ) -> None:
        await self._services.questions.answer_interaction(
            interaction, question.strip(), private=private, pictures=[picture] if picture else []
        )

    @ask.autocomplete("question")
    @quiet
    async def suggest_questions(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer questions that the sources answer and that go on from what was typed."""
        suggest = self._services.libraries.of(interaction.guild_id).suggestions.complete
        questions = await self._services.worker.run(suggest, typed, guild=interaction.guild_id)
        return [app_commands.Choice(name=question, value=question) for question in questions]

    async def answer_this(self, interaction: Interaction, message: discord.Message) -> None:
        """Answer what a message asks."""
        me = self._bot.user
        if me is not None and message.author.id == me.id:
            raise QuestionRefused(notice_message(gettext(OWN_MESSAGE)))
        question = question_in(_without_mentions(message.content, me)[0])
        await self._services.questions.answer_interaction(interaction, question, pictures=pictures_in(message))

    @component(STOP_WRITING)
    async def stop_writing(self, interaction: Interaction, component_id: ComponentId) -> None:
        """End the writing of an answer, for whoever asked and for moderators; its own message then shows the answer."""
        writing = self._services.questions.answering.writings.get(component_id.answer)
        if writing is None:
            await self._stop_elsewhere(interaction, component_id.answer)
            return
        if writing.user != interaction.user.id:
            await self._services.permissions.require_reviewer(interaction, NOT_YOURS)
        writing.stopped.set()
        await interaction.response.defer()

    async def _stop_elsewhere(self, interaction: Interaction, key: str) -> None:
        """Stop an answer that another process is writing. Raises Refused if none is, or it is another user's."""
        writings, permissions = self._services.questions.answering.writings, self._services.permissions
        is_reviewer = self._services.process.shared and await permissions.can_review(interaction)
        if not await writings.stop_elsewhere(key, user=None if is_reviewer else interaction.user.id):
            raise Refused(notice_message(gettext(NOT_WRITING)))
        await interaction.response.defer()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a direct message, or a message that mentions the bot, by a reply."""
        question = self._question_of(message)
        if question is None:
            return
        begin_request()
        self._services.languages.activate(message)
        tracing = self._services.tracing
        with self._services.replies.pending(), tracing.question("message"):
            try:
                reply = MessageReply(message)
                view = await self._view_for(question_in(question), message, reply)
                if view is not None:
                    with self._services.metrics.timed(Stage.SEND), tracing.stage(Stage.SEND):
                        await reply.finish(view)
            except (discord.HTTPException, aiohttp.ClientError) as error:
                tracing.fail(error)
                self._services.replies.count_unsent(error)

    async def _view_for(
        self, question: str, message: discord.Message, reply: MessageReply
    ) -> discord.ui.LayoutView | None:
        """Return the reply to a message: the answer, a refusal or an error.

        None if there is none: the channel was told only just now where questions are answered, or the author was told
        to wait in another way.
        """
        questions = self._services.questions
        try:
            context = await questions.context_of(message)
            async with questions.admit(question, context), _typing(message.channel):
                after = self._replied_answer(message)
                alone = not (after or context.is_conversation)
                return await questions.answer(
                    question, context, reply.show, after=after, alone=alone, pictures=pictures_in(message)
                )
        except QuestionRefused as refused:
            self._services.tracing.fail(refused)
            if refused.wrong_channel and not questions.may_repeat_notice(message.channel.id):
                return None
            if refused.wait is not None and message.guild is not None:
                may_write = questions.may_repeat_notice(message.author.id)
                await notify_of_wait(message, refused.wait, may_write=may_write)
                return None
            return refused.view
        except Refused as refused:
            self._services.tracing.fail(refused)
            return refused.view
        except Exception as error:  # whatever it was, the user gets a reply
            self._services.metrics.count_error(error)
            self._services.tracing.fail(error)
            return notice_message(explain(error, "answering a message"))

    def _replied_answer(self, message: discord.Message) -> str:
        """Return the id of the bot's answer that a message replies to; empty if it replies to none."""
        original = message.reference.resolved if message.reference else None
        me = self._bot.user
        if not isinstance(original, discord.Message) or me is None or original.author.id != me.id:
            return ""
        return answer_id_in(original)

    def _question_of(self, message: discord.Message) -> str | None:
        """Return the question, without mentions of the bot; None for a message that is not for the bot."""
        me = self._bot.user
        by_a_person = not message.author.bot and message.webhook_id is None
        is_text = message.type in (discord.MessageType.default, discord.MessageType.reply)
        if me is None or not (by_a_person and is_text):
            return None
        if message.guild is not None and me not in message.mentions:
            return None
        question, mentions = _without_mentions(message.content, me)
        # A reply to the bot mentions it too: without words, such as with a sticker, that is no question.
        return question if question or mentions or message.guild is None else None


def _without_mentions(content: str, me: discord.ClientUser | None) -> tuple[str, int]:
    """Return a text without mentions of the bot, and how many there were."""
    question, mentions = re.subn(rf"<@!?{me.id}>", " ", content) if me else (content, 0)
    return question.strip(), mentions


@contextlib.asynccontextmanager
async def _typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Show typing; a failure to show it costs nobody the answer."""
    async with contextlib.AsyncExitStack() as stack:
        with contextlib.suppress(discord.HTTPException, aiohttp.ClientError):
            await stack.enter_async_context(channel.typing())
        yield


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(AskCog(bot, services_of(bot)))
