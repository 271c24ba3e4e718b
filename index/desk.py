"""What people do with answers: ask on, look into the source, vote, and see what the sources lack."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.conversation._rewriting import answer_in_context
from index.domain.activity import Gap, RecordedAnswer, Theme, Turn
from index.domain.answers import Answer, Citation, SourcePage
from index.domain.documents import Document
from index.domain.errors import JournalUnavailable, LibraryError
from index.journal._clustering import clustered
from index.suggestions.completion import suggest
from index.viewer._source_page import extract

if TYPE_CHECKING:
    from index.domain.ports import Progress, Vectors
    from index.journal.journal import Journal

__all__ = ["Desk"]

log = logging.getLogger(__name__)

FURTHER = 6
"""Passages shown to who wants more than an answer has."""
AMONG = 3 * FURTHER
"""Passages that these are taken from: some are quoted by the answer already, several at once."""
MOST_GAPS = 300
"""Open gaps that are grouped by meaning, newest first."""
MOST_ASKED_AGAIN = 60
"""Questions of open gaps that are asked again after a reindex, newest first."""
NEAREST = 2
"""Passages shown with a theme."""


class Desk:
    """Thread-safe where the library and the journal are.

    `ask` answers from the live snapshot, `nearest(question, most)` gives its nearest passages, `vectors` embeds
    questions, `live` names the live snapshot, empty where there is none, `documents` are those of a snapshot by source,
    None for one that is gone, and `known` are questions that the live snapshot answers.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        ask: Callable[[str], Answer],
        nearest: Callable[[str, int], Answer],
        vectors: Callable[[Sequence[str]], Sequence[Vectors]],
        live: Callable[[], str],
        documents: Callable[[str], Mapping[str, Document] | None],
        known: Callable[[], Sequence[str]],
    ) -> None:
        self.journal = journal
        self._ask = ask
        self._nearest = nearest
        self._vectors = vectors
        self._live = live
        self._documents = documents
        self._known = known

    def reply(
        self, question: str, *, user: int, guild: int | None, channel: int, after: str = "", alone: bool = False
    ) -> RecordedAnswer:
        """The answer, read in the light of the user's last turns in this channel, and written down.

        `after` is the id of the answer that the question follows, whoever asked for that; `alone` says that it follows
        nothing. An answer is not lost with the journal: without it the question stands alone, and the id is empty.
        """
        turns: Sequence[Turn] = ()
        try:
            turns = () if alone else self._turns(user, channel, after)
        except JournalUnavailable as error:
            log.warning("A question is read as it stands: %s", error)
        answer = answer_in_context(self._ask, question, turns)
        try:
            return RecordedAnswer(answer, self.journal.record(answer, user=user, guild=guild, channel=channel))
        except JournalUnavailable as error:
            log.warning("An answer is not written down: %s", error)
            return RecordedAnswer(answer, "")

    def extract(self, answer_id: str, number: int, page: int | None = None) -> SourcePage | None:
        """The source around a quotation of an answer, as it was in the answer's snapshot; None for an answer, or a
        quotation of it, that is not known.

        Of a snapshot that is gone the live source serves where the words still stand in it, else the words alone; the
        extract says which snapshot it is from.
        """
        kept = self.journal.answered(answer_id)
        cited = next((at for at in kept.citations if at.number == number), None) if kept else None
        if kept is None or cited is None:
            return None
        live, now = self._now()
        then = self._documents(kept.snapshot)
        document = (then or {}).get(cited.source)
        # Where nothing is live it is not known what became of the source: it is taken for unchanged.
        current = document if now is None else now.get(cited.source)
        if document is not None and document.text[cited.start : cited.end] == cited.quote:
            return extract(document, cited, snapshot=kept.snapshot, page=page, current=current)
        if current is not None and (moved := _found_again(cited, current)):
            found = extract(current, moved, snapshot=live, page=page, current=current)
            return replace(found, since="" if moved == cited else "changed")
        return _words_alone(cited, kept.snapshot, "removed" if current is None else "reworded")

    def more(self, answer_id: str) -> Answer | None:
        """Further passages near the question of an answer, those that it quotes left out; None for one not known."""
        kept = self.journal.answered(answer_id)
        if kept is None:
            return None
        found = self._nearest(kept.read_as or kept.question, AMONG)
        seen = {at.quote for at in kept.citations}
        # A quotation may be several sentences joined: a sentence of it is nothing new.
        fresh = [at for at in found.citations if not any(at.quote in quote for quote in seen)][:FURTHER]
        numbered = tuple(replace(at, number=place) for place, at in enumerate(fresh, 1))
        return replace(found, question=kept.question, read_as=kept.read_as, citations=numbered)

    def suggest(self, typed: str, *, guild: int | None) -> tuple[str, ...]:
        """Questions that complete what was typed, best first, 25 at most: those voted helpful in this server and those
        that the sources answer."""
        voted: Sequence[str] = ()
        try:
            voted = self.journal.helpful(guild, 50) if guild is not None else ()
        except JournalUnavailable as error:
            log.warning("Suggestions come from the sources alone: %s", error)
        return suggest(typed, list(dict.fromkeys([*voted, *self._known()])))

    def themes(self, guild: int | None, *, everywhere: bool = False) -> tuple[Theme, ...]:
        """The open gaps of a server, or of all, grouped by meaning; the theme with the newest first."""
        gaps = self.journal.gaps(guild, everywhere=everywhere)[:MOST_GAPS]
        try:
            groups = clustered(self._vectors([gap.question for gap in gaps])) if gaps else []
        except LibraryError as error:  # without a model each stands for itself
            log.warning("Gaps are not grouped: %s", error)
            groups = [[row] for row in range(len(gaps))]
        themes = [self._theme([gaps[row] for row in rows]) for rows in groups]
        return tuple(sorted(themes, key=lambda theme: theme.gaps[0].newest, reverse=True))

    def answered_for(
        self,
        readers: Sequence[tuple[int | None, bool]],
        *,
        progress: Progress | None = None,
        ask: Callable[[str], Answer] | None = None,
    ) -> list[tuple[str, ...]]:
        """Ask open gaps again, the newest questions of all servers, and mark as solved those that have an answer now.

        What is given are, for each of the readers (guild, everywhere), the questions that this server may see of them,
        or whoever sees everything. What was answered before and voted down stays open: an answer alone does not mend
        it. With `ask`, which answers from what is not live yet, nothing is solved: these would have an answer.
        """
        seen = [
            {one for gap in self.journal.gaps(guild, everywhere=everywhere) for one in gap.ids}
            for guild, everywhere in readers
        ]
        unanswered = [gap for gap in self.journal.gaps(None, everywhere=True) if self._never_answered(gap)]
        questions = list(dict.fromkeys(gap.question for gap in unanswered))[:MOST_ASKED_AGAIN]
        solved: list[Gap] = []
        try:
            for done, question in enumerate(questions, 1):
                if not (ask or self._ask)(question).abstained:
                    same = [gap for gap in unanswered if gap.question == question]
                    solved += [gap for gap in same if ask or self._solved(gap)]
                if progress:
                    progress("asking open gaps again", done, len(questions))
        except LibraryError as error:  # those before it are solved all the same
            log.warning("Not every open gap is asked again: %s", error)
        told = ((gap.question for gap in solved if not ids.isdisjoint(gap.ids)) for ids in seen)
        return [tuple(dict.fromkeys(questions)) for questions in told]

    def _never_answered(self, gap: Gap) -> bool:
        if gap.why == "unanswered":
            return True
        kept = (self.journal.answered(one) for one in gap.ids)
        return all(at is None or at.abstained for at in kept)

    def _solved(self, gap: Gap) -> bool:
        """Whether it was open still, and is solved now, by nobody in particular."""
        return self.journal.solve(gap.ids, user=None) > 0

    def _theme(self, gaps: Sequence[Gap]) -> Theme:
        newest_first = tuple(sorted(gaps, key=lambda gap: gap.newest, reverse=True))
        kept = self.journal.answered(newest_first[0].ids[0])
        return Theme(newest_first, kept.citations[:NEAREST] if kept else ())

    def _now(self) -> tuple[str, Mapping[str, Document] | None]:
        """The live snapshot's id and its documents by source; None where there is none."""
        live = self._live()
        found = self._documents(live)
        if found is None and (newer := self._live()) != live:  # a reindex came between, and took the older one away
            live, found = newer, self._documents(newer)
        return live, found

    def _turns(self, user: int, channel: int, after: str) -> tuple[Turn, ...]:
        if not after:
            return self.journal.turns(user, channel)
        turn = self.journal.turn(after)
        return (turn,) if turn else ()


def _found_again(cited: Citation, document: Document) -> Citation | None:
    """The quotation where its words stand now, of several places the nearest to its own; None where they do no more."""
    words = r"\s+".join(map(re.escape, cited.quote.split()))
    found = min(re.finditer(words, document.text), key=lambda at: abs(at.start() - cited.start), default=None)
    return replace(cited, start=found.start(), end=found.end(), quote=found[0]) if found and found[0] else None


def _words_alone(cited: Citation, snapshot: str, since: str) -> SourcePage:
    """A quotation whose document is no longer kept, as it was written down with the answer."""
    words = " ".join(cited.shown.split())
    return SourcePage(
        source=cited.source,
        title=cited.title,
        section=cited.section,
        text=words,
        bold=(0, len(words)),
        page=1,
        pages=1,
        snapshot=snapshot,
        since=since,
    )
