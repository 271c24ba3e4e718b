"""The source viewer: the source around a quotation, and further passages near a question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from index.domain.answers import Answer, Citation, SourceChange, SourcePage
from index.domain.documents import Document
from index.domain.evidence import EvidencePage, SourceTitle
from index.text.normalize import fix_mojibake
from index.viewer._evidence_page import evidence_page
from index.viewer._source_page import source_page

if TYPE_CHECKING:
    from index.domain.activity import JournalEntry
    from index.domain.ports import AnswerEngine, SourceFiles
    from index.journal.journal import Journal

__all__ = ["SourceViewer"]

MOST_FURTHER = 6
"""Passages shown to a reader who wants more than an answer has."""
CANDIDATES = 3 * MOST_FURTHER
"""Candidates for further passages; more than are shown, as the answer quotes some of them already."""


class SourceViewer:
    """Shows where recorded answers come from. Thread-safe if the engine and the journal are."""

    def __init__(self, *, engine: AnswerEngine, journal: Journal, files: SourceFiles) -> None:
        self._engine = engine
        self._journal = journal
        self._files = files

    def page(self, answer_id: str, number: int, page: int | None = None) -> SourcePage | None:
        """Return the source around a quotation, as it was in the answer's snapshot.

        If that snapshot is gone, the live source serves as long as the words still stand in it, else the words alone;
        the page names its snapshot. `page` counts from 1, by default it is the one with the quotation. Returns None
        if the answer, or a citation of that number, is unknown.
        """
        entry = self._journal.entry(answer_id)
        citations = entry.citations if entry else ()
        citation = next((citation for citation in citations if citation.number == number), None)
        if entry is None or citation is None:
            return None
        shown = self._page(entry, citation, page)
        return shown if entry.abstained else replace(shown, confidence=entry.confidence)

    def evidence(
        self, snapshot: str, source: str, place: tuple[int, int] = (0, 0), digest: str = ""
    ) -> EvidencePage | None:
        """Return a whole source as it was in a snapshot, with the characters at `place` marked; None if it is unknown.

        If the snapshot is gone, the live source is shown, and the words that `digest` stands for are marked where they
        stand there now.
        """
        live_id, live_documents = self._live_documents()
        documents = self._engine.documents(snapshot)
        current = (live_documents or {}).get(source)
        page = evidence_page(
            source,
            place,
            digest,
            snapshot=snapshot,
            documents=documents,
            live=live_id,
            # Without a live snapshot nothing is known of the source now: it counts as unchanged.
            live_documents=(documents or {}) if live_documents is None else live_documents,
        )
        return page and replace(page, change=self._change_on_disk(current, page.change) if current else page.change)

    def state(self, snapshot: str, source: str) -> tuple[str, bool, SourceChange]:
        """Return what `evidence` depends on beside its arguments.

        That is the live snapshot, whether the other one is kept, and whether the file of the live source changed.
        """
        live_id, live_documents = self._live_documents()
        current = (live_documents or {}).get(source)
        kept = snapshot == live_id or self._engine.documents(snapshot) is not None
        return live_id, kept, self._files.change(current) if current else SourceChange.NONE

    def titles(self) -> tuple[str, tuple[SourceTitle, ...]]:
        """Return the live snapshot's id and its sources by name; an empty id without one."""
        live_id, _ = self._live_documents()
        titles = (
            SourceTitle(each.source, fix_mojibake(each.title), each.url) for each in self._engine.entries(live_id)
        )
        return live_id, tuple(sorted(titles, key=lambda each: each.source))

    def original(self, source: str) -> bytes | None:
        """Return the bytes of a live source's file; None if there is no file, or another than was indexed."""
        document = (self._live_documents()[1] or {}).get(source)
        return self._files.original(document) if document else None

    def more(self, answer_id: str) -> Answer | None:
        """Return further passages near the question of an answer, without those that it quotes.

        They are the citations of an abstention; None if the answer is unknown.
        """
        entry = self._journal.entry(answer_id)
        if entry is None:
            return None
        nearest = self._engine.nearest(entry.read_as or entry.question, CANDIDATES)
        quotes = {citation.quote for citation in entry.citations}
        # A quotation may be several sentences joined: a sentence of it is nothing new.
        fresh = [citation for citation in nearest.citations if not any(citation.quote in quote for quote in quotes)]
        numbered = tuple(replace(citation, number=n) for n, citation in enumerate(fresh[:MOST_FURTHER], 1))
        return replace(nearest, question=entry.question, read_as=entry.read_as, citations=numbered)

    def _page(self, entry: JournalEntry, citation: Citation, page: int | None) -> SourcePage:
        live_id, live_documents = self._live_documents()
        document = (self._engine.documents(entry.snapshot) or {}).get(citation.source)
        # Without a live snapshot nothing is known of the source now: it counts as unchanged.
        current = document if live_documents is None else live_documents.get(citation.source)
        shown = self._known_page(entry, citation, page, document, current, live_id)
        return shown if current is None else replace(shown, change=self._change_on_disk(current, shown.change))

    def _known_page(
        self,
        entry: JournalEntry,
        citation: Citation,
        page: int | None,
        document: Document | None,
        current: Document | None,
        live_id: str,
    ) -> SourcePage:
        """Return the page as the snapshots know it; `document` is the source then, `current` the one that is live."""
        if document is not None and document.text[citation.start : citation.end] == citation.quote:
            return source_page(document, citation, snapshot=entry.snapshot, page=page, current=current)
        if current is not None and (moved := _relocate(citation, current)):
            moved_page = source_page(current, moved, snapshot=live_id, page=page, current=current)
            return replace(moved_page, change=SourceChange.NONE if moved == citation else SourceChange.CHANGED)
        return _quotation_page(
            citation, entry.snapshot, SourceChange.REMOVED if current is None else SourceChange.REWORDED
        )

    def _change_on_disk(self, current: Document, change: SourceChange) -> SourceChange:
        """Return how the source changed, its file since the last reindex included."""
        on_disk = self._files.change(current)
        # That the words are gone says more than that there is a newer file.
        return change if not on_disk or (change, on_disk) == (SourceChange.REWORDED, SourceChange.EDITED) else on_disk

    def _live_documents(self) -> tuple[str, Mapping[str, Document] | None]:
        """Return the live snapshot's id and its documents by source; None if there is none."""
        live_id = self._engine.live_id()
        documents = self._engine.documents(live_id)
        if documents is None and (newer := self._engine.live_id()) != live_id:  # a reindex removed the older meanwhile
            live_id, documents = newer, self._engine.documents(newer)
        return live_id, documents


def _relocate(citation: Citation, document: Document) -> Citation | None:
    """Return the citation at the place nearest to its own where its words stand now; None if they are gone."""
    words = r"\s+".join(map(re.escape, citation.quote.split()))
    matches = re.finditer(words, document.text)
    match = min(matches, key=lambda match: abs(match.start() - citation.start), default=None)
    return replace(citation, start=match.start(), end=match.end(), quote=match[0]) if match and match[0] else None


def _quotation_page(citation: Citation, snapshot: str, change: SourceChange) -> SourcePage:
    """Return a page of the quotation alone, as it was recorded with the answer."""
    words = " ".join(citation.shown.split())
    return SourcePage(
        source=citation.source,
        title=citation.title,
        section=citation.section,
        text=words,
        highlight=(0, len(words)),
        page=1,
        pages=1,
        snapshot=snapshot,
        change=change,
    )
