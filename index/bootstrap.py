"""Composition root: the one place that names concrete engines."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, TypedDict, TypeVar

from index.assembly import assemble
from index.corpora.building import ServerBuilds
from index.corpora.corpora import Corpora, ServerCollections
from index.corpora.quotas import MEGABYTE, Quotas, ServerUploads
from index.corpora.sources import ServerSources
from index.embedding.thread_pools import wait_passively
from index.generation.budgets import GenerationMonitor, TokenBudgets, TokenLimits
from index.generation.opening import open_generator
from index.indexing.build_rules import NO_RULES, BuildRules
from index.journal.journal import Journal
from index.library import Library
from index.objects.opening import open_store
from index.settings import BUNDLED_READER, Settings
from index.snapshots.files import KEYWORD
from index.snapshots.replication import LOCAL_ONLY, LOCAL_SERVERS, Replication, ServerReplication
from index.snapshots.store import SnapshotStore
from index.sources.reader import SourceReader
from index.sources.uploads import UploadedSources
from index.sources.web import WebSources
from index.storage.server_folders import ServerFolders

if TYPE_CHECKING:
    from pathlib import Path

    from index.answering.answerer import Answerer
    from index.domain.coordination import Coordinator
    from index.domain.ports import ClaimChecker, Embedder, Generator, Reader, StageObserver
    from index.generation.writer import Writer
    from index.indexing.indexer import Indexer
    from index.retrieval.opening import Engines
    from index.snapshots.loader import SnapshotLoader

__all__ = ["open_checker", "open_coordinator", "open_corpora", "open_journal", "open_library"]

T = TypeVar("T")

COORDINATION_FOLDER = "coordination"
"""The folder below INDEX_DIR by which processes coordinate."""

FETCHED = "fetched"
"""The folder below INDEX_DIR of pages fetched from the web."""


def open_library(settings: Settings, *, observe: StageObserver | None = None) -> Library:
    """Return a library ready to load; it opens nothing yet, so that a caller can answer before the model is there.

    `observe` is told how long the stages of each answer take.
    """
    return open_corpora(settings, observe=observe).shared


def open_corpora(settings: Settings, *, observe: StageObserver | None = None) -> Corpora:
    """Return the shared library and, if SERVER_SOURCES is on, what opens those of servers; they share the models."""
    for name in ("faiss", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.WARNING)  # at INFO they log at every start how they loaded
    wait_passively()
    reader = cache(lambda: _reader(settings.reader_model))

    @_once
    def embedder() -> Embedder:
        from index.embedding.opening import open_embedder

        local = open_embedder(settings.embedding_model)
        if not settings.embedding_url:
            return local
        from index.embedding.served_embedder import ServedEmbedder

        return ServedEmbedder(local, settings.embedding_url, settings.embedding_api_key.get_secret_value())

    def answerer(snapshots: SnapshotStore, embedder: Embedder) -> Answerer:
        from index.answering.answerer import Answerer
        from index.answering.summariser import Summariser
        from index.embedding.onnx_embedder import BUNDLED
        from index.reading.calibration import UNCALIBRATED, Calibration, threshold
        from index.reading.intents import load_intents
        from index.reading.windows_reader import WindowsReader
        from index.retrieval.retriever import Retriever
        from index.snapshots.changes import KeptChanges

        bundled = settings.reader_model.lower() == BUNDLED_READER
        calibration = Calibration.load() if bundled else UNCALIBRATED
        return Answerer(
            embedder=embedder,
            retriever=Retriever(),
            reader=WindowsReader(reader()),
            calibration=calibration,
            threshold=threshold(calibration.curve, settings.max_wrong),
            intents=load_intents() if embedder.name == BUNDLED else None,
            summariser=Summariser(changes=KeptChanges(snapshots)),
            observe=observe,
        )

    store_url = settings.store_url.get_secret_value()

    @cache
    def chosen_engines(shared: bool) -> Engines:
        from index.retrieval.opening import open_engines

        return open_engines(store_url if shared else "", settings.index_dir)

    def engines(snapshots: SnapshotStore) -> Engines:
        """Return the engines of an index: those of STORE_URL for the shared one, files for those of servers."""
        return chosen_engines(snapshots.root == settings.index_dir)

    def make_live(folder: Path) -> None:
        if store_url and (switch := engines(snapshots).make_live):
            switch(folder / KEYWORD)

    def indexer(snapshots: SnapshotStore, embedder: Embedder) -> Indexer:
        from index.indexing.indexer import Indexer
        from index.indexing.ray_cluster import RayCluster
        from index.parsing.pool import parse_in_parallel

        cluster = RayCluster(settings.ray_address) if settings.ray_address else None
        return Indexer(
            snapshots=snapshots,
            embedder=embedder,
            vectors=engines(snapshots).vectors,
            keywords=engines(snapshots).keywords,
            seconds=settings.extract_seconds,
            parse=cluster.parse if cluster else parse_in_parallel,
            remote=None if settings.embedding_url else cluster,
        )

    def loader(snapshots: SnapshotStore, embedder: Embedder) -> SnapshotLoader:
        from index.snapshots.loader import SnapshotLoader

        chosen = engines(snapshots)
        return SnapshotLoader(snapshots=snapshots, embedder=embedder, vectors=chosen.vectors, keywords=chosen.keywords)

    checker = _once(open_checker)
    journal = open_journal(settings)
    limits = TokenLimits(settings.llm_daily_tokens, settings.llm_server_tokens, settings.llm_user_tokens)
    budgets = TokenBudgets(stored=journal.tokens, limits=limits)
    max_bytes = int(settings.max_source_mb * 1_000_000)
    web = WebSources(settings.index_dir / FETCHED, allowed=settings.fetch_allow_hosts, max_bytes=max_bytes)
    writing = _writing(settings, budgets, checker)

    def library(
        snapshots: SnapshotStore,
        reader: SourceReader,
        sources: UploadedSources,
        journal: Journal = journal,
        rules: BuildRules = NO_RULES,
        replication: Replication = LOCAL_ONLY,
    ) -> Library:
        return assemble(
            model=settings.embedding_model,
            snapshots=snapshots,
            reader=reader,
            sources=sources,
            journal=journal,
            embedder=embedder,
            answerer=partial(answerer, snapshots),
            indexer=partial(indexer, snapshots),
            loader=partial(loader, snapshots),
            keep=settings.keep_snapshots,
            checker=checker,
            observe=observe,
            rules=rules,
            replication=replication,
            **writing,
        )

    snapshots = SnapshotStore(settings.index_dir, switched=make_live)
    sources = SourceReader(settings.seeds_dir, max_bytes=max_bytes, web=web)
    uploads = UploadedSources(settings.seeds_dir, max_bytes=max_bytes, seconds=settings.extract_seconds)
    folders = ServerFolders(settings.servers_dir)
    replication, replications = _replications(settings, snapshots, journal, folders)
    shared = library(snapshots, sources, uploads, replication=replication)
    if not settings.server_sources:
        return Corpora(shared)
    quotas = Quotas(
        files=settings.server_sources_files,
        bytes=int(settings.server_sources_mb * MEGABYTE),
        passages=settings.server_sources_passages,
    )

    def open_server(guild: int, journal: Journal, drop: Callable[[], None]) -> Library:
        own = SnapshotStore(folders.index(guild))
        seconds = settings.extract_seconds
        files = ServerUploads(folders.sources(guild), quotas=quotas, max_bytes=max_bytes, seconds=seconds)
        merged = ServerSources(folders.sources(guild), max_bytes=max_bytes, shared=sources)
        rules = ServerBuilds(
            own=own, shared=None if store_url else snapshots, names=files.names, quotas=quotas, drop=drop
        )
        return library(own, merged, files, journal, rules, replications.of(guild))

    servers = ServerCollections(
        folders=folders,
        quotas=quotas,
        open=open_server,
        most_loaded=settings.server_libraries,
        grace=timedelta(days=settings.server_keep_days),
        replication=replications,
        one_journal=bool(settings.database_url.get_secret_value()),
    )
    return Corpora(shared, servers)


def open_journal(settings: Settings) -> Journal:
    """Return the journal in the file or the database of the settings; it is opened when it is used."""
    if url := settings.database_url.get_secret_value():
        from index.journal.postgres import PostgresDatabase

        return Journal(PostgresDatabase(url), keep_days=settings.keep_questions_days)
    return Journal(settings.journal_file, keep_days=settings.keep_questions_days)


def open_coordinator(settings: Settings) -> Coordinator:
    """Return what coordinates the processes that share an index; nothing is opened before it is used."""
    if url := settings.database_url.get_secret_value():
        from index.coordination.postgres import PostgresCoordinator

        return PostgresCoordinator(url)
    from index.coordination.files import FileCoordinator

    return FileCoordinator(settings.index_dir / COORDINATION_FOLDER)


def open_checker() -> ClaimChecker:
    """Return the bundled checker of claims, which has a model of its own, whatever READER_MODEL is."""
    from index.checking.claim_checker import FOLDER, ClaimWeights, TrainedChecker
    from index.reading.onnx_reader import OnnxReader

    wait_passively()
    return TrainedChecker(OnnxReader(FOLDER), ClaimWeights.load())


class _Writing(TypedDict, total=False):
    """What a library needs in order to write; empty without a language model."""

    generation: GenerationMonitor
    generator: Generator
    writer: Callable[[Answerer], Writer]


def _writing(settings: Settings, budgets: TokenBudgets, checker: Callable[[], ClaimChecker]) -> _Writing:
    """Return what writes answers by the language model of LLM_BASE_URL; nothing is asked yet."""
    generator = open_generator(settings)
    if generator is None:
        return {}

    def writer(answerer: Answerer) -> Writer:
        from index.checking.claim_checker import ENTAILED
        from index.checking.unsupported import unsupported
        from index.generation.grounding import Grounder
        from index.generation.writer import Writer

        generator.prepare()
        return Writer(
            generator=generator,
            grounder=Grounder(checker(), least=ENTAILED, unsupported=unsupported),
            answerer=answerer,
            timeout=settings.llm_timeout,
            max_tokens=settings.llm_max_tokens,
            budgets=budgets,
        )

    monitor = GenerationMonitor(
        model=lambda: generator.name, budgets=budgets, paused_until=lambda: generator.paused_until
    )
    return {"generation": monitor, "generator": generator, "writer": writer}


def _once(make: Callable[[], T]) -> Callable[[], T]:
    """Return what calls `make` once for all threads, and again only if that failed."""
    lock, made = threading.Lock(), cache(make)

    def get() -> T:
        with lock:
            return made()

    return get


def _replications(
    settings: Settings, snapshots: SnapshotStore, journal: Journal, folders: ServerFolders
) -> tuple[Replication, ServerReplication]:
    """Return what shares the index, and those of servers, by the object storage of OBJECTS_URL, if there is one."""
    store = open_store(settings)
    if store is None:
        return LOCAL_ONLY, LOCAL_SERVERS
    from index.indexing.build_lock import LOCK_NAME, BuildLock
    from index.indexing.progress import ReindexProgress, ReindexRequest
    from index.objects.replica import Replica
    from index.objects.servers import ServerReplicas
    from index.objects.sources import SharedSources

    def lock(index: Path) -> AbstractContextManager[None]:
        return BuildLock(index / LOCK_NAME).hold(ReindexProgress([ReindexRequest()]))

    coordinator = open_coordinator(settings)
    shared = Replica(
        store=store,
        snapshots=snapshots,
        sources=SharedSources(store, seeds=settings.seeds_dir, fetched=settings.index_dir / FETCHED),
        lock=partial(lock, snapshots.root),
        keep=settings.keep_snapshots,
        cited=journal.cited_snapshots,
        coordinator=coordinator,
    )
    servers = ServerReplicas(
        store=store,
        folders=folders,
        lock=lock,
        keep=settings.keep_snapshots,
        cited=journal.cited_snapshots,
        shared=snapshots,
        coordinator=coordinator,
    )
    return shared, servers


def _reader(model: str) -> Reader:
    """Return the reader that READER_MODEL names."""
    if model.lower() == BUNDLED_READER:
        from index.reading.onnx_reader import OnnxReader

        return OnnxReader()
    from index.reading.span_model import SpanModelReader

    return SpanModelReader(model)
