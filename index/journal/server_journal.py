"""The journal as one server sees it, or direct messages: what belongs to another place is unknown there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from index.domain.activity import NOBODY, Scope
from index.journal.journal import Journal

if TYPE_CHECKING:
    from datetime import datetime

    from index.domain.activity import (
        AskedQuestion,
        AuditEntry,
        Day,
        Gap,
        JournalEntry,
        PeriodCounts,
        VoteCount,
    )

__all__ = ["ServerJournal"]


class ServerJournal(Journal):
    """The same file and key as another journal's, limited to the answers of one place.

    In a server, scopes and the audit are limited to it. In direct messages, of `guild` None, only the ids of answers
    are: a scope of everywhere is the bot's owner's there.
    """

    def __init__(self, journal: Journal, guild: int | None) -> None:
        vars(self).update(vars(journal))
        self._guild = guild

    def entry(self, answer_id: str) -> JournalEntry | None:
        entry = super().entry(answer_id)
        return entry if entry and entry.guild == self._guild else None

    def begin_thread(self, thread_channel: int, answer_id: str) -> None:
        if self._owns(answer_id):
            super().begin_thread(thread_channel, answer_id)

    def vote(self, answer_id: str, *, user: int, helpful: bool) -> VoteCount | None:
        return super().vote(answer_id, user=user, helpful=helpful) if self._owns(answer_id) else None

    def explain(self, answer_id: str, *, user: int, reason: str) -> bool:
        return self._owns(answer_id) and super().explain(answer_id, user=user, reason=reason)

    def count_votes(self, answer_id: str) -> VoteCount:
        return super().count_votes(answer_id if self._owns(answer_id) else "")

    def report(self, answer_id: str, *, user: int) -> bool:
        return self._owns(answer_id) and super().report(answer_id, user=user)

    def solve(self, ids: Iterable[str], *, user: int | None) -> int:
        return super().solve([each for each in ids if self._guild is None or self._owns(each)], user=user)

    def gaps(self, scope: Scope) -> tuple[Gap, ...]:
        return super().gaps(self._within(scope))

    def helpful(self, scope: Scope, limit: int) -> tuple[str, ...]:
        return super().helpful(self._within(scope), limit)

    def questions(self, scope: Scope, limit: int, *, skip: int = 0, voted: bool = False) -> tuple[AskedQuestion, ...]:
        return super().questions(self._within(scope), limit, skip=skip, voted=voted)

    def days(self, days: int, scope: Scope) -> tuple[Day, ...]:
        return super().days(days, self._within(scope))

    def period(self, guild: int, since: datetime, until: datetime) -> PeriodCounts:
        return super().period(guild if self._guild is None else self._guild, since, until)

    def settings(self, guild: int) -> dict[str, str]:
        return super().settings(guild) if self._guild in (None, guild) else {}

    def audit_entries(
        self, limit: int, *, before: int | None = None, origin: str | None = None, skip: int = 0
    ) -> tuple[AuditEntry, ...]:
        own = origin if self._guild is None else str(self._guild)
        return super().audit_entries(limit, before=before, origin=own, skip=skip)

    def _owns(self, answer_id: str) -> bool:
        return self.entry(answer_id) is not None

    def _within(self, scope: Scope) -> Scope:
        """Return what of a scope this place may see."""
        if self._guild is None:
            return scope
        return Scope(self._guild) if scope.everywhere or scope.guild == self._guild else NOBODY
