"""Questions from anywhere on Discord, answered the same way for every cog."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import discord

from bot.policy.questions import problem_of
from bot.policy.rate_limits import RateLimiter
from bot.services.ask_context import AskContext, build_context, guild_id_of
from bot.services.errors import Refused
from bot.services.guild_settings import GuildSettingsCache
from bot.services.interactions import Interaction
from bot.services.pictures import PictureReader
from bot.services.replies import PUBLIC, Replies
from bot.services.worker import LibraryWorker
from bot.services.writing import EDIT_EVERY_SECONDS, GrowingAnswer, Show, Writings
from bot.views import answer as answer_view
from bot.views.message import notice_message
from index import Library
from index.domain.activity import RecordedAnswer
from index.domain.generation import GenerationFault, WritingRequest

__all__ = ["QuestionRefused", "QuestionService"]

MAX_CONCURRENT = 2
"""Questions in threads at the same time; the model uses all processors, so more would only slow each other."""


class QuestionRefused(Refused):
    """A question that is not answered; `wrong_channel` says that the bot does not answer where it was asked."""

    def __init__(self, view: discord.ui.LayoutView, *, wrong_channel: bool = False) -> None:
        super().__init__(view)
        self.wrong_channel = wrong_channel


class QuestionService:
    """Accepts a question or refuses it, has it answered and rendered."""

    def __init__(
        self,
        *,
        library: Library,
        worker: LibraryWorker,
        replies: Replies,
        guild_settings: GuildSettingsCache,
        rate_limiter: RateLimiter,
        pictures: PictureReader,
    ) -> None:
        self._library = library
        self._worker = worker
        self._replies = replies
        self._guild_settings = guild_settings
        self._rate_limiter = rate_limiter
        self._pictures = pictures
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self.writings = Writings()
        self.edit_every = EDIT_EVERY_SECONDS

    async def context_of(self, source: Interaction | discord.Message) -> AskContext:
        """Return who asks, and where."""
        guild = guild_id_of(source)
        return build_context(source, guild, await self._guild_settings.get(guild))

    def may_repeat_notice(self, channel: int) -> bool:
        """Whether a channel may be told again where questions are answered; counts as telling it."""
        return self._rate_limiter.may_notify(channel)

    @contextlib.contextmanager
    def admit(self, question: str, context: AskContext) -> Iterator[None]:
        """Admit a question for the `with` block that answers it. Raises QuestionRefused before anything is awaited."""
        if problem := problem_of(question):
            raise QuestionRefused(notice_message(problem))
        settings = context.settings
        if context.guild is not None and not settings.answers_in(context.channel, context.parent):
            raise QuestionRefused(answer_view.other_channels_message(settings.channels), wrong_channel=True)
        if refusal := self._rate_limiter.refusal(context.user, context.guild, user_seconds=settings.cooldown):
            raise QuestionRefused(notice_message(refusal))
        with self._replies.pending(), self._rate_limiter.in_flight(context.user):
            yield

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
        context = await self.context_of(interaction)
        with self._replies.pending():
            with self.admit(question, context):
                is_private = context.settings.private if private is None else private
                await interaction.response.defer(ephemeral=is_private, thinking=True)
                interaction.extras[PUBLIC] = not is_private
                alone = not (after or context.is_conversation)

                async def show(view: discord.ui.LayoutView) -> None:
                    await interaction.edit_original_response(view=view)

                view = await self.answer(
                    question,
                    context,
                    show,
                    after=after,
                    alone=alone,
                    show_question=True,
                    private=is_private,
                    pictures=pictures,
                )
            # After the block: by the time the answer is seen, the user's next question must be admitted.
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
        `private` that only the user sees the answer. Raises Refused if one of the `pictures` cannot be read.
        """
        attached = await self._pictures.read(pictures)
        shown = question if show_question else ""
        ask = partial(
            self._library.conversation.reply,
            question,
            user=context.user,
            guild=context.guild,
            channel=context.channel,
            after=after,
            alone=alone,
        )
        request = WritingRequest(pictures=attached.pictures, user=context.user, guild=context.guild)
        recorded = await self._answer(ask, request, show, shown)
        threads = context.offers_thread and not private  # a thread cannot begin below a private message
        return answer_view.answer_message(
            recorded.answer, question=shown, answer_id=recorded.id, threads=threads, note=attached.note
        )

    async def _answer(
        self, ask: Callable[..., RecordedAnswer], request: WritingRequest, show: Show, question: str
    ) -> RecordedAnswer:
        """Return what `ask` returns, called in a thread; with a request if a language model writes answers."""
        if self._library.writes:
            return await self._write(ask, request, show, question)
        async with self._slots:
            return await self._worker.run(ask)

    async def _write(
        self, ask: Callable[..., RecordedAnswer], request: WritingRequest, show: Show, question: str
    ) -> RecordedAnswer:
        """Return the answer that a language model writes, shown as it grows; quotations if too many are written."""
        with self.writings.begin(request.user) as writing:
            growing = GrowingAnswer(show, question=question, writing=writing.key, edit_every=self.edit_every)
            request = replace(request, on_asked=growing.begin, on_answer=growing.update, stopped=writing.stopped)
            async with growing.shown():
                async with self._slots:  # until the language model is asked: from then on the thread mostly waits
                    if not self._worker.can_wait:
                        return _unwritten(await self._worker.run(ask))
                    work = asyncio.ensure_future(self._worker.run_waiting(ask, writing=request))
                    begun = asyncio.ensure_future(growing.begun.wait())
                    await asyncio.wait({work, begun}, return_when=asyncio.FIRST_COMPLETED)
                    begun.cancel()
                return await work


def _unwritten(recorded: RecordedAnswer) -> RecordedAnswer:
    """Return an answer of quotations that says why no language model wrote it."""
    fault = "" if recorded.answer.abstained else GenerationFault.BUSY
    return replace(recorded, answer=replace(recorded.answer, fault=fault))
