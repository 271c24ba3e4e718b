"""The services over a real journal and snapshots of one document, without the engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.conversation.service import ConversationService
from index.domain.answers import Answer, Citation, SourceChange
from index.domain.documents import Document, DocumentEntry
from index.domain.errors import LibraryError
from index.domain.generation import WritingRequest
from index.domain.ports import Vectors
from index.domain.sources import SourceFile
from index.journal.gap_review import GapReview
from index.journal.journal import Journal
from index.parsing.documents import parse
from index.retrieval.texts import entry_of
from index.suggestions.completion import QuestionCompleter
from index.viewer.service import SourceViewer
from tests.support.index_fakes import CredulousChecker, word_vector
from tests.support.journals import ANN, CHANNEL, GUILD

WINDOW = "What is the context window of Scout?"
MAVERICK = f"{WINDOW} and Maverick?"
QUOTE = "Scout has a window of ten million tokens."
TEXT = f"# Models\n\nThere are models.\n\n{QUOTE}\n\nThe end.\n"


def document(text: str, source: str = "a.md") -> dict[str, Document]:
    return {source: parse(SourceFile(source, text.encode()))}


class Sources:
    """Snapshots of one document, of which the newest is live.

    `known` maps questions to the words that answer them; a question that is not known is read after the last one before
    it. `near` are the passages near any question, `on_disk` how its file changed since. `asked` are the questions that
    were asked, `before` those that each follows, `writings` how each
    is to be written.
    """

    def __init__(self, **snapshots: str) -> None:
        self.kept: dict[str, dict[str, Document]] = {name: document(text) for name, text in snapshots.items()}
        self.live = list(snapshots)[-1]
        self.known = {WINDOW: QUOTE, MAVERICK: "The end."}
        self.near: list[str] = []
        self.asked: list[str] = []
        self.before: list[tuple[str, ...]] = []
        self.writings: list[WritingRequest | None] = []
        self.suggested: tuple[str, ...] = ()
        self.refusal: LibraryError | None = None
        self.on_disk = SourceChange.NONE

    def ask(self, question: str, before: Sequence[str] = (), writing: WritingRequest | None = None) -> Answer:
        self.asked.append(question)
        self.writings.append(writing)
        self.before.append(tuple(before))
        if self.refusal:
            raise self.refusal
        together = " ".join([*before[-1:], question])
        text = question if question in self.known else together
        if text not in self.known:
            return self.silence(question)
        read_as = text if text != question else ""
        citations = (self.cite(self.known[text]),)
        return Answer(question, "x", citations, 0.9, False, self.live, "fake", read_as=read_as)

    def nearest(self, question: str, count: int) -> Answer:
        self.asked.append(question)
        cited = [self.cite(quote, number) for number, quote in enumerate(self.near[:count], 1)]
        return replace(self.silence(question), citations=tuple(cited))

    def silence(self, question: str) -> Answer:
        return Answer(question, "The sources don't say.", (), 0.1, True, self.live, "fake")

    def cite(self, quote: str, number: int = 1) -> Citation:
        text = self.kept[self.live]["a.md"].text if self.live in self.kept else ""
        start = max(text.find(quote), 0)
        return Citation(number, "a.md", "A", "Models", start, start + len(quote), quote, 0.5, None, quote)

    def vectors(self, questions: Sequence[str]) -> list[Vectors]:
        if self.refusal:
            raise self.refusal
        return [word_vector(question.split()[-1]) for question in questions]

    def live_id(self) -> str:
        return self.live

    def suggestions(self) -> Sequence[str]:
        return self.suggested

    def documents(self, snapshot: str) -> Mapping[str, Document] | None:
        return self.kept.get(snapshot)

    def entries(self, snapshot: str) -> Sequence[DocumentEntry]:
        return [entry_of(document, (), 0) for document in (self.kept.get(snapshot) or {}).values()]

    def change(self, document: Document) -> SourceChange:
        return self.on_disk

    def original(self, document: Document) -> bytes | None:
        return document.text.encode()

    def rebuild(self, name: str, text: str | None) -> None:
        """A newer snapshot, of this text; without one the source is gone."""
        self.kept[name] = document(text) if text is not None else document("Else.", "b.md")
        self.live = name


@dataclass
class Services:
    """All that a library does with answers, over the same engine and journal."""

    journal: Journal
    conversation: ConversationService
    viewer: SourceViewer
    gaps: GapReview
    suggestions: QuestionCompleter


def services_over(engine: Sources, journal: Journal) -> Services:
    return Services(
        journal=journal,
        conversation=ConversationService(engine=engine, journal=journal),
        viewer=SourceViewer(engine=engine, journal=journal, files=engine),
        gaps=GapReview(engine=engine, journal=journal, checker=CredulousChecker),
        suggestions=QuestionCompleter(engine=engine, journal=journal),
    )


def reply(services: Services, question: str, **options: Any) -> Any:
    return services.conversation.reply(question, **{"user": ANN, "guild": GUILD, "channel": CHANNEL} | options)


def read_as(services: Services, question: str, **options: Any) -> str:
    answer = reply(services, question, **options)
    assert answer.answer.question == question
    return str(answer.answer.read_as)


def lacking(services: Services, *questions: str, **options: Any) -> list[str]:
    return [reply(services, question, alone=True, **options).id for question in questions]
