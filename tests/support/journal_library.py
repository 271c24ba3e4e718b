"""A library with a history of questions, and a client on a wire for its moderators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.policy.moderators import Moderators
from bot.policy.rate_limits import Limits
from index import Corpora
from tests.support.discord.payloads import LISTED, MODERATOR_ROLE, UNLISTED, Guild, User
from tests.support.discord.wire import Wire, connected
from tests.support.fakes import FakeLibrary
from tests.support.makers import make_abstention, make_answer, make_citation

__all__ = ["MODERATORS", "JournalLibrary", "connected_with_moderators"]

MODERATORS = Moderators(guilds=frozenset({int(LISTED.id)}), roles=frozenset({int(MODERATOR_ROLE)}))
BEGUN = datetime(2025, 4, 5, 12, 0, tzinfo=UTC)


class JournalLibrary(FakeLibrary):
    """A library with what was asked before; `now` is what the journal's clock says, a second later at every look."""

    def __init__(self, folder: Path) -> None:
        self.now = BEGUN
        super().__init__(folder=folder, clock=self._tick)

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


@asynccontextmanager
async def connected_with_moderators(
    library: JournalLibrary | Corpora, folder: Path, **changes: Any
) -> AsyncIterator[Wire]:
    """A client in two servers, one of them listed."""
    usual = {"moderators": MODERATORS, "limits": Limits(user_seconds=3.0)}
    async with connected(library, folder, **(usual | changes)) as wire:
        wire.receive("GUILD_CREATE", wire.state.guild_create(UNLISTED))
        yield wire
