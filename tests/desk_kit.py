"""A desk over a real journal, and a client on a wire with the cogs that stand at it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands

from bot.access import Moderators
from bot.cogs.gaps import Gaps
from bot.cogs.privacy import Privacy
from bot.cogs.settings import ServerSettings
from bot.cogs.stats import Stats
from bot.preferences import Preferences
from bot.press import Press
from bot.rights import Rights
from index.journal import Journal
from index.types import Gap, Theme
from tests.discord_payloads import LISTED, MODERATOR_ROLE, UNLISTED, Guild, User
from tests.fakes import FakeLibrary, make_abstention, make_answer, make_citation
from tests.wire import Wire, connected

__all__ = ["MODERATORS", "DeskLibrary", "at_the_desk"]

MODERATORS = Moderators(guilds=frozenset({int(LISTED.id)}), roles=frozenset({int(MODERATOR_ROLE)}))
BEGUN = datetime(2025, 4, 5, 12, 0, tzinfo=UTC)


class KeptJournal(Journal):
    keep_days = 30


class FakeDesk:
    """Gaps that begin with the same word are one theme."""

    def __init__(self, journal: KeptJournal) -> None:
        self.journal = journal

    def themes(self, guild: int | None, *, everywhere: bool = False) -> tuple[Theme, ...]:
        by_word: dict[str, list[Gap]] = {}
        for gap in self.journal.gaps(guild, everywhere=everywhere):
            by_word.setdefault(gap.question.split()[0], []).append(gap)
        return tuple(Theme(tuple(gaps), self._nearest(gaps[0])) for gaps in by_word.values())

    def _nearest(self, gap: Gap) -> Any:
        kept = self.journal.answered(gap.ids[0])
        return kept.citations[:2] if kept else ()


class DeskLibrary(FakeLibrary):
    """A library with a desk; `now` is what the journal's clock says, a second later at every look."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.now = BEGUN
        self.desk: Any = FakeDesk(KeptJournal(folder / "journal.db", clock=self._tick))

    @property
    def journal(self) -> Journal:
        return self.desk.journal

    def silent(self, question: str, *, user: User | None = None, guild: Guild | None = LISTED) -> str:
        """A question asked in vain; the id of its answer."""
        return self._asked(make_abstention(make_citation(), question=question), user, guild)

    def answered(self, question: str, *, user: User | None = None, guild: Guild | None = LISTED) -> str:
        """A question that was answered, in 8.1 ms; the id of its answer."""
        return self._asked(make_answer(question=question), user, guild)

    def _asked(self, answer: Any, user: User | None, guild: Guild | None) -> str:
        who = int((user or User.new()).id)
        return self.journal.record(answer, user=who, guild=int(guild.id) if guild else None, channel=1)

    def _tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class Presses(commands.Cog):
    """Gives a press to the cog that has its action."""

    def __init__(self, bot: Any) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.type is discord.InteractionType.component:
            press = Press.read(str(interaction.data["custom_id"]))  # type: ignore[index, call-overload]
            assert press is not None
            cog = next(cog for cog in self.bot.cogs.values() if press.action in getattr(cog, "actions", {}))
            await cog.actions[press.action](interaction, press)


@asynccontextmanager
async def at_the_desk(library: DeskLibrary, folder: Path, **changes: Any) -> AsyncIterator[Wire]:
    """A client with the cogs of the desk, as far as it has not got them itself."""
    async with connected(library, folder, **({"moderators": MODERATORS} | changes)) as wire:
        bot = wire.bot
        if not hasattr(bot, "forget_preferences"):
            _remember_preferences(bot)
        rights = Rights(bot, MODERATORS)
        if bot.get_cog("Gaps") is None:
            await bot.add_cog(Presses(bot))
            await bot.add_cog(Gaps(bot, rights=rights))
            await bot.add_cog(Stats(bot, rights=rights))
            await bot.add_cog(Privacy(bot))
            await bot.add_cog(ServerSettings(bot, rights=rights, usual_cooldown=3.0))
        wire.receive("GUILD_CREATE", wire.state.guild_create(UNLISTED))
        yield wire


def _remember_preferences(bot: Any) -> None:
    kept: dict[int, Preferences] = {}

    async def preferences(guild: int) -> Preferences:
        if guild not in kept:
            kept[guild] = Preferences.stored(bot.library.desk.journal.settings(guild))
        return kept[guild]

    bot.preferences = preferences
    bot.forget_preferences = lambda guild: kept.pop(guild, None)
