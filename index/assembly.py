"""The assembly of a library from its parts, whatever engines they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from index.engine import QueryEngine
from index.generation.budgets import GenerationMonitor
from index.indexing.build_rules import NO_RULES, BuildRules
from index.indexing.reindexer import Reindexer
from index.journal.gap_review import GapReview
from index.journal.journal import Journal
from index.library import Library
from index.snapshots.replication import LOCAL_ONLY, Replication
from index.snapshots.serving import LiveIndex
from index.snapshots.store import SnapshotStore
from index.sources.reader import SourceReader
from index.sources.uploads import UploadedSources

if TYPE_CHECKING:
    from index.answering.answerer import Answerer
    from index.domain.ports import ClaimChecker, Embedder, Generator, StageObserver
    from index.generation.writer import Writer
    from index.indexing.indexer import Indexer
    from index.snapshots.loader import SnapshotLoader

__all__ = ["assemble"]


def assemble(
    *,
    model: str,
    snapshots: SnapshotStore,
    reader: SourceReader,
    sources: UploadedSources,
    journal: Journal,
    embedder: Callable[[], Embedder],
    answerer: Callable[[Embedder], Answerer],
    indexer: Callable[[Embedder], Indexer],
    loader: Callable[[Embedder], SnapshotLoader],
    keep: int,
    checker: Callable[[], ClaimChecker],
    generation: GenerationMonitor | None = None,
    generator: Generator | None = None,
    writer: Callable[[Answerer], Writer] | None = None,
    observe: StageObserver | None = None,
    rules: BuildRules = NO_RULES,
    replication: Replication = LOCAL_ONLY,
) -> Library:
    """Return a library of these parts.

    `embedder` loads the model and is called once, when it is first needed; `answerer`, `indexer` and `loader` make,
    for the loaded model, what answers from snapshots, builds them and loads them. `keep` counts the live snapshot too.
    `checker` opens the model that compares questions of gaps.
    `generation` tells of the language model `generator`, and `writer` makes what writes by it; None without.
    `observe` is told how long the stages of each answer take. `rules` hold for the builds of this index.
    `replication` keeps its snapshots and sources the same as other machines'.
    """
    # Imported here: they load scipy and rapidfuzz, half a second that `--help` need not wait for.
    from index.conversation.service import ConversationService
    from index.suggestions.completion import QuestionCompleter
    from index.viewer.service import SourceViewer

    live = LiveIndex(snapshots=snapshots, model=model)
    engine = QueryEngine(
        snapshots=snapshots,
        live=live,
        embedder=embedder,
        answerer=answerer,
        loader=loader,
        writer=writer,
        observe=observe,
    )
    gaps = GapReview(engine=engine, journal=journal, checker=checker)
    return Library(
        model=model,
        engine=engine,
        live=live,
        snapshots=snapshots,
        reader=reader,
        reindexer=Reindexer(
            engine=engine,
            sources=reader,
            snapshots=snapshots,
            live=live,
            indexer=indexer,
            gaps=gaps,
            journal=journal,
            keep=keep,
            rules=rules,
            replication=replication,
        ),
        conversation=ConversationService(engine=engine, journal=journal),
        viewer=SourceViewer(engine=engine, journal=journal, files=reader.files),
        gaps=gaps,
        suggestions=QuestionCompleter(engine=engine, journal=journal),
        sources=sources,
        journal=journal,
        generation=generation,
        generator=generator,
        replication=replication,
    )
