"""A question from anywhere on Discord to the message that answers it: the one way that every cog takes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import discord

from bot.policy.guild_settings import GuildSettings
from bot.policy.rate_limits import RateLimiter
from bot.text.escape import fold
from bot.text.i18n import format_number, gettext, gettext_noop
from bot.views import answer as render
from bot.views.message import notice_message

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot

__all__ = ["FOR_ALL", "LONGEST_QUESTION", "AskContext", "QuestionRefused", "QuestionService", "question_in"]

LONGEST_QUESTION = 500
FOR_ALL = "public"
"""Among the extras of an interaction: whether all see that it is being answered."""

HOW_TO = gettext_noop(
    "Ask me something, for example: What is the context window of Scout? I answer from the sources, or not at all."
)

SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n")
ASKS = re.compile(r"[?？][?!？！]*[\"'”’»」)]*$")
"""At the end of a sentence that is a question."""


class QuestionRefused(Exception):
    """A question is not taken; `view` says why, and what to do. `elsewhere` says that it is for where it was asked."""

    def __init__(self, view: discord.ui.LayoutView, *, elsewhere: bool = False) -> None:
        super().__init__("a question is not taken")
        self.view = view
        self.elsewhere = elsewhere


@dataclass(frozen=True, slots=True)
class AskContext:
    """Who asks, and where: `parent` is the channel that a thread belongs to, `can_thread` whether the bot may begin one
    there, `preferences` the server's, `converses` whether questions there follow one another unsaid, as they do in
    direct messages and in threads."""

    user: int
    guild: int | None
    channel: int
    parent: int | None = None
    can_thread: bool = False
    converses: bool = False
    preferences: GuildSettings = field(default_factory=GuildSettings)

    @property
    def threads(self) -> bool:
        return self.can_thread and self.preferences.threads


class QuestionService:
    """Takes a question or refuses it, has it answered and rendered."""

    def __init__(self, bot: FootnoteBot, *, fairness: RateLimiter) -> None:
        self.bot = bot
        self._fairness = fairness

    async def place(self, source: discord.Interaction[Any] | discord.Message) -> AskContext:
        """Where an interaction or a message came from."""
        user = source.user if isinstance(source, discord.Interaction) else source.author
        here = source.guild_id if isinstance(source, discord.Interaction) else source.guild
        guild = here.id if isinstance(here, discord.Guild) else here
        channel = source.channel
        return AskContext(
            user=user.id,
            guild=guild,
            channel=channel.id if channel else 0,
            parent=channel.parent_id if isinstance(channel, discord.Thread) else None,
            can_thread=isinstance(channel, discord.TextChannel) and _may_begin_thread(source),
            converses=guild is None or isinstance(channel, discord.Thread),
            preferences=await self.bot.preferences(guild),
        )

    def tells(self, channel: int) -> bool:
        """Whether it is to be said again in a channel where questions are answered, which is then taken note of."""
        return self._fairness.may_notify(channel)

    @contextlib.contextmanager
    def admitted(self, question: str, place: AskContext) -> Iterator[None]:
        """Around an answer. Raises Refused, before anything is waited for."""
        if refusal := _unfit(question):
            raise QuestionRefused(notice_message(refusal))
        if place.guild is not None and not place.preferences.answers_in(place.channel, place.parent):
            raise QuestionRefused(render.other_channels_message(place.preferences.channels), elsewhere=True)
        cooldown = place.preferences.cooldown
        if refusal := self._fairness.refusal(place.user, place.guild, user_seconds=cooldown):
            raise QuestionRefused(notice_message(refusal))
        with self.bot.owing_a_reply(), self._fairness.in_flight(place.user):
            yield

    async def answer(
        self, interaction: discord.Interaction[Any], question: str, *, after: str = "", private: bool | None = None
    ) -> None:
        """Answer a command or a form; `private` says whether to the asker alone, None as is usual in the server.

        Raises Refused, to be shown at once.
        """
        place = await self.place(interaction)
        with self.bot.owing_a_reply():
            with self.admitted(question, place):
                hidden = place.preferences.private if private is None else private
                await interaction.response.defer(ephemeral=hidden, thinking=True)
                interaction.extras[FOR_ALL] = not hidden
                alone = not (after or place.converses)
                view = await self.view(question, place, after=after, alone=alone, shown=True, hidden=hidden)
            # Only now, or who asks on as soon as they see it would be told that it is still being answered.
            await interaction.edit_original_response(view=view)

    async def view(
        self,
        question: str,
        place: AskContext,
        *,
        after: str = "",
        alone: bool = False,
        shown: bool = False,
        hidden: bool = False,
    ) -> discord.ui.LayoutView:
        """The answer as a message; `after` is the id of the answer that the question follows, `alone` says that it
        follows nothing, `shown` that the question stands above its answer, `hidden` that the asker alone sees it."""
        kept = await self.bot.reply(question, place, after=after, alone=alone)
        threads = place.threads and not hidden  # what one person sees cannot begin a thread
        return render.answer_message(kept.answer, asked=question if shown else "", answer_id=kept.id, threads=threads)


def question_in(text: str) -> str:
    """A message as a question: as it stands, or what it asks, where it is too long to be taken whole."""
    text = text.strip()
    if len(text) <= LONGEST_QUESTION:
        return text
    sentences = (one.strip() for one in SENTENCE_ENDS.split(text))
    return next((one for one in sentences if len(one) <= LONGEST_QUESTION and ASKS.search(one)), text)


def _may_begin_thread(source: discord.Interaction[Any] | discord.Message) -> bool:
    """Whether the bot may, and may answer in it, by what Discord says of it there."""
    rights = discord.Permissions.none()
    if isinstance(source, discord.Interaction):
        rights = source.app_permissions if source.is_guild_integration() else rights
    elif isinstance(source.channel, discord.TextChannel) and (me := source.channel.guild.me) is not None:
        rights = source.channel.permissions_for(me)
    return rights.create_public_threads and rights.send_messages_in_threads


def _unfit(question: str) -> str:
    """Why this is no question that can be taken; empty if it is one."""
    if not fold(question):
        return gettext(HOW_TO)
    if len(question) > LONGEST_QUESTION:
        return gettext(
            "That is {length} characters long, and I read at most {most}. Please ask it in a sentence or two.",
            length=format_number(len(question)),
            most=LONGEST_QUESTION,
        )
    return ""
