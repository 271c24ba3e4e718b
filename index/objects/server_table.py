"""The table of servers in the object storage: whose collections are there, and which were deleted.

servers.json is the one object that machines look at to learn what changed of any server.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from index.domain.errors import Damaged, ObjectsUnavailable
from index.domain.messages import Message
from index.objects.store import ObjectStore, Version
from index.storage.server_folders import SERVER_ID

__all__ = ["TABLE", "UNKNOWN", "ServerEntry", "ServerTable"]

TABLE = "servers.json"
ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class ServerEntry:
    """What machines know of a server.

    `serial` is that of its pointer LIVE, 0 before the first; `deletions` counts how often its collection was deleted,
    and `present` says whether there is one since. `left` is when the bot left the server, in ISO 8601; empty if it is
    in it.
    """

    serial: int = 0
    deletions: int = 0
    present: bool = False
    left: str = ""


UNKNOWN = ServerEntry()


class ServerTable:
    """Reads and changes the table; what did not change is not read again. Thread-safe."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._version: Version | None = None
        self._entries: Mapping[int, ServerEntry] = {}

    def read(self) -> Mapping[int, ServerEntry]:
        """Return all entries. Raises ObjectsUnavailable, Damaged."""
        with self._lock:
            if self._version is None or self._store.version(TABLE) != self._version:
                self._load()
            return self._entries

    def entry(self, server: int) -> ServerEntry:
        return self.read().get(server, UNKNOWN)

    def update(self, server: int, change: Callable[[ServerEntry], ServerEntry]) -> ServerEntry:
        """Put what `change` makes of a server's entry in its place; return it. Raises ObjectsUnavailable, Damaged.

        `change` may be called several times; if it raises, nothing is written.
        """
        with self._lock:
            for _ in range(ATTEMPTS):
                version = self._load()
                entry = self._entries.get(server, UNKNOWN)
                changed = change(entry)
                if changed == entry:
                    return entry
                if self._store.replace(TABLE, _to_json({**self._entries, server: changed}), version):
                    return changed
        raise ObjectsUnavailable(Message("Other machines change the sources all the time: try again."))

    def _load(self) -> Version:
        data, version = self._store.read(TABLE)
        self._entries, self._version = _from_json(data), version
        return version


def _to_json(entries: Mapping[int, ServerEntry]) -> bytes:
    rows = {str(server): asdict(entry) for server, entry in sorted(entries.items())}
    return f"{json.dumps({'servers': rows})}\n".encode()


def _from_json(data: bytes) -> dict[int, ServerEntry]:
    if not data:
        return {}
    try:
        return {_id(name): _entry(row) for name, row in json.loads(data)["servers"].items()}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Damaged(Message("{object} in the object storage is damaged.", object=TABLE)) from error


def _id(name: str) -> int:
    if not SERVER_ID.fullmatch(name):
        raise ValueError
    return int(name)


def _entry(row: Mapping[str, Any]) -> ServerEntry:
    entry = ServerEntry(int(row["serial"]), int(row["deletions"]), bool(row["present"]), str(row["left"]))
    if entry.left:
        datetime.fromisoformat(entry.left)
    return entry
