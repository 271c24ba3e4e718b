"""Questions from anywhere on Discord, answered the same way for every cog."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial

import discord

from bot.policy.questions import asks_about_bot, problem_of
from bot.policy.rate_limits import RateLimiter
from bot.services.answering import Answering
from bot.services.ask_context import AskContext, build_context, guild_id_of
from bot.services.errors import Refused
from bot.services.first_build import FirstBuild
from bot.services.guild_settings import GuildSettingsCache
from bot.services.help import HelpMessages
from bot.services.interactions import Interaction
from bot.services.metrics import Metrics, Stage
from bot.services.notices import ALONE, Notices
from bot.services.pictures import PictureReader
from bot.services.replies import PUBLIC, Replies
from bot.services.shared_limits import SharedLimits
from bot.services.tracing import Tracing
from bot.services.worker import LibraryWorker
from bot.services.writing import Show
from bot.text.index_messages import translate
from bot.views import answer as answer_view
from bot.views.message import notice_message
from bot.views.quotations import EvidenceLinks
from index import Corpora
from index.domain.activity import RecordedAnswer
from index.domain.errors import NoIndex
from index.domain.generation import WritingRequest

__all__ = ["QuestionRefused", "QuestionService"]

SUMMARY = "/summary"
"""Stands for a question of the command."""


class QuestionRefused(Refused):
    """A question that is not answered.

    `wrong_channel` says that the bot does not answer where it was asked. `wait` is not None if it was asked too early:
    the seconds to wait, 0 if they are unknown.
    """

    def __init__(self, view: discord.ui.LayoutView, *, wrong_channel: bool = False, wait: int | None = None) -> None:
        super().__init__(view)
        self.wrong_channel = wrong_channel
        self.wait = wait


class QuestionService:
    """Accepts a question or refuses it, has it answered and rendered."""

    def __init__(
        self,
        *,
        libraries: Corpora,
        worker: LibraryWorker,
        replies: Replies,
        guild_settings: GuildSettingsCache,
        rate_limiter: RateLimiter,
        shared_limits: SharedLimits,
        pictures: PictureReader,
        help_messages: HelpMessages,
        first_build: FirstBuild,
        links: EvidenceLinks | None = None,
        metrics: Metrics | None = None,
        tracing: Tracing | None = None,
        notices: Notices = ALONE,
    ) -> None:
        self._libraries = libraries
        self._replies = replies
        self._guild_settings = guild_settings
        self.rate_limiter = rate_limiter
        self._shared_limits = shared_limits
        self._pictures = pictures
        self._help = help_messages
        self._links = links
        self._first_build = first_build
        self._metrics = metrics or Metrics()
        self._tracing = tracing or Tracing()
        self.answering = Answering(
            libraries.shared, worker, metrics=self._metrics, tracing=self._tracing, notices=notices
        )

    async def context_of(self, source: Interaction | discord.Message) -> AskContext:
        """Return who asks, and where."""
        guild = guild_id_of(source)
        return build_context(source, guild, await self._guild_settings.get(guild))

    def may_repeat_notice(self, reader: int) -> bool:
        """Whether a channel, or a user, may be told again where or when to ask; counts as telling them."""
        return self.rate_limiter.may_notify(reader)

    @contextlib.asynccontextmanager
    async def admit(self, question: str, context: AskContext) -> AsyncIterator[None]:
        """Admit a question for the `with` block that answers it. Raises QuestionRefused.

        Only other processes are waited for, and only half a second: nothing was sent to Discord before.
        """
        with self._metrics.question(context.place):
            self._check(question, context)
            async with self._shared_limits.counted(context) as refusal:
                if refusal:
                    raise QuestionRefused(notice_message(refusal.text), wait=refusal.wait)
                self._refuse_by(self.rate_limiter.refusal, context)
                with self._replies.pending(), self.rate_limiter.in_flight(context.user):
                    try:
                        yield
                    except NoIndex:
                        if reading := self._first_build.refusal():
                            raise QuestionRefused(notice_message(reading)) from None
                        raise

    def _check(self, question: str, context: AskContext) -> None:
        """Raise QuestionRefused if a question is not to be answered, there or now."""
        if problem := problem_of(question):
            raise QuestionRefused(notice_message(problem))
        settings = context.settings
        if context.guild is not None and not settings.answers_in(context.channel, context.parent):
            raise QuestionRefused(answer_view.other_channels_message(settings.channels), wrong_channel=True)
        if self._first_build.is_running:
            raise QuestionRefused(notice_message(self._first_build.refusal()))
        self._refuse_by(self.rate_limiter.problem, context)

    def _refuse_by(self, limit: Callable[..., str], context: AskContext) -> None:
        """Raise QuestionRefused if a limit of this process says why."""
        cooldown = context.settings.cooldown
        if refusal := limit(context.user, context.guild, user_seconds=cooldown):
            wait = self.rate_limiter.wait_seconds(context.user, context.guild, user_seconds=cooldown)
            raise QuestionRefused(notice_message(refusal), wait=wait)

    async def answer_interaction(
        self,
        interaction: Interaction,
        question: str,
        *,
        after: str = "",
        private: bool | None = None,
        pictures: Sequence[discord.Attachment] = (),
    ) -> None:
        """Answer a command or a modal. Raises QuestionRefused before any response is sent.

        `after` is the id of the answer that the question follows, if any; `private` says whether the user alone sees
        the answer, None for the server's default; `pictures` are attached to the question.
        """

        async def answer(context: AskContext, show: Show, is_private: bool) -> discord.ui.LayoutView:
            alone = not (after or context.is_conversation)
            shown = {"show_question": True, "private": is_private}
            return await self.answer(question, context, show, after=after, alone=alone, pictures=pictures, **shown)

        await self._respond(interaction, question, answer, private)

    async def summarise_interaction(
        self, interaction: Interaction, source: str, since: str, *, private: bool | None = None
    ) -> None:
        """Answer a command by a summary of all sources or one, or of what is new there since a moment.

        Limits are those of questions.
        """

        def summarise(context: AskContext, writing: WritingRequest | None = None) -> RecordedAnswer:
            library = self._libraries.of(context.guild)
            answer = library.summarise(source, since, writing)
            place = {"user": context.user, "channel": context.channel}
            return library.conversation.record(answer, guild=context.guild, **place)

        async def answer(context: AskContext, show: Show, is_private: bool) -> discord.ui.LayoutView:
            request = WritingRequest(user=context.user, guild=context.guild)
            recorded = await self.answering.run(partial(summarise, context), request, show)
            self._metrics.count_answer(context.place, recorded.answer)
            return self._message(recorded, context, translate(recorded.answer.question), private=is_private)

        await self._respond(interaction, SUMMARY, answer, private)

    async def _respond(
        self,
        interaction: Interaction,
        question: str,
        answer: Callable[[AskContext, Show, bool], Awaitable[discord.ui.LayoutView]],
        private: bool | None,
    ) -> None:
        """Admit a question, and respond by what `answer` returns for its context, and whether only the user sees it."""
        context = await self.context_of(interaction)
        with self._replies.pending(), self._tracing.question("interaction"):
            async with self.admit(question, context):
                is_private = context.settings.private if private is None else private
                await interaction.response.defer(ephemeral=is_private, thinking=True)
                interaction.extras[PUBLIC] = not is_private

                async def show(view: discord.ui.LayoutView) -> None:
                    await interaction.edit_original_response(view=view)

                view = await answer(context, show, is_private)
            # After the block: by the time the answer is seen, the user's next question must be admitted.
            with self._metrics.timed(Stage.SEND), self._tracing.stage(Stage.SEND):
                await show(view)

    async def answer(
        self,
        question: str,
        context: AskContext,
        show: Show,
        *,
        after: str = "",
        alone: bool = False,
        show_question: bool = False,
        private: bool = False,
        pictures: Sequence[discord.Attachment] = (),
    ) -> discord.ui.LayoutView:
        """Return the answer as a message; waits for its turn, and for the model while it loads.

        `show` shows what a language model wrote of it so far, if one writes it. `after` is the id of the answer that
        the question follows, `alone` says that it follows nothing, `show_question` that it is shown above its answer,
        `private` that only the user sees the answer. What asks who the bot is and is not answered by the sources is
        answered by what /help says. Raises Refused if one of the `pictures` cannot be read.
        """
        attached = await self._pictures.read(pictures)
        shown = question if show_question else ""
        ask = partial(
            self._libraries.of(context.guild).conversation.reply,
            question,
            user=context.user,
            guild=context.guild,
            channel=context.channel,
            after=after,
            alone=alone,
        )
        request = WritingRequest(pictures=attached.pictures, user=context.user, guild=context.guild)
        recorded = await self.answering.run(ask, request, show, question=shown)
        self._metrics.count_answer(context.place, recorded.answer)
        if recorded.answer.abstained and asks_about_bot(question):
            return await self._help.help(context.guild)
        return self._message(recorded, context, shown, private=private, note=attached.note)

    def _message(
        self, recorded: RecordedAnswer, context: AskContext, question: str, *, private: bool, note: str = ""
    ) -> discord.ui.LayoutView:
        """Return an answer as a message; `private` says that only the user sees it."""
        threads = context.offers_thread and not private  # a thread cannot begin below a private message
        links = self._links.of(self._libraries.owner(context.guild)) if self._links else None
        return answer_view.answer_message(
            recorded.answer, question=question, answer_id=recorded.id, threads=threads, note=note, links=links
        )
