"""The libraries of all servers: the shared one, and one of its own for each server with sources of its own."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from index.corpora.building import own_passages
from index.corpora.export import export_server
from index.corpora.quotas import Quotas
from index.domain.errors import IndexMismatch, LibraryError, NoIndex, ReindexRunning
from index.domain.messages import Message
from index.domain.sources import Export, Usage
from index.indexing.build_lock import LOCK_NAME, BuildLock
from index.indexing.progress import ReindexProgress, ReindexRequest
from index.journal.journal import Journal
from index.journal.server_journal import ServerJournal
from index.library import Library
from index.snapshots.manifest import Manifest
from index.snapshots.replication import LOCAL_SERVERS, ServerReplication
from index.snapshots.store import SnapshotStore
from index.sources.folder import source_names
from index.storage.server_folders import ServerFolders

__all__ = ["Corpora", "ServerCollections"]

log = logging.getLogger(__name__)

MOST_KNOWN = 1_000
"""Servers whose library is kept without its snapshots open, which costs little."""

Open = Callable[[int, Journal, Callable[[], None]], Library]
"""Returns a server's own library, which records in this journal; the last argument drops it from the kept ones."""


@dataclass(frozen=True, slots=True)
class ServerCollections:
    """How servers have collections of their own: `most_loaded` libraries with their snapshots are kept in memory.

    `grace` is how long the collection of a server is kept that the bot left. `replication` keeps the collections the
    same as other machines'; with `one_journal` all machines record in the same one.
    """

    folders: ServerFolders
    quotas: Quotas
    open: Open
    most_loaded: int = 8
    grace: timedelta = timedelta(days=30)
    replication: ServerReplication = LOCAL_SERVERS
    one_journal: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    own: Library
    borrowing: Library


