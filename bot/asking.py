"""A question from anywhere on Discord to the message that answers it: the one way that every cog takes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import discord

from bot import render
from bot.escape import fold
from bot.fairness import Fairness
from bot.preferences import Preferences

if TYPE_CHECKING:
    from bot.client import Footnote

__all__ = ["LONGEST_QUESTION", "Asking", "Place", "Refused"]

LONGEST_QUESTION = 500

HOW_TO = "Ask me something, for example: What is the context window of Scout? I answer from the sources, or not at all."


class Refused(Exception):
    """A question is not taken; `view` says why, and what to do."""

    def __init__(self, view: discord.ui.LayoutView) -> None:
        super().__init__("a question is not taken")
        self.view = view


@dataclass(frozen=True, slots=True)
class Place:
    """Who asks, and where: `parent` is the channel that a thread belongs to, `can_thread` whether the bot may begin one
    there, `preferences` the server's."""

    user: int
    guild: int | None
    channel: int
    parent: int | None = None
    can_thread: bool = False
    preferences: Preferences = field(default_factory=Preferences)

    @property
    def threads(self) -> bool:
        return self.can_thread and self.preferences.threads


class Asking:
    """Takes a question or refuses it, has it answered and rendered."""

    def __init__(self, bot: Footnote, *, fairness: Fairness) -> None:
        self.bot = bot
        self._fairness = fairness

    async def place(self, source: discord.Interaction[Any] | discord.Message) -> Place:
        """Where an interaction or a message came from."""
        user = source.user if isinstance(source, discord.Interaction) else source.author
        guild = source.guild_id if isinstance(source, discord.Interaction) else source.guild and source.guild.id
        channel = source.channel
        return Place(
            user=user.id,
            guild=guild,
            channel=channel.id if channel else 0,
            parent=channel.parent_id if isinstance(channel, discord.Thread) else None,
            can_thread=isinstance(channel, discord.TextChannel) and _may_begin_thread(source),
            preferences=await self.bot.preferences(guild),
        )

    @contextlib.contextmanager
    def admitted(self, question: str, place: Place) -> Iterator[None]:
        """Around an answer. Raises Refused, before anything is waited for."""
        if refusal := _unfit(question):
            raise Refused(render.notice(refusal))
        if place.guild is not None and not place.preferences.answer_in(place.channel, place.parent):
            raise Refused(render.elsewhere(place.preferences.channels))
        cooldown = place.preferences.cooldown
        if refusal := self._fairness.refusal(place.user, place.guild, user_seconds=cooldown):
            raise Refused(render.notice(refusal))
        with self.bot.owing_a_reply(), self._fairness.asking(place.user):
            yield

    async def view(
        self, question: str, place: Place, *, after: str = "", alone: bool = False, shown: bool = False
    ) -> discord.ui.LayoutView:
        """The answer as a message; `after` is the id of the answer that the question follows, `alone` says that it
        follows nothing, `shown` that the question stands above its answer."""
        kept = await self.bot.reply(question, place, after=after, alone=alone)
        return render.answer(kept.answer, asked=question if shown else "", answer_id=kept.id, threads=place.threads)


def _may_begin_thread(source: discord.Interaction[Any] | discord.Message) -> bool:
    """Whether the bot may, by what Discord says of it there."""
    if isinstance(source, discord.Interaction):
        return source.app_permissions.create_public_threads and source.is_guild_integration()
    member = source.guild.me if source.guild else None
    channel = source.channel
    return (
        member is not None
        and isinstance(channel, discord.TextChannel)
        and channel.permissions_for(member).create_public_threads
    )


def _unfit(question: str) -> str:
    """Why this is no question that can be taken; empty if it is one."""
    if not fold(question):
        return HOW_TO
    if len(question) > LONGEST_QUESTION:
        return (
            f"That is {len(question):,} characters long, and I read at most {LONGEST_QUESTION}. "
            "Please ask it in a sentence or two."
        )
    return ""
