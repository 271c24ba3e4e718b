"""Summaries of all sources, of one, and of what is new in them since a moment, in the words of the sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Protocol

from index.answering._news import (
    by_section,
    list_names,
    new_windows,
    newest_sentences,
    removed_lines,
    rows_since,
)
from index.answering.quotations import cite_passage
from index.answering.summary import (
    MOST_SENTENCES,
    headline,
    key_sentences,
    named_document,
    newest_first,
    summarise,
)
from index.answering.verification import verify_citations
from index.domain.answers import NO_QUESTION, Answer, WrittenSentence
from index.domain.documents import DocumentEntry
from index.domain.errors import NoSuchMoment, NoSuchSource
from index.domain.messages import Message, join_sentences
from index.domain.ports import Vectors
from index.domain.reading import Window
from index.domain.snapshots import SourceChanges
from index.retrieval.search_index import SearchIndex
from index.text.moments import Moment, parse_moment
from index.text.names import matching_names

__all__ = ["GENERATOR", "Changes", "Summariser", "Summary"]

GENERATOR = "extractive"

MOST_NEW = 5_000
"""New passages that are looked at; all of them are counted."""

MOST_WINDOWS = 2_000
"""Windows from which a language model may write a summary: more than the longest context of any model in use takes."""


class Changes(Protocol):
    """What is known of earlier snapshots."""

    def since(self, moment: Moment, search_index: SearchIndex) -> SourceChanges:
        """Return what a snapshot holds that it did not at a moment. Raises LibraryError if that is not known."""

    def kept(self) -> str:
        """Return the ids of the newest kept snapshots, in words."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary in quotations, and the windows from which a language model may write another, the best first.

    `about` says what it is a summary of, `removed` what is no longer there: sentences that are shown with any summary.
    """

    answer: Answer
    windows: tuple[Window, ...] = ()
    about: str = ""
    removed: tuple[str, ...] = ()

    def with_removed(self, written: Answer) -> Answer:
        """Return a written summary with the sentences about what is no longer there."""
        if not written.sentences or not self.removed:
            return written
        added = tuple(WrittenSentence(sentence, ()) for sentence in self.removed)
        text = join_sentences([written.text, *self.removed])
        return replace(written, text=text, sentences=(*written.sentences, *added))


def _now() -> datetime:
    return datetime.now(UTC)


class Summariser:
    """Summarises a snapshot. Without `changes` only the dates in the sources tell what is new."""

    def __init__(self, *, changes: Changes | None = None, clock: Callable[[], datetime] = _now) -> None:
        self._changes = changes
        self.clock = clock

    def summarise(self, search_index: SearchIndex, *, source: str = "", since: str = "") -> Summary:
        """Return the summary of all sources or of the one of this name, or what is new there.

        `since` is a date, a time as "last week", a part of a kept snapshot's id, or "the last reindex".

        Raises
        ------
        NoSuchSource, NoSuchMoment
            The message names those that there are.
        """
        document_id = self._find_source(search_index, source) if source.strip() else ""
        name = search_index.documents[document_id].source if document_id else ""
        if since.strip():
            moment = self._parse(since)
            question = Message("What is new since {since}?", since=moment.text)
            if name:
                question = Message("What is new in {source} since {since}?", source=name, since=moment.text)
            return self.news(search_index, question, moment, document_id)
        question = Message("Summary of {source}", source=name) if name else Message("Summary of all sources")
        if document_id:
            rows = self._key_sentences(search_index, document_id)
        else:
            rows = summarise(search_index.passages, search_index.vectors, search_index.entries)
        empty = Message("The sources hold no text to quote.")
        return self._summary(search_index, question, rows, document_id) or _nothing(search_index, question, empty)

    def of_request(self, search_index: SearchIndex, question: str, vector: Vectors) -> Summary | None:
        """Return the summary that a message asks for, of one document if it names one; None without a quotation."""
        named = named_document(search_index.entries, search_index.vectors, vector)
        rows = summarise(search_index.passages, search_index.vectors, search_index.entries, vector)
        return self._summary(search_index, question, rows, named.id if named else "")

    def news_of_request(self, search_index: SearchIndex, question: str, moment: Moment, vector: Vectors) -> Summary:
        """Return what is new since a moment, in one document if the message names it. Raises NoSuchMoment."""
        several = sum(1 for entry in search_index.entries if entry.rows) > 1
        named = named_document(search_index.entries, search_index.vectors, vector) if several else None
        return self.news(search_index, question, moment, named.id if named else "")

    def news(self, search_index: SearchIndex, question: str, moment: Moment, document_id: str = "") -> Summary:
        """Return what is new since a moment, the newest first, in all documents or one.

        That is what an earlier snapshot lacks, and if the moment is a time, what is dated since. What was removed is
        counted, not quoted: all quotations are of one snapshot.
        """
        if moment.time and moment.time > self.clock():
            raise NoSuchMoment(Message("{since} is in the future: name a moment that is over.", since=moment.text))
        changes = self._changes.since(moment, search_index) if self._changes else SourceChanges()
        new = set(changes.added)
        if moment.time:
            day = moment.time.date()
            new.update(row for entry in search_index.entries for row in rows_since(entry, day))
        if document_id:
            new &= set(self._entry(search_index, document_id).rows)
        rows = sorted(new)
        groups = by_section(search_index, rows[:MOST_NEW])
        chosen = newest_sentences(search_index, groups)
        removed = () if document_id else removed_lines(changes)
        if not chosen:
            return _nothing(
                search_index,
                question,
                join_sentences([Message("Nothing is new since {since}.", since=moment.text), *removed]),
            )
        lead = Message("New or changed passages since {since}: {count}.", since=moment.text, count=len(rows))
        answer = self._answer(search_index, question, chosen, [lead, *removed])
        if answer is None:
            return _nothing(search_index, question, lead)
        windows = tuple(new_windows(search_index, groups))
        return Summary(answer, windows, f"what is new since {moment.text}", tuple(removed))

    def _parse(self, since: str) -> Moment:
        """Return the moment that a text names, which may also be any part of a kept snapshot's id."""
        if moment := parse_moment(since, self.clock()):
            return moment
        part = since.strip()
        kept = self._changes.kept() if self._changes else "-"
        if part in kept:
            return Moment(part, snapshot=part)
        raise NoSuchMoment(
            Message(
                "{since} is neither a date, such as 2025-04-05 or last week, nor a kept snapshot. Kept are {kept}.",
                since=repr(part),
                kept=kept,
            )
        )

    def _find_source(self, search_index: SearchIndex, typed: str) -> str:
        names = {entry.id: _names(entry) for entry in search_index.entries}
        matches = matching_names(typed, names)
        if len(matches) == 1:
            return matches[0]
        wanted = set(matches or names)
        listed = list_names(sorted(entry.source for entry in search_index.entries if entry.id in wanted))
        if matches:
            raise NoSuchSource(
                Message("{name} may be one of several sources: {names}.", name=repr(typed), names=listed)
            )
        raise NoSuchSource(Message("There is no source {name}. There are: {names}.", name=repr(typed), names=listed))

    def _key_sentences(self, search_index: SearchIndex, document_id: str) -> list[int]:
        rows = self._entry(search_index, document_id).rows
        return key_sentences(rows, search_index.passages, search_index.vectors, MOST_SENTENCES) if rows else []

    def _entry(self, search_index: SearchIndex, document_id: str) -> DocumentEntry:
        return next(entry for entry in search_index.entries if entry.id == document_id)

    def _summary(
        self, search_index: SearchIndex, question: str, rows: Sequence[int], document_id: str
    ) -> Summary | None:
        answer = self._answer(search_index, question, rows)
        if answer is None:
            return None
        about = search_index.documents[document_id].title if document_id else ""
        return Summary(answer, tuple(_windows(search_index, rows, document_id)), about)

    def _answer(
        self, search_index: SearchIndex, question: str, rows: Sequence[int], lead: Sequence[str] = ()
    ) -> Answer | None:
        """Return the quotations of rows, each document's behind its headline; None without any."""
        passages, documents = search_index.passages, search_index.documents
        cited = [cite_passage(passages[row], documents[passages[row].document_id], 0) for row in rows]
        citations = verify_citations(cited, search_index.by_source)
        if not citations:
            return None
        lines = list(lead)
        for document_id in dict.fromkeys(passages[row].document_id for row in rows):
            document = documents[document_id]
            own = [citation for citation in citations if citation.source == document.source]
            quoted = " ".join(f"{citation.shown} [{citation.number}]" for citation in own)
            lines.append(Message("{headline}: {quotations}", headline=headline(document), quotations=quoted))
        return Answer(
            question=question,
            text=join_sentences(lines),
            citations=citations,
            confidence=1.0,
            abstained=False,
            snapshot=search_index.id,
            generator=GENERATOR,
        )


def _windows(search_index: SearchIndex, rows: Sequence[int], document_id: str) -> list[Window]:
    """Return the windows with these rows, then the others of the document, or of all, the newest first."""
    order = dict.fromkeys(place for row in rows for place in search_index.windows_of(row))
    entries = [entry for entry in search_index.entries if document_id in ("", entry.id)]
    for entry in newest_first(entries):
        if len(order) >= MOST_WINDOWS:
            break
        order |= dict.fromkeys(search_index.windows.places(entry.rows))
    return [search_index.windows[place] for place in list(order)[:MOST_WINDOWS]]


def _nothing(search_index: SearchIndex, question: str, text: str) -> Summary:
    """Return an abstention that is no gap of the sources."""
    answer = Answer(
        question=question,
        text=text,
        citations=(),
        confidence=0.0,
        abstained=True,
        snapshot=search_index.id,
        generator=GENERATOR,
        why=NO_QUESTION,
    )
    return Summary(answer)


def _names(entry: DocumentEntry) -> list[str]:
    return [entry.source, PurePosixPath(entry.source).stem, entry.title]