class Corpora:
    """The library that each place answers from. Thread-safe; opens nothing before it is asked for.

    Without `servers` every place has the one shared library. With them, a server answers from a library of its own as
    soon as that was built: from the shared sources and its own together, so that each answer is from one snapshot.
    Until then, and in direct messages, answers come from the shared one.
    """

    def __init__(self, shared: Library, servers: ServerCollections | None = None) -> None:
        self.shared = shared
        self._servers = servers
        self._entries: OrderedDict[int, _Entry] = OrderedDict()
        self._lock = threading.RLock()
        self._direct = shared.recording_in(ServerJournal(shared.journal, None)) if servers else shared
        self._compared = ""

    @property
    def enabled(self) -> bool:
        """Whether servers have collections of their own."""
        return self._servers is not None

    @property
    def folders(self) -> ServerFolders:
        return self._enabled.folders

    @property
    def journal(self) -> Journal:
        """The journal of all places."""
        return self.shared.journal

    def owner(self, guild: int | None) -> int | None:
        """Return whose sources moderators change in a place: a server's id, or None for the shared ones."""
        return guild if self._servers else None

    def of(self, guild: int | None) -> Library:
        """Return the library of a server, or of direct messages if `guild` is None."""
        if self._servers is None:
            return self.shared
        if guild is None:
            return self._direct
        with self._lock:
            entry = self._entry(guild)
            self._drop_least_used(guild)
        return entry.own if self.has_own(guild) else entry.borrowing

    def has_own(self, guild: int) -> bool:
        """Whether a server answers from a library of its own; not from when the bot left it."""
        if self._servers is None:
            return False
        folders = self._servers.folders
        built = SnapshotStore(folders.index(guild)).pointer.signature() is not None
        return built and not folders.has_left(guild)

    def usage(self, guild: int) -> Usage:
        """Return what a server has of its own."""
        with self._lock:
            own = self._entry(guild).own
        files = own.sources.list_files()
        passages = own_passages(own.live_manifest(), tuple(file.name for file in files))
        most = self._enabled.quotas
        total = sum(file.bytes for file in files)
        return Usage(len(files), total, passages, most.files, most.bytes, most.passages)

    def export(self, guild: int, folder: Path, *, most_bytes: int | None = None) -> Export:
        """Write a server's own files and settings into a folder, as archives of at most so many bytes each."""
        with self._lock:
            sources = self._entry(guild).own.sources
        settings = self.journal.settings(guild)
        return export_server(sources, settings, folder, name=f"server-{guild}", most_bytes=most_bytes)

    def mark_left(self, guild: int) -> None:
        """Note that the bot left a server, whose collection is deleted after the grace time."""
        folders, now = self._enabled.folders, datetime.now(UTC)
        folders.mark_left(guild, now)
        self._enabled.replication.mark(guild, folders.left_at(guild) or now)

    def mark_returned(self, guild: int) -> bool:
        """Note that the bot is in a server; return whether it had left, and what it had is kept on."""
        had_left = self._enabled.folders.unmark_left(guild)
        if had_left:
            self._enabled.replication.mark(guild, None)
        return had_left

    def check_presence(self, present: Container[int], ours: Callable[[int], bool]) -> None:
        """Mark the servers that the bot left or came back to while it was down, of those that are `ours` to see."""
        for guild in filter(ours, self._enabled.folders.servers()):
            if guild in present:
                self.mark_returned(guild)
            else:
                self.mark_left(guild)

    def outdated(self) -> tuple[int, ...]:
        """Return the servers whose index lacks what changed in the shared one since; each change is told once."""
        manifest = self.shared.live_manifest()
        if self._servers is None or manifest is None or manifest.snapshot.id == self._compared:
            return ()
        self._compared = manifest.snapshot.id
        servers = self._servers.folders.servers()
        return tuple(guild for guild in servers if self.has_own(guild) and self._lacks(guild, manifest))

    def delete(self, guild: int) -> bool:
        """Delete a server's sources, index, questions, votes and settings; return whether it had a collection.

        What other machines have of them is deleted there, too. Raises ReindexRunning, LibraryError.
        """
        folder = self._enabled.folders.folder(guild)
        had = folder.is_dir()
        self._check_idle(guild)
        with self._enabled.replication.deleting(guild) as had_elsewhere, self._lock:
            self._check_idle(guild)
            if folder.is_dir():
                index = self._enabled.folders.index(guild)
                with BuildLock(index / LOCK_NAME).hold(ReindexProgress([ReindexRequest()])):
                    self._enabled.folders.delete(guild)
            self._entries.pop(guild, None)
        self.journal.forget_guild(guild)
        return had or had_elsewhere

    def delete_left(self, now: datetime | None = None) -> tuple[int, ...]:
        """Delete what servers had that the bot left longer ago than the grace time; return their ids."""
        if self._servers is None:
            return ()
        now, folders, deleted = now or datetime.now(UTC), self._servers.folders, []
        for guild in folders.servers():
            left = folders.left_at(guild)
            if left is None or now - left < self._servers.grace:
                continue
            try:
                self.delete(guild)
                deleted.append(guild)
            except LibraryError as error:
                log.warning("What a server had is not deleted yet: %s", error.log_message)
        return tuple(deleted)

    def follow(self) -> bool:
        """Take up what another process made live; return whether another shared snapshot serves now.

        Never fails. A long-running process calls this every half second.
        """
        if self._servers is not None:
            self._servers.replication.follow(self._forget_deleted)
        return self.shared.follow()

    def close(self) -> None:
        """Close the connections of the language model and the journal's file."""
        if self._servers is not None:
            self._servers.replication.close()
        self.shared.close()

    @property
    def _enabled(self) -> ServerCollections:
        if self._servers is None:
            raise LibraryError(Message("Servers have no sources of their own here: SERVER_SOURCES is off."))
        return self._servers

    def _check_idle(self, guild: int) -> None:
        with self._lock:
            entry = self._entries.get(guild)
            if entry and entry.own.running():
                raise ReindexRunning(
                    Message("A reindex of this server is running: cancel it, or wait until it is done.")
                )

    def _entry(self, guild: int) -> _Entry:
        entry = self._entries.get(guild)
        if entry is None:
            journal = ServerJournal(self.shared.journal, guild)
            own = self._enabled.open(guild, journal, lambda: self._drop(guild))
            entry = self._entries[guild] = _Entry(own, own.answering_from(self.shared))
        self._entries.move_to_end(guild)
        return entry

    def _forget_deleted(self, guild: int) -> None:
        """Let go of a server whose collection was deleted on another machine; forget what is recorded of it here."""
        self._drop(guild)
        if not self._enabled.one_journal:
            self.journal.forget_guild(guild)

    def _drop(self, guild: int) -> None:
        with self._lock:
            self._entries.pop(guild, None)

    def _drop_least_used(self, asked: int) -> None:
        """Let go of the snapshots that were not asked for the longest; a question that reads one keeps it meanwhile."""
        idle = [guild for guild, entry in self._entries.items() if guild != asked and not entry.own.running()]
        opened = [guild for guild in idle if self._entries[guild].own.holds_files]
        more = len(opened) + self._entries[asked].own.holds_files - self._enabled.most_loaded
        dropped = [*opened[: max(0, more)], *idle[: max(0, len(self._entries) - MOST_KNOWN)]]
        for guild in dict.fromkeys(dropped):
            del self._entries[guild]

    def _lacks(self, guild: int, shared: Manifest) -> bool:
        """Whether a server's index was built from other shared sources, by another model or by another program."""
        folders = self._enabled.folders
        try:
            manifest = SnapshotStore(folders.index(guild)).live()
        except NoIndex:
            return False
        except IndexMismatch:
            return True
        own = set(source_names(folders.sources(guild)))
        then, now = (
            {name: checksum for name, checksum in each.snapshot.hashes.items() if name not in own}
            for each in (manifest, shared)
        )
        return then != now or manifest.snapshot.model != shared.snapshot.model
