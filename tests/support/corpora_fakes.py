"""Libraries of servers on the fake engines: two servers with secret words of their own, and what all share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

from index.corpora.building import ServerBuilds
from index.corpora.corpora import Corpora, ServerCollections
from index.corpora.quotas import Quotas, ServerUploads
from index.corpora.sources import ServerSources
from index.domain.ports import Embedder, Generator
from index.indexing.build_lock import LOCK_NAME, BuildLock
from index.indexing.progress import ReindexProgress, ReindexRequest
from index.journal.journal import Journal
from index.library import Library
from index.objects.replica import Replica
from index.objects.servers import ServerReplicas
from index.objects.sources import SharedSources
from index.objects.store import ObjectStore
from index.snapshots.replication import LOCAL_ONLY, LOCAL_SERVERS
from index.snapshots.store import SnapshotStore
from index.sources.reader import SourceReader
from index.storage.server_folders import ServerFolders
from tests.support import index_fakes
from tests.support.index_fakes import WordEmbedder, write

__all__ = ["AMBER", "BIRCH", "QUOTAS", "SHARED_TEXT", "add", "corpora", "secret_text"]

AMBER, BIRCH = 111_111_111_111_111_111, 222_222_222_222_222_222
"""Two servers."""

QUOTAS = Quotas(files=5, bytes=100_000, passages=200)
MAX_BYTES = 1_000_000
SHARED_TEXT = "# Models\n\nThe context window of Scout holds ten million tokens.\n"


def corpora(
    folder: Path,
    *,
    quotas: Quotas = QUOTAS,
    most_loaded: int = 8,
    grace: timedelta = timedelta(days=30),
    embedder: Callable[[], Embedder] = WordEmbedder,
    enabled: bool = True,
    build: bool = True,
    store: ObjectStore | None = None,
    generator: Generator | None = None,
    **shared_files: str,
) -> Corpora:
    """Return the libraries below a folder; the shared one is built, from a.md unless other files are named.

    Without `build` they are what the folder holds already. With `store` they are those of a machine of several.
    """
    seeds, index = folder / "seeds", folder / "index"
    if build:
        write(seeds, **(shared_files or {"a_md": SHARED_TEXT}))
    journal, model = Journal(folder / "journal.sqlite3"), embedder()
    reader = SourceReader(seeds, max_bytes=MAX_BYTES)
    parts: dict[str, Any] = {"embedder": model, "max_bytes": MAX_BYTES, "generator": generator}
    folders = ServerFolders(folder / "servers")
    replica, replicas = _replicas(folder, store, folders, journal) if store else (LOCAL_ONLY, LOCAL_SERVERS)
    shared = index_fakes.library(seeds, index, journal=journal, files=reader, replication=replica, **parts)

    def open_server(guild: int, journal: Journal, drop: Callable[[], None]) -> Library:
        own = SnapshotStore(folders.index(guild))
        uploads = ServerUploads(folders.sources(guild), quotas=quotas, max_bytes=MAX_BYTES)
        rules = ServerBuilds(own=own, shared=SnapshotStore(index), names=uploads.names, quotas=quotas, drop=drop)
        files = ServerSources(folders.sources(guild), max_bytes=MAX_BYTES, shared=reader)
        return index_fakes.library(
            folders.sources(guild),
            folders.index(guild),
            journal=journal,
            files=files,
            uploads=uploads,
            rules=rules,
            replication=replicas.of(guild),
            **parts,
        )

    if build:
        shared.reindex()
    servers = ServerCollections(folders, quotas, open_server, most_loaded, grace, replicas)
    return Corpora(shared, servers if enabled else None)


def _replicas(
    folder: Path, store: ObjectStore, folders: ServerFolders, journal: Journal
) -> tuple[Replica, ServerReplicas]:
    def lock(index: Path) -> AbstractContextManager[None]:
        return BuildLock(index / LOCK_NAME).hold(ReindexProgress([ReindexRequest()]))

    snapshots = SnapshotStore(folder / "index")
    sources = SharedSources(store, seeds=folder / "seeds", fetched=folder / "index" / "fetched")
    parts: dict[str, Any] = {"store": store, "keep": 3, "cited": journal.cited_snapshots, "look_every": 0.05}
    replica = Replica(snapshots=snapshots, sources=sources, lock=lambda: lock(snapshots.root), **parts)
    return replica, ServerReplicas(folders=folders, lock=lock, shared=snapshots, **parts)


def secret_text(word: str, about: str) -> str:
    return f"# About {word}\n\nThe {about} of the harbour is called {word}.\n"


def add(libraries: Corpora, server: int, name: str, text: str, *, replace: bool = False) -> None:
    """Add a file to a server's own sources, and make it live there."""
    libraries.of(server).sources.add(name, text.encode(), replace=replace)
    libraries.of(server).reindex()
